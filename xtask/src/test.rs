//! Every test there is, and one line at the end.

use crate::files::root;
use crate::shell::{cargo, command, say, watch};
use crate::tools::{self, Browser};
use crate::{files, site};
use anyhow::Result;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// How many tests passed and failed.
#[derive(Default)]
struct Count {
    passed: u32,
    failed: u32,
}

impl Count {
    /// A piece of work that is one test.
    fn one(&mut self, about: &str, work: impl FnOnce() -> Result<bool>) -> bool {
        say(about);
        let start = Instant::now();
        let passed = work().unwrap_or_else(|error| {
            eprintln!("{error:#}");
            false
        });
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
            eprintln!("FAILED: {about}");
        }
        eprintln!("  {:.0} s", start.elapsed().as_secs_f64());
        passed
    }

    /// A program that runs many tests, whose counts are read from its output. Ending badly without a failed test to show
    /// for it (it could not be built, say) counts as one.
    fn many(&mut self, about: &str, command: &mut Command, read: fn(&str) -> Option<Count>) {
        say(about);
        let start = Instant::now();
        let mut sum = Count::default();
        let ended = watch(command, |line| {
            if let Some(count) = read(line) {
                sum.passed += count.passed;
                sum.failed += count.failed;
            }
        });
        let well = ended.unwrap_or_else(|error| {
            eprintln!("{error:#}");
            false
        });
        if !well && sum.failed == 0 || sum.passed + sum.failed == 0 {
            sum.failed += 1;
            eprintln!("FAILED: {about}");
        }
        self.passed += sum.passed;
        self.failed += sum.failed;
        eprintln!("  {} passed, {} failed, {:.0} s", sum.passed, sum.failed, start.elapsed().as_secs_f64());
    }
}

/// The number before ` {word}` in a line of cargo's: "test result: ok. 12 passed; 0 failed; ...".
fn cargo_count(line: &str) -> Option<Count> {
    let rest = line.strip_prefix("test result: ")?;
    let number = |word: &str| {
        let before = rest.split([';', '.']).find_map(|part| part.trim().strip_suffix(word))?;
        before.trim().parse().ok()
    };
    Some(Count { passed: number("passed")?, failed: number("failed")? })
}

/// The last lines of Node's test runner: "# pass 12", "# fail 0", "# cancelled 0".
fn node_count(line: &str) -> Option<Count> {
    let (word, number) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?.split_once(' ')?;
    let number = number.trim().parse().ok()?;
    match word {
        "pass" => Some(Count { passed: number, failed: 0 }),
        "fail" | "cancelled" => Some(Count { passed: 0, failed: number }),
        _ => None,
    }
}

/// Seconds of computation, by the ledger's own record, that a sample of it is given.
const LEDGER_SECONDS: &str = "60";

/// Runs all tests; with `fast`, those that need neither a browser nor the optimised program.
pub fn run(fast: bool) -> Result<ExitCode> {
    let start = Instant::now();
    say("Testing: format, lints and native tests (eight minutes the first time, then one or two)");
    tools::prepare()?;
    tools::lints()?;
    let mut count = Count::default();

    count.one("Format", || watch(&mut cargo(&["fmt", "--all", "--check"]), |_| ()));
    count.one("Lints of everything, as native programs", || {
        watch(&mut cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]), |_| ())
    });
    count.one("Lints of the site and its worker, as wasm", || {
        let packages = ["--package", "vivarium", "--package", "vivarium-worker"];
        let mut lint = cargo(&["clippy", "--quiet", "--target", "wasm32-unknown-unknown"]);
        watch(lint.args(packages).args(["--", "-D", "warnings"]), |_| ())
    });
    count.many("Native tests", &mut cargo(&["test", "--quiet", "--workspace", "--no-fail-fast"]), cargo_count);
    if fast {
        say("The ledger's sample and the tests in browsers are left out");
    } else {
        count.one("The command-line program, whose numbers the page must show (two minutes the first time)", || {
            watch(&mut cargo(&["build", "--quiet", "--profile", "cli", "--package", "vivarium-cli"]), |_| ())
        });
        count.one("A sample of the ledger, measured again to the bit (a minute at most)", || {
            watch(&mut command(vivarium(), &["verify", "--budget", LEDGER_SECONDS]), |_| ())
        });
        in_browsers(&mut count);
    }

    say(format!("All of it took {:.0} s", start.elapsed().as_secs_f64()));
    println!("{} passed, {} failed", count.passed, count.failed);
    Ok(if count.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn in_browsers(count: &mut Count) {
    let built = count.one("The site, built and sound", || site::build().map(|()| true))
        && count.one("Node, which drives the browsers", || tools::node().map(|()| true));
    if built {
        let mut bits = cargo(&["test", "--package", "vivarium-engine", "--test", "bits"]);
        bits.args(["--target", "wasm32-unknown-unknown"]);
        bits.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
        // The runner may be one of the project's own tools.
        if let Ok(path) = tools::path() {
            bits.env("PATH", path);
        }
        count.many("The engine's bits, as wasm (a minute to compile)", &mut bits, cargo_count);
    }
    for browser in [Browser::Chromium, Browser::Firefox] {
        let about = format!("Tests in {} (about three minutes)", browser.name());
        if !built {
            count.one(&about, || anyhow::bail!("they could not run, for the reason above"));
            continue;
        }
        match node_tests(browser, |_| true) {
            Ok(mut tests) => count.many(&about, &mut tests, node_count),
            Err(error) => {
                count.one(&about, || Err(error));
            }
        }
    }
}

/// Where the command-line program is built.
fn vivarium() -> PathBuf {
    root().join("target/cli/vivarium")
}

/// The test files in `tests/e2e` that `wanted` names, to be run by Node in this browser.
pub fn node_tests(browser: Browser, wanted: impl Fn(&str) -> bool) -> Result<Command> {
    let files = files::walk(&root().join("tests/e2e"))?;
    let tests = files.iter().filter(|name| name.ends_with(".test.mjs") && wanted(name));
    let mut node = command("node", &["--test", "--test-reporter=spec", "--test-concurrency=1"]);
    node.args(tests.map(|name| format!("tests/e2e/{name}")));
    node.env("BROWSER", browser.name()).env("BROWSER_PATH", browser.find()?);
    node.env("XTASK", std::env::current_exe()?).env("VIVARIUM", vivarium()).env("PATH", tools::path()?);
    Ok(node)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_the_runners_lines() {
        let count = cargo_count("test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured").unwrap();
        assert_eq!((count.passed, count.failed), (12, 3));
        assert!(cargo_count("running 3 tests").is_none());
        assert_eq!(node_count("ℹ pass 7").unwrap().passed, 7);
        assert_eq!(node_count("ℹ fail 2").unwrap().failed, 2);
        assert!(node_count("ℹ tests 9").is_none());
    }
}
