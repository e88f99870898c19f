//! Building the site.

use crate::files::{Stamp, root};
use crate::shell::{command, run, say};
use crate::tools;
use anyhow::{Context, Result};
use std::fs;
use std::time::Instant;

/// Everything that the built site depends on.
const INPUTS: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "index.html",
    ".cargo",
    "src",
    "crates",
    "catalogue",
    "assets",
    "xtask",
];

/// Builds the release site into `dist/`, unless that has been done for these very sources.
pub fn build() -> Result<()> {
    let with_wasm_opt = tools::prepare()?;
    let kind = if with_wasm_opt { "" } else { "-plain" };
    let stamp = Stamp::new(root().join(format!("target/site{kind}.stamp")), INPUTS)?;
    if stamp.holds() && root().join("dist/index.html").is_file() {
        say("The site in dist/ is up to date");
        return Ok(());
    }
    say("Building the site into dist/ (three minutes the first time, then about 20 seconds)");
    let start = Instant::now();
    let mut trunk = command("trunk", &["build", "--release", "--color", "never"]);
    trunk.env("PATH", tools::path()?).env_remove("NO_COLOR").env("RUST_BACKTRACE", "0");
    if with_wasm_opt {
        run(&mut trunk).context("the site could not be built")?;
    } else {
        // Trunk has no flag for this, only the attribute in its input.
        let plain = root().join("index.plain.html");
        let text = fs::read_to_string(root().join("index.html"))?;
        fs::write(&plain, text.replace("data-wasm-opt=\"3\"", "data-wasm-opt=\"0\""))?;
        let built = run(trunk.args(["--html-output", "index.html", "index.plain.html"]));
        fs::remove_file(&plain)?;
        built.context("the site could not be built")?;
    }
    say(format!(
        "Built in {:.0} s: dist/ can be put on any static host, under any path",
        start.elapsed().as_secs_f64()
    ));
    stamp.set()
}
