//! A static host for the built site, such as any other: folders by their `index.html`, missing files by `404.html`.

use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How many ports after the wished one are tried.
const TRIES: u16 = 50;
/// Longer requests are not read, in bytes.
const LONGEST: u64 = 32 * 1024;
/// How long a browser may keep a connection open without asking anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// Serves `folder` under the path `base` at this port of the own machine, or the next free one, until stopped.
///
/// The address is printed on standard output once requests are answered. Every connection has a thread of its own and
/// is closed after one answer: the simplest server that never lets a request wait for another.
pub fn serve(folder: &Path, port: u16, base: &str) -> Result<()> {
    if !folder.join("index.html").is_file() {
        bail!("{} holds no site; `cargo xtask build` makes one", folder.display());
    }
    let base = format!("/{}/", base.trim_matches('/')).replace("//", "/");
    let listener = listen(port)?;
    println!("The site is at http://127.0.0.1:{}{base} (Ctrl+C stops it)", listener.local_addr()?.port());
    std::thread::scope(|scope| {
        // A visitor who has gone away is no fault of the server's.
        for stream in listener.incoming().flatten() {
            scope.spawn(|| answer(stream, folder, &base).ok());
        }
    });
    Ok(())
}

fn listen(port: u16) -> Result<TcpListener> {
    if port == 0 {
        return TcpListener::bind(("127.0.0.1", 0)).context("no port is free");
    }
    let last = port.saturating_add(TRIES);
    (port..=last)
        .find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok())
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

/// Reads one request and answers it.
fn answer(mut stream: TcpStream, folder: &Path, base: &str) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.try_clone()?.take(LONGEST)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // What else the browser says does not matter here, but it wants to be heard to the end.
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = request.split(' ');
    let (Some(method), Some(address), Some("HTTP/1.1" | "HTTP/1.0")) = (words.next(), words.next(), words.next())
    else {
        return text(&mut stream, "400 Bad Request", &[], "This is no request.");
    };
    let (path, query) = match address.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (address, String::new()),
    };
    let body = match method {
        "GET" => true,
        "HEAD" => false,
        _ => return text(&mut stream, "405 Method Not Allowed", &["Allow: GET, HEAD"], "Only GET and HEAD."),
    };
    match find(folder, base, path) {
        Found::File(file) => send(&mut stream, "200 OK", &file, body),
        Found::Folder => {
            text(&mut stream, "301 Moved Permanently", &[&format!("Location: {path}/{query}")], "It is a folder.")
        }
        Found::Nothing if folder.join("404.html").is_file() => {
            send(&mut stream, "404 Not Found", &folder.join("404.html"), body)
        }
        Found::Nothing => text(&mut stream, "404 Not Found", &[], "There is no such page."),
    }
}

fn head(stream: &mut TcpStream, status: &str, headers: &[&str], length: u64) -> io::Result<()> {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let always = "X-Content-Type-Options: nosniff\r\nConnection: close";
    write!(stream, "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n{always}\r\n\r\n")
}

fn text(stream: &mut TcpStream, status: &str, headers: &[&str], sentence: &str) -> io::Result<()> {
    let headers = [headers, &["Content-Type: text/plain; charset=utf-8"]].concat();
    head(stream, status, &headers, sentence.len() as u64)?;
    stream.write_all(sentence.as_bytes())
}

fn send(stream: &mut TcpStream, status: &str, path: &Path, body: bool) -> io::Result<()> {
    let mut file = File::open(path)?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    // Names with a hash never change their contents; pages are asked for anew each time.
    let keep = if ending == "html" { "no-cache" } else { "public, max-age=31536000, immutable" };
    let headers = [&*format!("Content-Type: {}", mime(ending)), &format!("Cache-Control: {keep}")];
    head(stream, status, &headers, file.metadata()?.len())?;
    if body {
        io::copy(&mut file, stream)?;
    }
    Ok(())
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

    #[test]
    fn requests_are_answered() {
        let folder = std::env::temp_dir().join(format!("vivarium-answers-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("index.html"), "front").unwrap();
        let listener = listen(0).unwrap();
        let port = listener.local_addr().unwrap().port();
        let ask = |request: &str| {
            let mut here = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let there = listener.accept().unwrap().0;
            here.write_all(request.as_bytes()).unwrap();
            answer(there, &folder, "/").unwrap();
            let mut reply = String::new();
            here.read_to_string(&mut reply).unwrap();
            reply
        };
        let reply = ask("GET /?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(reply.starts_with("HTTP/1.1 200 OK") && reply.ends_with("\r\n\r\nfront"), "{reply}");
        let reply = ask("HEAD / HTTP/1.1\r\n\r\n");
        assert!(reply.contains("Content-Length: 5") && reply.ends_with("\r\n\r\n"), "{reply}");
        assert!(ask("POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
        assert!(ask("GET /none HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
        assert!(ask("nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
