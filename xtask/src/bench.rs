//! Benchmarks.

use crate::shell::{cargo, run, say};
use anyhow::Result;

/// Runs the native benchmarks; with `fast`, each once only, to see that they run.
pub fn run_all(fast: bool) -> Result<()> {
    say("Native benchmarks (five minutes)");
    let mut bench = cargo(&["bench", "--workspace"]);
    if fast {
        bench.args(["--", "--test"]);
    }
    run(&mut bench)
}
