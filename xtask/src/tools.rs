//! The tools that the build and the tests need: which are there, and how the others are installed.

use crate::files::{Stamp, root};
use crate::shell::{cargo, command, output, path_with, run, say, which};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The release of Trunk that the project is built with.
const TRUNK: &str = "0.21.14";

/// Where tools go of which the user has another version already.
fn own_tools() -> PathBuf {
    root().join("target/tools")
}

/// The search path of the build: own tools and npm's programs first, so that an old wasm-opt of the system is not used.
pub fn path() -> Result<OsString> {
    path_with(&[&own_tools().join("bin"), &root().join("node_modules/.bin")])
}

/// Installs whatever of the build's tools is missing. Whether wasm-opt is among them.
pub fn prepare() -> Result<bool> {
    wasm_target()?;
    cargo_tool("wasm-bindgen", "wasm-bindgen-cli", &wasm_bindgen_version()?, "two minutes")?;
    cargo_tool("trunk", "trunk", TRUNK, "seven minutes")?;
    wasm_opt()
}

fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let sysroot = output("rustc", &["--print", "sysroot"]).context("rustc is missing; install Rust by rustup.rs")?;
    if Path::new(&sysroot).join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    if which("rustup").is_none() {
        bail!(
            "Rust's target {TARGET} is missing. With rustup it would be added here; your Rust came another way: add the target by it (Debian: libstd-rust-dev-wasm32)"
        );
    }
    say("Adding Rust's wasm target (half a minute)");
    run(&mut command("rustup", &["target", "add", TARGET]))
}

/// Adds rustfmt and clippy to a toolchain that came without.
pub fn lints() -> Result<()> {
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if output(program, &["--version"]).is_none() {
            say(format!("Adding {component} (half a minute)"));
            run(&mut command("rustup", &["component", "add", component]))
                .with_context(|| format!("{component} is missing, and rustup could not add it"))?;
        }
    }
    Ok(())
}

/// The version of wasm-bindgen that the site is locked to; the command must be of the very same.
fn wasm_bindgen_version() -> Result<String> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock cannot be read")?;
    lock_version(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")
}

fn lock_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

fn cargo_tool(program: &str, package: &str, version: &str, time: &str) -> Result<()> {
    let own = own_tools().join("bin").join(program);
    let is_right = |program: &OsString| output(program, &["--version"]).is_some_and(|text| text.ends_with(version));
    if is_right(&own.clone().into()) || is_right(&program.into()) {
        return Ok(());
    }
    let mut install = cargo(&["install", package, "--version", version, "--locked"]);
    if which(program).is_some() {
        say(format!("Installing {package} {version} into target/tools, since yours is another version (about {time})"));
        install.arg("--root").arg(own_tools());
    } else {
        say(format!("Installing {package} {version} (about {time})"));
    }
    run(&mut install).with_context(|| {
        format!("{package} {version} could not be installed; a C compiler (Debian: build-essential) and a connection are needed")
    })
}

/// Installs npm's packages of the project (wasm-opt, and what the browsers are driven with), once for each lock file.
pub fn npm() -> Result<()> {
    let stamp = Stamp::new(root().join("node_modules/.vivarium"), &["package-lock.json"])?;
    if stamp.holds() {
        return Ok(());
    }
    say("Installing wasm-opt and the browsers' driver by npm (ten seconds)");
    run(&mut command("npm", &["ci", "--no-audit", "--no-fund", "--ignore-scripts"]))
        .context("npm could not install the packages of package-lock.json")?;
    stamp.set()
}

/// The oldest wasm-opt that can read what Rust makes today.
const OLDEST_WASM_OPT: u32 = 116;

fn wasm_opt() -> Result<bool> {
    if which("npm").is_some() && which("node").is_some() {
        npm()?;
        return Ok(true);
    }
    // "wasm-opt version 108" or "wasm-opt version 132 (version_132)"
    let version = output("wasm-opt", &["--version"]).and_then(|text| text.split_whitespace().nth(2)?.parse().ok());
    if version.is_some_and(|version: u32| version >= OLDEST_WASM_OPT) {
        return Ok(true);
    }
    say("Node is missing, so wasm-opt is left out: the site works, but its programs are about a third larger and \
         somewhat slower. With Node (Debian: apt install nodejs npm, macOS: brew install node) it comes by itself");
    Ok(false)
}

/// A browser that the tests can drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Chromium or Chrome.
    Chromium,
    /// Firefox.
    Firefox,
}

impl Browser {
    /// Its name in lower case; in capitals it is the environment variable that may hold its path.
    pub fn name(self) -> &'static str {
        match self {
            Browser::Chromium => "chromium",
            Browser::Firefox => "firefox",
        }
    }

    /// Its program.
    ///
    /// # Errors
    /// A sentence that says which package brings it.
    pub fn find(self) -> Result<PathBuf> {
        let variable = self.name().to_uppercase();
        if let Some(path) = std::env::var_os(&variable) {
            let path = PathBuf::from(path);
            return if path.is_file() { Ok(path) } else { bail!("{variable} is {}, which is no file", path.display()) };
        }
        let (programs, applications, packages): (&[&str], &[&str], &str) = match self {
            Browser::Chromium => (
                &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
                &["Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome"],
                "Debian: apt install chromium; macOS: brew install --cask chromium",
            ),
            Browser::Firefox => (
                &["firefox-esr", "firefox"],
                &["Firefox.app/Contents/MacOS/firefox"],
                "Debian: apt install firefox-esr; macOS: brew install --cask firefox",
            ),
        };
        let found = programs.iter().find_map(|program| which(program)).or_else(|| {
            let folders = [PathBuf::from("/Applications"), home().join("Applications")];
            let files = folders.iter().flat_map(|folder| applications.iter().map(move |app| folder.join(app)));
            files.into_iter().find(|file| file.is_file())
        });
        found.with_context(|| {
            format!("{} is missing ({packages}), or its path is wanted in the variable {variable}", self.name())
        })
    }
}

fn home() -> PathBuf {
    std::env::var_os("HOME").unwrap_or_default().into()
}

/// Makes sure of Node and npm's packages, which drive the browsers.
pub fn node() -> Result<()> {
    const PACKAGES: &str = "Debian: apt install nodejs npm; macOS: brew install node";
    let Some(version) = output("node", &["--version"]) else {
        bail!("Node is missing, which drives the browsers ({PACKAGES})");
    };
    let major: u32 = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    if major < 20 {
        bail!("Node {version} is too old for the tests in browsers, 20 is needed ({PACKAGES})");
    }
    if which("npm").is_none() {
        bail!("npm is missing, which brings what drives the browsers ({PACKAGES})");
    }
    npm()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(lock_version(lock, "wasm-bindgen").as_deref(), Some("0.2.129"));
        assert_eq!(lock_version(lock, "other"), None);
    }
}
