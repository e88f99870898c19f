//! The last step of Trunk's build: every file gets a name that carries its contents' hash, and every page is written.
//!
//! A file that names another (a loader its program, a style sheet its fonts) is changed to the new name before it is
//! hashed itself, so its own name changes with the other's. Pages name files by these names only: whatever version of
//! a page a visitor has, it never gets a file of another version.

use crate::files::{hashed_name, root, walk};
use crate::verify;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Files of `assets/` that are not published.
const PRIVATE: &[&str] = &["data/README.md", "data/make.py"];
/// Files that others look for by their plain names.
pub const PLAIN: &[&str] = &["robots.txt", "manifest.webmanifest", "sitemap.xml"];

/// The names in the built site, by the names before.
type Names = BTreeMap<String, String>;

/// Works on the folder that Trunk names in `TRUNK_STAGING_DIR`.
pub fn run() -> Result<()> {
    let site = std::env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .context("this step is run by Trunk; `cargo xtask build` is the command")?;
    let program = program(&site)?;
    let worker = worker(&site)?;
    let assets = assets(&root().join("assets"), &site)?;
    write_pages(&site, &program, &worker, &assets)?;
    verify::site(&site)
}

/// Writes `bytes` into the site under a name that carries their hash; the name.
fn publish(site: &Path, name: &str, bytes: &[u8]) -> Result<String> {
    let name = hashed_name(name, bytes);
    let file = site.join(&name);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&file, bytes).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(name)
}

/// Reads a file that Trunk has put into the site, and removes it there.
fn take(site: &Path, name: &str) -> Result<Vec<u8>> {
    let file = site.join(name);
    let bytes = fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    fs::remove_file(&file)?;
    Ok(bytes)
}

/// The page's program: its script and its wasm.
struct Program {
    js: String,
    wasm: String,
}

fn program(site: &Path) -> Result<Program> {
    let files = walk(site)?;
    let mut scripts = files.iter().filter(|name| name.starts_with("vivarium-site") && name.ends_with(".js"));
    let (Some(js), None) = (scripts.next(), scripts.next()) else {
        bail!("Trunk should have left one script of the site's program; there are {}: {files:?}", files.len());
    };
    let wasm = js.replace(".js", "_bg.wasm");
    pair(site, js, &wasm, "site")
}

/// Publishes a program's wasm, then the script that names it.
fn pair(site: &Path, js: &str, wasm: &str, name: &str) -> Result<Program> {
    let script = String::from_utf8(take(site, js)?).with_context(|| format!("{js} is no text"))?;
    let bytes = take(site, wasm)?;
    let published = publish(site, &format!("{name}.wasm"), &bytes)?;
    // With the wasm's name in it, the script gets another name whenever the wasm changes.
    let script = format!("// For {published}\n{script}").replace(&format!("vivarium-{name}_bg.wasm"), &published);
    Ok(Program { js: publish(site, &format!("{name}.js"), script.as_bytes())?, wasm: published })
}

/// The worker: its program, and a loader with both names in it. The loader's name.
fn worker(site: &Path) -> Result<String> {
    let Program { js, wasm } = pair(site, "vivarium-worker.js", "vivarium-worker_bg.wasm", "worker")?;
    take(site, "vivarium-worker_loader.js")?;
    // A rejected promise would go unheard; an exception thrown from a timer reaches the page as the worker's error.
    let loader = format!(
        "importScripts(\"./{js}\");\nwasm_bindgen({{ module_or_path: \"./{wasm}\" }}).catch((error) => setTimeout(() => {{ throw error; }}));\n"
    );
    publish(site, "worker_loader.js", loader.as_bytes())
}

/// Copies all assets; style sheets last, since they name others.
fn assets(from: &Path, site: &Path) -> Result<Names> {
    let mut names = Names::new();
    let (styles, others): (Vec<_>, Vec<_>) = walk(from)?
        .into_iter()
        .filter(|name| !PRIVATE.contains(&name.as_str()))
        .partition(|name| name.ends_with(".css"));
    for name in others {
        let bytes = fs::read(from.join(&name))?;
        if PLAIN.contains(&name.as_str()) {
            fs::write(site.join(&name), bytes)?;
        } else {
            let published = publish(site, &name, &bytes)?;
            names.insert(name, published);
        }
    }
    for name in styles {
        let text = fs::read_to_string(from.join(&name))?;
        let published = publish(site, &name, with_new_names(&text, &name, &names).as_bytes())?;
        names.insert(name, published);
    }
    Ok(names)
}

/// A style sheet in which every `url(...)` of an asset has its published name.
fn with_new_names(text: &str, style: &str, names: &Names) -> String {
    let folder = style.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    names.iter().filter(|(old, _)| old.starts_with(&folder)).fold(text.to_owned(), |text, (old, new)| {
        let (old, new) = (&old[folder.len()..], &new[folder.len()..]);
        ["url(\"", "url('", "url("]
            .iter()
            .fold(text, |text, open| text.replace(&format!("{open}{old}"), &format!("{open}{new}")))
    })
}

/// The name a data set is asked for by, from its file's, whatever its form: `data/digits-8.idx.gz` is `digits-8`.
fn data_name(file: &str) -> Option<&str> {
    let (name, _form) = file.strip_prefix("data/")?.strip_suffix(".gz")?.rsplit_once('.')?;
    Some(name)
}

fn write_pages(site: &Path, program: &Program, worker: &str, assets: &Names) -> Result<()> {
    let data: Vec<_> = assets.iter().filter_map(|(old, new)| Some((data_name(old)?.to_owned(), new.clone()))).collect();
    let base = std::env::var("VIVARIUM_BASE").ok();
    let pages = vivarium_pages::render(&vivarium_pages::Options {
        repository: &root(),
        assets,
        app: &program.js,
        wasm: &program.wasm,
        worker,
        data: &data,
        publish: hashed_name,
        base: base.as_deref(),
    });
    for (name, contents) in pages.map_err(anyhow::Error::msg)? {
        let file = site.join(&name);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, contents).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_sheet_gets_the_published_names() {
        let names = Names::from([
            ("fonts/a.woff2".to_owned(), "fonts/a-1.woff2".to_owned()),
            ("css/x.svg".to_owned(), "css/x-2.svg".to_owned()),
        ]);
        assert_eq!(with_new_names("src: url(\"fonts/a.woff2\")", "style.css", &names), "src: url(\"fonts/a-1.woff2\")");
        assert_eq!(with_new_names("src: url(x.svg)", "css/style.css", &names), "src: url(x-2.svg)");
    }

    #[test]
    fn data_sets_are_known_by_their_names() {
        assert_eq!(data_name("data/digits-8.idx.gz"), Some("digits-8"));
        assert_eq!(data_name("data/iris.csv.gz"), Some("iris"));
        assert_eq!(data_name("data/README.md"), None);
    }
}
