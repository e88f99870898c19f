//! The project's commands: `cargo xtask serve | build | test | bench`.
//!
//! Each says what it is doing and how long that may take, installs what is missing, and does nothing twice.

mod bench;
mod files;
mod host;
mod pages;
mod peers;
mod shell;
mod site;
mod test;
mod tools;
mod verify;

use anyhow::{Result, bail};
use lexopt::prelude::*;
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  serve [--port N]      build the site (when something changed) and serve it at http://127.0.0.1:8080/ or the next free port
  build                 build the site into dist/, ready for any static host
  test [--fast]         format, lints, native tests, a sample of the ledger, tests in Chromium and Firefox; --fast leaves
                        the ledger and the browsers out
  bench [--fast]        benchmarks; --fast only sees that the native ones run, --peers only compares with other libraries

  host [--dir D] [--port N] [--base /a/b/]    only serve a folder, under a sub-path if you like
  pages                 the step of Trunk's build that names files by their contents and writes every page

Missing tools are installed the first time, which takes about ten minutes: the wasm target, wasm-bindgen and Trunk by
cargo, wasm-opt by npm. The browsers and Node are yours to install; the commands say which package brings them.";

/// What the command line asks for.
struct Options {
    command: String,
    port: u16,
    fast: bool,
    peers: bool,
    dir: PathBuf,
    base: String,
}

fn options() -> Result<Options> {
    let mut parser = lexopt::Parser::from_env();
    let mut options = Options {
        command: String::new(),
        port: 8080,
        fast: false,
        peers: false,
        dir: files::root().join("dist"),
        base: "/".to_owned(),
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") | Short('p') => options.port = parser.value()?.parse()?,
            Long("fast") => options.fast = true,
            Long("peers") => options.peers = true,
            Long("dir") => options.dir = parser.value()?.into(),
            Long("base") => options.base = parser.value()?.string()?,
            Long("help") | Short('h') => options.command = "help".to_owned(),
            Value(command) if options.command.is_empty() => options.command = command.string()?,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

fn run() -> Result<ExitCode> {
    let options = options()?;
    match options.command.as_str() {
        "serve" => {
            site::build()?;
            host::serve(&options.dir, options.port, &options.base)?;
        }
        "build" => site::build()?,
        "test" => return test::run(options.fast),
        "bench" if options.peers => peers::run_all()?,
        "bench" => bench::run_all(options.fast)?,
        "host" => host::serve(&options.dir, options.port, &options.base)?,
        "pages" => pages::run()?,
        "help" | "" => println!("{HELP}"),
        other => bail!("There is no command {other}.\n\n{HELP}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}
