//! `bifocal model get`: downloads the default model and checks it.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use bifocal::{Error, ErrorKind, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::{TOKENIZER, WEIGHTS};
use crate::cli::publish::hex;
use crate::cli::replace::publish;
use crate::cli::{print, progress};

/// Downloads all-MiniLM-L6-v2 (91 MB, Apache-2.0), checks it, and keeps it where `build` looks for it
#[derive(Args)]
pub struct GetArgs {
    /// The folder to keep it in [default: the user's data folder]
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// A mirror: the address that `/model.safetensors` and `/tokenizer.json` are below
    #[arg(long, value_name = "URL", default_value = HUB, hide_default_value = true)]
    from: String,
}

/// The model's files at the revision whose hashes are known.
const HUB: &str =
    "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41";

/// The files and their SHA-256, the small one first.
const FILES: [(&str, &str); 2] = [
    (TOKENIZER, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    (WEIGHTS, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
];

/// Whether a space's `weights` are those of the model that is fetched.
pub fn fetches(weights: &str) -> bool {
    !weights.is_empty() && FILES.iter().any(|(name, sha256)| *name == WEIGHTS && sha256.starts_with(weights))
}

/// Where the model is kept if nobody says otherwise.
pub fn default_folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || Some(from("HOME")?.join(".local/share"));
    let data =
        from("XDG_DATA_HOME").or_else(home).or_else(|| from("LOCALAPPDATA")).unwrap_or_else(|| PathBuf::from("."));
    data.join("bifocal/all-MiniLM-L6-v2")
}

/// Runs the command.
pub fn run(args: &GetArgs) -> Result<()> {
    let folder = args.to.clone().unwrap_or_else(default_folder);
    for (name, sha256) in FILES {
        get(&format!("{}/{name}", args.from.trim_end_matches('/')), &folder.join(name), sha256)?;
    }
    print(&format!("{}\n", folder.display()))
}

/// Makes sure that the file at `path` has the hash `sha256`, by downloading it if need be.
fn get(url: &str, path: &Path, sha256: &str) -> Result<()> {
    if has_hash(path, sha256) {
        return Ok(());
    }
    let by_hand = format!("or put the file with SHA-256 {sha256} at {} yourself", path.display());
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(ErrorKind::Io, format!("{url} can't be downloaded"))
            .because(error)
            .hint(format!("check the network, name a mirror with --from, {by_hand}"))
    };
    let refused = |error: io::Error| {
        Error::new(ErrorKind::Io, format!("{} can't be written", path.display()))
            .because(error)
            .hint("name another folder with --to")
    };
    let response = ureq::get(url).call().map_err(|error| failed(error.into()))?;
    let body = response.into_body();
    let bar = bar(path, body.content_length());
    let folder = path.parent().expect("a file of the folder");
    fs::create_dir_all(folder).map_err(refused)?;
    let mut file = NamedTempFile::new_in(folder).map_err(refused)?;
    let mut hash = Sha256::new();
    let mut reader = bar.wrap_read(body.into_reader());
    let mut buffer = vec![0; 1 << 16];
    loop {
        if progress::is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "stopped before the model was whole"));
        }
        let count = reader.read(&mut buffer).map_err(|error| failed(error.into()))?;
        if count == 0 {
            break;
        }
        hash.update(&buffer[..count]);
        file.write_all(&buffer[..count]).map_err(refused)?;
    }
    bar.finish_and_clear();
    let found = hex(&hash.finalize());
    if found != sha256 {
        let what = format!("{url} is not the file that was expected: its SHA-256 is {found}, not {sha256}");
        return Err(Error::new(ErrorKind::Model, what).hint(format!("try again, name a mirror with --from, {by_hand}")));
    }
    publish(file, path).map_err(refused)
}

fn has_hash(path: &Path, sha256: &str) -> bool {
    let hash = || {
        let mut hash = Sha256::new();
        io::copy(&mut fs::File::open(path)?, &mut hash)?;
        io::Result::Ok(hex(&hash.finalize()))
    };
    hash().is_ok_and(|found| found == sha256)
}

fn bar(path: &Path, bytes: Option<u64>) -> ProgressBar {
    let style = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left";
    let style = ProgressStyle::with_template(style).expect("the template is constant").progress_chars("━━─");
    let name = path.file_name().expect("a file of the folder").to_string_lossy().into_owned();
    ProgressBar::new(bytes.unwrap_or(0)).with_style(style).with_message(name)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    const BODY: &[u8] = b"the weights";

    /// Serves `answers` to one request each, and gives the address.
    fn serve(answers: Vec<(&'static str, &'static [u8], usize)>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for (status, body, length) in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 4096]).unwrap();
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                stream.write_all(head.as_bytes()).unwrap();
                stream.write_all(body).unwrap();
            }
        });
        address
    }

    fn check(answer: (&'static str, &'static [u8], usize), expected: std::result::Result<(), &str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/weights");
        let sha256 = hex(&Sha256::digest(BODY));
        let url = format!("{}/weights", serve(vec![answer]));
        let found = get(&url, &path, &sha256);
        match expected {
            Ok(()) => {
                found.unwrap();
                assert_eq!(fs::read(&path).unwrap(), BODY);
                // Nobody listens any more: what is there is not downloaded again.
                get(&url, &path, &sha256).unwrap();
            }
            Err(what) => {
                let error = found.unwrap_err();
                assert!(error.to_string().contains(what), "{error}");
                assert!(error.way_out().unwrap().contains(&sha256), "{:?}", error.way_out());
                let left: Vec<_> = fs::read_dir(path.parent().unwrap()).into_iter().flatten().collect();
                assert!(left.is_empty(), "something is left: {left:?}");
            }
        }
    }

    #[test]
    fn a_download_is_checked_and_kept() {
        check(("200 OK", BODY, BODY.len()), Ok(()));
    }

    #[test]
    fn bad_downloads_leave_nothing_and_say_why() {
        check(("200 OK", b"other bytes", 11), Err("is not the file that was expected"));
        check(("404 Not Found", b"", 0), Err("can't be downloaded"));
        check(("200 OK", &BODY[..5], BODY.len()), Err("can't be downloaded"));
    }

    #[test]
    fn an_unreachable_hub_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let args = GetArgs { to: Some(folder.path().to_owned()), from: format!("http://{closed}") };
        let error = run(&args).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        let hint = error.way_out().unwrap();
        assert!(hint.contains("--from") && hint.contains(FILES[0].1), "{hint}");
    }
}
