//! What must hold of a built site, whatever is in it.

use crate::files::{carries_hash, walk};
use crate::pages::PLAIN;
use anyhow::{Result, bail};
use regex_lite::{Captures, Regex};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use vivarium_frame::page::PageData;

/// Checks that every file which a page or a style sheet names is there, that each file carries its hash (pages and a
/// few with agreed names apart), that nothing is loaded by an absolute address, and that no script stands in a page.
///
/// # Errors
/// All faults, one a line.
pub fn site(folder: &Path) -> Result<()> {
    let files: BTreeSet<String> = walk(folder)?.into_iter().collect();
    let mut faults = Vec::new();
    for name in &files {
        let bytes = fs::read(folder.join(name))?;
        if name.ends_with(".html") {
            faults.extend(page(name, &String::from_utf8_lossy(&bytes), &files));
        } else if !PLAIN.contains(&name.as_str()) && !carries_hash(name, &bytes) {
            faults.push(format!("{name} does not carry the hash of its contents"));
        }
        if name.ends_with(".css") {
            faults.extend(style(name, &String::from_utf8_lossy(&bytes), &files));
        }
    }
    if !files.contains("index.html") {
        faults.push("there is no index.html".to_owned());
    }
    if faults.is_empty() {
        return Ok(());
    }
    bail!("the built site is not sound:\n  {}", faults.join("\n  "))
}

fn pattern(text: &str) -> Regex {
    // The patterns are this file's own.
    #[allow(clippy::expect_used)]
    Regex::new(text).expect("the pattern is well formed")
}

fn group<'a>(captures: &Captures<'a>, number: usize) -> &'a str {
    captures.get(number).map_or("", |found| found.as_str())
}

fn page(name: &str, html: &str, files: &BTreeSet<String>) -> Vec<String> {
    let mut faults = Vec::new();
    let tag = pattern(r#"<([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^\s=>"/]+(?:\s*=\s*(?:"[^"]*"|[^\s">]+))?)*)\s*/?>"#);
    let attribute = pattern(r#"\s([^\s=>"/]+)\s*=\s*(?:"([^"]*)"|([^\s">]+))"#);
    for found in tag.captures_iter(html) {
        let element = group(&found, 1);
        for attr in attribute.captures_iter(group(&found, 2)) {
            let (key, value) = (group(&attr, 1), format!("{}{}", group(&attr, 2), group(&attr, 3)));
            let addresses: Vec<&str> = match (element, key) {
                (_, "src" | "data-app" | "data-wasm" | "poster") => vec![&value],
                (_, "srcset") => value.split(',').filter_map(|part| part.split_whitespace().next()).collect(),
                // A link to another place is not loaded; any other href is.
                ("a", "href") if value.starts_with("https://") || value.starts_with("mailto:") => vec![],
                (_, "href") => vec![&value],
                (_, key) if key.starts_with("on") => {
                    faults.push(format!("{name} has a script in the attribute {key}"));
                    vec![]
                }
                _ => vec![],
            };
            faults.extend(addresses.iter().filter_map(|address| broken(name, address, files)));
        }
    }
    let script = pattern(r"(?s)<script([^>]*)>(.*?)</script>");
    for found in script.captures_iter(html) {
        let (attributes, text) = (group(&found, 1), group(&found, 2));
        if attributes.contains("application/json") && attributes.contains(vivarium_frame::page::ELEMENT) {
            match serde_json::from_str::<PageData>(text) {
                Ok(page) => {
                    let named = page.data.iter().map(|(_, file)| file).chain([&page.worker]);
                    faults.extend(named.filter_map(|file| broken(name, &format!("{}{file}", page.root), files)));
                }
                Err(error) => faults.push(format!("{name} holds data that cannot be read: {error}")),
            }
        } else if !text.trim().is_empty() && !attributes.contains("application/ld+json") {
            faults.push(format!("{name} has a script of its own"));
        }
    }
    faults
}

fn style(name: &str, css: &str, files: &BTreeSet<String>) -> Vec<String> {
    let url = pattern(r#"url\(\s*["']?([^"')]+)["']?\s*\)"#);
    url.captures_iter(css).filter_map(|found| broken(name, group(&found, 1), files)).collect()
}

/// The fault of an address in the file `name`, if it has one.
fn broken(name: &str, address: &str, files: &BTreeSet<String>) -> Option<String> {
    let address = address.replace("&amp;", "&");
    if address.starts_with('#') || address.starts_with("data:") {
        return None;
    }
    if address.starts_with('/') || address.contains("://") {
        return Some(format!("{name} names the absolute address {address}"));
    }
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => return Some(format!("{name} names {address}, which leaves the site")),
            ".." => {}
            part => parts.push(part),
        }
    }
    let file = parts.join("/");
    let at_folder = path.is_empty() || path.ends_with('/') || path.ends_with('.');
    let file = match (at_folder, file.is_empty()) {
        (true, true) => "index.html".to_owned(),
        (true, false) => format!("{file}/index.html"),
        _ => file,
    };
    (!files.contains(&file)).then(|| format!("{name} names {address}, which is not there"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(html: &str) -> Vec<String> {
        let files = ["index.html", "lab/index.html", "a-1.js", "lab/x/index.html"].map(str::to_owned).into();
        page("lab/x/index.html", html, &files)
    }

    #[test]
    fn sound_pages_pass() {
        let html = "<script src=\"../../a-1.js\" data-app=../../a-1.js></script><a href=\"../\">x</a><a href=\"#here\">y</a>\
                    <a href=\"https://example.org/\">z</a><a href=\"../../?play\">front</a> <code>&lt;img src=\"/no\"&gt;</code>";
        assert_eq!(faults(html), Vec::<String>::new());
    }

    #[test]
    fn faults_are_found() {
        for (html, about) in [
            ("<script>alert(1)</script>", "script of its own"),
            ("<p onclick=\"x\">", "attribute onclick"),
            ("<img src=\"/a-1.js\">", "absolute"),
            ("<link href=\"https://example.org/x.css\">", "absolute"),
            ("<a href=\"../none/\">", "not there"),
            ("<a href=\"../../../\">", "leaves the site"),
            ("<script type=\"application/json\" id=\"vivarium\">{}</script>", "cannot be read"),
        ] {
            let found = faults(html);
            assert!(found.len() == 1 && found[0].contains(about), "{html}: {found:?}");
        }
    }
}
