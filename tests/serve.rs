//! `bifocal serve`, spoken to byte by byte: an HTTP client would tidy the paths up before sending them.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A server over a folder of its own, stopped when dropped.
struct Served {
    process: Child,
    address: String,
    /// What it printed: two lines.
    printed: String,
    folder: TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves `site/` of a folder that has a secret beside it.
fn serve() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write("secret.txt", b"secret");
    write("site/index.html", b"<p>home");
    write("site/guide/index.html", b"<p>guide");
    write("site/two words.txt", b"0123456789");
    write("site/bifocal/index.html", b"<p>search");
    write("site/bifocal/bifocal.json", b"{}");
    write("site/bifocal/bifocal.js", b"export {}");
    write("site/bifocal/parts/terms-0123456789ab.bin", b"\x1f\x8bparts");
    write("site/bifocal/core.wasm", b"\0asm");
    let mut process =
        command().arg(folder.path().join("site")).args(["--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let printed = format!("{}\n{}", lines.next().unwrap().unwrap(), lines.next().unwrap().unwrap());
    let (_, after) = printed.split_once("http://").expect("the address is printed");
    let address = after.split('/').next().unwrap().to_owned();
    Served { process, address, printed, folder }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bifocal"));
    command.arg("serve").stderr(Stdio::piped());
    command
}

/// An answer: its status, its head in lower case, its body.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Served {
    fn ask(&self, request: &str, headers: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n", self.address).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head, body: bytes[end + 4..].to_vec() }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), "")
    }
}

#[test]
fn it_says_where_it_is() {
    let served = serve();
    assert!(served.printed.starts_with("serving "), "{}", served.printed);
    assert!(
        served.printed.ends_with(&format!("search page: http://{}/bifocal/", served.address)),
        "{}",
        served.printed
    );
}

#[test]
fn files_have_their_types_and_say_how_long_they_last() {
    let served = serve();
    let check = |path: &str, kind: &str, kept: &str| {
        let answer = served.get(path);
        assert_eq!(answer.status, 200, "{path}");
        for line in [
            format!("content-type: {kind}"),
            format!("cache-control: {kept}"),
            "x-content-type-options: nosniff".into(),
        ] {
            assert!(answer.head.contains(&line), "{path}: no {line} in {}", answer.head);
        }
    };
    check("/", "text/html", "no-cache");
    check("/guide/", "text/html", "no-cache");
    check("/bifocal/bifocal.json", "application/json", "no-cache");
    check("/bifocal/bifocal.js", "text/javascript", "no-cache");
    check("/bifocal/core.wasm", "application/wasm", "no-cache");
    check("/bifocal/parts/terms-0123456789ab.bin", "application/octet-stream", "public, max-age=31536000, immutable");
    let part = served.get("/bifocal/parts/terms-0123456789ab.bin");
    assert!(
        !part.head.contains("content-encoding") && part.body == b"\x1f\x8bparts",
        "parts are sent as they are: {}",
        part.head
    );
}

#[test]
fn ranges_heads_and_escapes_work() {
    let served = serve();
    let part = served.ask("GET /two%20words.txt", "Range: bytes=2-4\r\n");
    assert_eq!((part.status, part.body.as_slice()), (206, &b"234"[..]));
    assert!(part.head.contains("content-range: bytes 2-4/10"), "{}", part.head);
    let end = served.ask("GET /two%20words.txt", "Range: bytes=-3\r\n");
    assert_eq!((end.status, end.body.as_slice()), (206, &b"789"[..]));
    assert_eq!(served.ask("GET /two%20words.txt", "Range: bytes=50-\r\n").status, 416);
    let head = served.ask("HEAD /two%20words.txt", "");
    assert_eq!((head.status, head.body.len(), head.head.contains("content-length: 10")), (200, 0, true));
}

#[test]
fn a_folder_without_its_slash_leads_to_it() {
    let served = serve();
    let answer = served.get("/guide");
    assert!((300..400).contains(&answer.status) && answer.head.contains("location: /guide/"), "{}", answer.head);
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let served = serve();
    let absolute = served.folder.path().join("secret.txt").display().to_string();
    let escapes = [
        "/../secret.txt",
        "/guide/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2E%2Fsecret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/%252e%252e/secret.txt",
        "/.%00./secret.txt",
        "//../secret.txt",
        "/guide/%2e%2e/%2e%2e/secret.txt",
        &absolute,
        &format!("/{absolute}"),
        &absolute.replace('/', "%2f"),
    ];
    for path in escapes {
        let answer = served.get(path);
        assert!((300..500).contains(&answer.status), "{path}: {}", answer.head);
        assert!(!answer.body.windows(6).any(|six| six == b"secret"), "{path}");
    }
}

#[test]
fn what_is_not_there_or_not_asked_rightly_is_refused() {
    let served = serve();
    let missing = served.get("/bifocal/parts/terms-fedcba987654.bin");
    assert_eq!(missing.status, 404);
    assert!(missing.head.contains("cache-control: no-cache"), "an answer that says 404 is not kept: {}", missing.head);
    assert_eq!(served.ask("POST /", "Content-Length: 0\r\n").status, 405);
}

#[test]
fn a_port_that_is_taken_and_a_folder_that_is_none_are_named() {
    let served = serve();
    let port = served.address.rsplit(':').next().unwrap();
    let check = |folder: &str, port: &str, expected: &str, hint: &str| {
        let output = command().args([folder, "--port", port]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(expected) && said.contains(hint), "{said}");
    };
    check("tests/site", port, "is taken by another program", "--port 0");
    check("tests/no-such-folder", "0", "tests/no-such-folder: there is no such folder", "bifocal build");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_it() {
    let mut served = serve();
    let pid = served.process.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(served.process.wait().unwrap().code(), Some(0));
}
