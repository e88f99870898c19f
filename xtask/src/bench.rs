//! Benchmarks: the native ones of every crate, the site's own figures in both browsers, then the comparison with other
//! libraries.

use crate::files::{root, walk};
use crate::peers;
use crate::shell::{cargo, run, say};
use crate::site;
use crate::test::node_tests;
use crate::tools::{self, Browser};
use anyhow::Result;

/// Runs all benchmarks; with `fast`, the native ones only and each but once, to see that they run.
pub fn run_all(fast: bool) -> Result<()> {
    say("Native benchmarks (three minutes to compile, then one or two)");
    let mut bench = cargo(&["bench", "--workspace"]);
    for name in names()? {
        bench.args(["--bench", &name]);
    }
    if fast {
        bench.args(["--", "--test"]);
    }
    run(&mut bench)?;
    if fast {
        return Ok(());
    }
    site::build()?;
    tools::node()?;
    for browser in [Browser::Chromium, Browser::Firefox] {
        say(format!("Bytes, times and speed in {} (half a minute)", browser.name()));
        run(&mut node_tests(browser, |name| name == "measures.test.mjs")?)?;
    }
    peers::run_all()
}

/// The names of all benchmark programs: those that are compiled for speed only, without the tests of the crates.
fn names() -> Result<Vec<String>> {
    let files = walk(&root().join("crates"))?;
    let bench = |file: &String| Some(file.split_once("/benches/")?.1.strip_suffix(".rs")?.to_owned());
    Ok(files.iter().filter_map(bench).collect())
}
