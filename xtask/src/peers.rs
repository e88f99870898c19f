//! The comparison with other libraries: built in `benches/peers`, run in Chromium.

use crate::files::{Stamp, root};
use crate::shell::{cargo, command, run, say};
use crate::tools::{self, Browser};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = "benches/peers";

/// Builds all contenders, runs them in turn and prints the tables. burn is left out, and said to be, when it cannot be
/// built.
///
/// # Errors
/// When a tool, npm's packages, the engine's part or the browser fails.
pub fn run_all() -> Result<()> {
    if !tools::prepare()? {
        bail!("the comparison with other libraries needs Node and npm (Debian: apt install nodejs npm)");
    }
    tools::node()?;
    libraries()?;
    say("Building the engine's part of the comparison (a minute)");
    program("peer-engine")?;
    say("Building burn's part of the comparison (ten minutes the first time)");
    let missing = match program("peer-burn") {
        Ok(()) => serde_json::json!({}),
        Err(error) => {
            say(format!("burn takes no part: {error:#}"));
            serde_json::json!({ "burn": format!("it could not be built: {error}") })
        }
    };
    say("Comparing with other libraries in Chromium (five minutes; nothing else should run meanwhile)");
    let mut node = command("node", &[Path::new(FOLDER).join("run.mjs")]);
    node.env("BROWSER", "chromium").env("BROWSER_PATH", Browser::Chromium.find()?);
    node.env("XTASK", std::env::current_exe()?).env("MISSING", missing.to_string());
    run(&mut node)
}

/// The libraries from npm, once for each lock file.
fn libraries() -> Result<()> {
    let folder = root().join(FOLDER);
    let lock = format!("{FOLDER}/package-lock.json");
    let stamp = Stamp::new(folder.join("node_modules/.vivarium"), &[&lock])?;
    if stamp.holds() {
        return Ok(());
    }
    say("Installing TensorFlow.js, ConvNetJS and brain.js by npm (half a minute)");
    let mut npm = command("npm", &["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    run(npm.current_dir(folder)).context("npm could not install the packages of benches/peers/package-lock.json")?;
    stamp.set()
}

/// Builds one of the programs in WebAssembly, as the site's are built.
fn program(package: &str) -> Result<()> {
    let folder = root().join(FOLDER);
    let page = folder.join("target/page");
    let here = |mut command: Command| run(command.current_dir(&folder));
    let arguments = ["build", "--release", "--target", "wasm32-unknown-unknown", "--package", package];
    here(cargo(&arguments))?;

    let name = package.replace('-', "_");
    let built = folder.join(format!("target/wasm32-unknown-unknown/release/{name}.wasm"));
    let stamp = Stamp::new(page.join(format!("{name}.stamp")), &[&relative(&built)])?;
    if stamp.holds() {
        return Ok(());
    }
    let tool = |program: &str, arguments: &[&Path]| -> Result<()> {
        let mut command = command(program, arguments);
        command.env("PATH", tools::path()?);
        here(command)
    };
    let target = [Path::new("--target"), Path::new("web"), Path::new("--no-typescript"), Path::new("--out-dir"), &page];
    tool("wasm-bindgen", &[&target[..], &[&built]].concat())?;
    let wasm = page.join(format!("{name}_bg.wasm"));
    tool("wasm-opt", &[Path::new("-O3"), &wasm, Path::new("-o"), &wasm])?;
    stamp.set()
}

/// A path below the root, as stamps take it.
fn relative(path: &Path) -> String {
    path.strip_prefix(root()).map(PathBuf::from).unwrap_or_default().to_string_lossy().into_owned()
}
