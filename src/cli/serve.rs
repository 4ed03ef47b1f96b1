//! `bifocal serve`: a static server for looking at a site and its search.

use super::print;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use bifocal::{Error, ErrorKind, Result};
use clap::Args;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// Serve a folder of static files, to look at a site and its search before publishing them
///
/// Only this machine can reach it unless --host says otherwise. Paths cannot lead out of the folder; symbolic links in
/// it are followed, wherever they lead.
#[derive(Args)]
#[command(after_help = "Examples:\n  bifocal serve public/\n  bifocal serve public/ --port 0 --open")]
pub struct ServeArgs {
    /// The folder to serve: a site whose index lies in bifocal/, or any other
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,

    /// The port to listen on; 0 takes one that is free
    #[arg(long, default_value_t = 8000)]
    port: u16,

    /// The name or address to listen on; 0.0.0.0 lets other machines in
    #[arg(long, default_value = "127.0.0.1")]
    host: String,

    /// Opens the search page, or else the site, in the browser
    #[arg(long)]
    open: bool,
}

/// Serves until Ctrl-C.
///
/// # Errors
/// [`ErrorKind::Usage`] for a folder or an address that cannot be used.
pub fn run(args: ServeArgs) -> Result<()> {
    let server = Server::start(&args.folder, resolve(&args.host, args.port)?)?;
    // Before anyone is told that it serves: who is told may stop it at once.
    let interrupted = interrupted()?;
    let site = format!("http://{}/", server.address);
    let search = search_page(&args.folder).map(|path| format!("{site}{path}"));
    let mut lines = format!("serving {} at {site} (stop with Ctrl-C)\n", args.folder.display());
    if let Some(search) = &search {
        lines.push_str(&format!("search page: {search}\n"));
    }
    print(&lines)?;
    if args.open {
        open_in_browser(search.as_ref().unwrap_or(&site));
    }
    // An error means that there is no handler any more, which may have been called.
    let _ = interrupted.recv();
    server.stop();
    Ok(())
}

/// Where word comes of the first Ctrl-C.
fn interrupted() -> Result<Receiver<()>> {
    let (told, interrupted) = channel();
    ctrlc::set_handler(move || {
        let _ = told.send(());
    })
    .map_err(|error| Error::new(ErrorKind::Io, "Ctrl-C cannot be waited for").because(error))?;
    Ok(interrupted)
}

/// A running server; it stops when dropped.
pub struct Server {
    /// Where it listens, with the port that was chosen.
    pub address: SocketAddr,
    runtime: Runtime,
}

impl Server {
    /// Starts serving `folder` at `address`.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] when there is no such folder, or when the address is taken or not this machine's.
    pub fn start(folder: &Path, address: SocketAddr) -> Result<Self> {
        if !folder.is_dir() {
            let name = folder.display();
            return Err(Error::new(ErrorKind::Usage, format!("{name}: there is no such folder"))
                .hint("give the folder that `bifocal build` was given"));
        }
        let failed = |error: io::Error| Error::new(ErrorKind::Io, "the server cannot be started").because(error);
        let runtime = Runtime::new().map_err(failed)?;
        let listener = runtime.block_on(TcpListener::bind(address)).map_err(|error| not_bound(address, error))?;
        let address = listener.local_addr().map_err(failed)?;
        let service = service(folder);
        // `axum::serve` never ends by itself, nor with an error.
        runtime.spawn(async move { axum::serve(listener, service).await });
        Ok(Self { address, runtime })
    }

    /// Breaks off what is still being sent.
    fn stop(self) {
        self.runtime.shutdown_background();
    }
}

fn service(folder: &Path) -> Router {
    let nosniff =
        SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Router::new()
        .fallback_service(ServeDir::new(folder))
        .layer(middleware::from_fn(say_how_long_to_keep))
        .layer(nosniff)
}

/// Lets files whose name holds their content's hash be kept for ever, and has all others asked for anew.
async fn say_how_long_to_keep(request: Request, next: Next) -> Response {
    let is_constant = is_named_by_hash(request.uri().path());
    let mut response = next.run(request).await;
    let is_there = response.status().is_success() || response.status().is_redirection();
    let value = if is_constant && is_there { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    response
}

/// Whether a path ends like `terms-0123456789ab.bin` or `worker-0123456789abcdef.js`.
fn is_named_by_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let hash = name.split('.').next().and_then(|stem| stem.rsplit_once('-')).map(|(_, hash)| hash);
    hash.is_some_and(|hash| [12, 16].contains(&hash.len()) && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn resolve(host: &str, port: u16) -> Result<SocketAddr> {
    let found = (host, port).to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    found.ok_or_else(|| {
        Error::new(ErrorKind::Usage, format!("--host {host} is not an address of this machine"))
            .hint("127.0.0.1 serves this machine, 0.0.0.0 all that can reach it")
    })
}

fn not_bound(address: SocketAddr, error: io::Error) -> Error {
    let (what, hint) = match error.kind() {
        io::ErrorKind::AddrInUse => {
            ("is taken by another program", "choose another with --port, or --port 0 for any that is free")
        }
        io::ErrorKind::PermissionDenied => ("is not allowed to you", "choose a --port above 1023"),
        io::ErrorKind::AddrNotAvailable => ("is not an address of this machine", "127.0.0.1 serves this machine"),
        _ => ("cannot be listened on", "choose another with --host and --port"),
    };
    Error::new(ErrorKind::Usage, format!("{address} {what}")).hint(hint).because(error)
}

/// The search page's path below the site's root, if the folder has one where `build` writes it.
fn search_page(folder: &Path) -> Option<&'static str> {
    let is_index =
        |path: &str| folder.join(path).join("bifocal.json").is_file() && folder.join(path).join("index.html").is_file();
    ["bifocal/", ""].into_iter().find(|path| is_index(path))
}

fn open_in_browser(address: &str) {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        Command::new("explorer")
    } else {
        Command::new("xdg-open")
    };
    if let Err(error) = command.arg(address).spawn() {
        eprintln!("warning: no browser could be opened ({error}): go to {address}");
    }
}
