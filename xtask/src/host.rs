//! A static host for the built site, such as any other: folders by their `index.html`, missing files by `404.html`.

use anyhow::{Context, Result, bail};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

/// How many ports after the wished one are tried.
const TRIES: u16 = 50;
const THREADS: usize = 8;

/// Serves `folder` under the path `base` at this port of the own machine, or the next free one, until stopped.
///
/// The address is printed on standard output once requests are answered.
pub fn serve(folder: &Path, port: u16, base: &str) -> Result<()> {
    if !folder.join("index.html").is_file() {
        bail!("{} holds no site; `cargo xtask build` makes one", folder.display());
    }
    let base = format!("/{}/", base.trim_matches('/')).replace("//", "/");
    let server = Arc::new(listen(port)?);
    let address = server.server_addr().to_ip().context("the server has no address")?;
    println!("The site is at http://127.0.0.1:{}{base} (Ctrl+C stops it)", address.port());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for request in server.incoming_requests() {
                    // A visitor who has gone away is no fault of the server's.
                    let _gone = answer(request, folder, &base);
                }
            });
        }
    });
    Ok(())
}

fn listen(port: u16) -> Result<Server> {
    if port == 0 {
        return Server::http("127.0.0.1:0").map_err(|e| anyhow::anyhow!("no port is free: {e}"));
    }
    let last = port.saturating_add(TRIES);
    (port..=last)
        .find_map(|port| Server::http(("127.0.0.1", port)).ok())
        .with_context(|| format!("no port from {port} to {last} is free; choose another by --port"))
}

/// What a request's path leads to.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// This file.
    File(PathBuf),
    /// A folder that was asked for without the `/` at its end.
    Folder,
    /// Nothing.
    Nothing,
}

fn find(folder: &Path, base: &str, path: &str) -> Found {
    let Some(inner) = path.strip_prefix(base) else {
        return if format!("{path}/") == base { Found::Folder } else { Found::Nothing };
    };
    let Some(inner) = decode(inner) else { return Found::Nothing };
    let mut file = folder.to_path_buf();
    for part in inner.split('/').filter(|part| !part.is_empty()) {
        // No way out of the folder, and nothing hidden.
        if part.starts_with('.') || part.contains(['\\', '\0', ':']) {
            return Found::Nothing;
        }
        file.push(part);
    }
    let at_folder = inner.is_empty() || inner.ends_with('/');
    match (file.is_dir(), at_folder) {
        (true, false) => Found::Folder,
        (true, true) if file.join("index.html").is_file() => Found::File(file.join("index.html")),
        (false, false) if file.is_file() => Found::File(file),
        _ => Found::Nothing,
    }
}

/// Percent-decoding; none when the result is no text.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn answer(request: Request, folder: &Path, base: &str) -> Result<()> {
    let (path, query) = match request.url().split_once('?') {
        Some((path, query)) => (path.to_owned(), format!("?{query}")),
        None => (request.url().to_owned(), String::new()),
    };
    if !matches!(request.method(), Method::Get | Method::Head) {
        let only = Response::from_string("Only GET and HEAD.")
            .with_status_code(405)
            .with_header(header("Allow", "GET, HEAD")?);
        return Ok(request.respond(only)?);
    }
    match find(folder, base, &path) {
        Found::File(file) => respond(request, &file, 200),
        Found::Folder => {
            let to = header("Location", &format!("{path}/{query}"))?;
            Ok(request.respond(Response::empty(301).with_header(to))?)
        }
        Found::Nothing if folder.join("404.html").is_file() => respond(request, &folder.join("404.html"), 404),
        Found::Nothing => Ok(request.respond(Response::from_string("There is no such page.").with_status_code(404))?),
    }
}

fn respond(request: Request, file: &Path, status: u16) -> Result<()> {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    // Names with a hash never change their contents; pages are asked for anew each time.
    let keep = if ending == "html" { "no-cache" } else { "public, max-age=31536000, immutable" };
    let response = Response::from_file(File::open(file)?)
        .with_status_code(StatusCode(status))
        .with_header(header("Content-Type", mime(ending))?)
        .with_header(header("Cache-Control", keep)?)
        .with_header(header("X-Content-Type-Options", "nosniff")?);
    Ok(request.respond(response)?)
}

fn header(name: &str, value: &str) -> Result<Header> {
    Header::from_bytes(name, value).map_err(|()| anyhow::anyhow!("the header {name}: {value} cannot be sent"))
}

fn mime(ending: &str) -> &'static str {
    match ending {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "gz" => "application/gzip",
        "xml" => "application/xml",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_into_the_folder_only() {
        let folder = std::env::temp_dir().join(format!("vivarium-host-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("memory/hopfield")).unwrap();
        std::fs::write(folder.join("index.html"), "front").unwrap();
        std::fs::write(folder.join("memory/hopfield/index.html"), "exhibit").unwrap();
        let find = |path| find(&folder, "/a/b/", path);
        assert_eq!(find("/a/b/"), Found::File(folder.join("index.html")));
        assert_eq!(find("/a/b"), Found::Folder);
        assert_eq!(find("/a/b/memory/hopfield"), Found::Folder);
        assert_eq!(find("/a/b/memory%2Fhopfield/"), Found::File(folder.join("memory/hopfield/index.html")));
        for path in [
            "/",
            "/a/b/..",
            "/a/b/../x",
            "/a/b/%2e%2e/x",
            "/a/b/.git",
            "/a/b/none",
            "/a/b/memory/",
            "/a/b/%zz",
            "/a/b/c:/x",
        ] {
            assert_eq!(find(path), Found::Nothing, "{path}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
