//! Every route of the site as its own HTML file.
//!
//! [`render`] writes all text of the site (from the catalogue, the registry and the ledger) so that a page can be read
//! without scripts, reloaded on any static host and found by search engines. What lives on a page is added by the
//! program, which reads the page's [`vivarium_frame::page::PageData`].

mod cite;
mod credits;
mod exhibit;
mod findings;
mod front;
mod lab;
mod ledger;
mod lists;
mod math;
mod preview;
mod prose;
mod shell;
mod site;
mod source;
mod typeset;

use std::collections::BTreeMap;
use std::path::Path;

/// What the pages must know of the files that the rest of the build has made.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The repository's folder: sources, ledger and data notes are read there.
    pub repository: &'a Path,
    /// Published names of the files in `assets/`, by their names there (`style/base.css`).
    pub assets: &'a BTreeMap<String, String>,
    /// The program's script, relative to the site's root.
    pub app: &'a str,
    /// The program's wasm.
    pub wasm: &'a str,
    /// The worker's script.
    pub worker: &'a str,
    /// Name and file (relative to the site's root) of every data set.
    pub data: &'a [(String, String)],
    /// The name under which a file with these contents is published.
    pub publish: fn(name: &str, contents: &[u8]) -> String,
    /// The site's address with a slash at the end, if it is known: for the site map and link previews, which cannot be
    /// relative.
    pub base: Option<&'a str>,
}

/// All pages, and the files that only they need: path relative to the site's root, and contents.
///
/// # Errors
/// A sentence when a file cannot be read, a formula cannot be set, or an exhibit cannot be drawn.
pub fn render(options: &Options) -> Result<Vec<(String, Vec<u8>)>, String> {
    let site = site::Site::read(*options)?;
    let mut files = site.files();
    files.push(("index.html".into(), front::page(&site)?));
    for entry in vivarium_catalogue::labs() {
        files.push((format!("{}/index.html", entry.id), lab::page(&site, entry)?));
        for paper in &entry.papers {
            files.push((format!("{}/{}/index.html", entry.id, paper.id), exhibit::page(&site, entry, paper)?));
        }
    }
    let downloads = ledger::downloads(&site)?;
    files.push(("ledger/index.html".into(), ledger::page(&site, &downloads)?));
    files.extend(downloads.into_iter().map(ledger::Download::file));
    files.push(("credits/index.html".into(), credits::page(&site)?));
    files.push(("404.html".into(), lists::not_found(&site)?));
    files.push(("robots.txt".into(), site.robots()));
    if let Some(base) = options.base {
        let routes = files.iter().filter_map(|(path, _)| path.strip_suffix("index.html"));
        let map = site::site_map(base, routes);
        files.push(("sitemap.xml".into(), map));
    }
    Ok(files)
}
