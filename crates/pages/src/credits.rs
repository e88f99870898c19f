//! Thanks, sources and licences.

use crate::cite;
use crate::shell::Page;
use crate::site::Site;
use maud::{Markup, PreEscaped, html};
use std::collections::BTreeSet;
use vivarium_catalogue::{Paper, papers};
use vivarium_frame::page::{Kind, PageData};

/// Renders it.
pub fn page(site: &Site) -> Result<Vec<u8>, String> {
    let read = |path: &str| {
        std::fs::read_to_string(site.options.repository.join(path)).map_err(|e| format!("{path} cannot be read: {e}."))
    };
    let data = markdown(&read("assets/data/README.md")?);
    let crates = crates(&read("Cargo.lock")?);
    let mut all: Vec<&Paper> = papers().map(|(_, paper)| paper).collect();
    all.sort_by_key(|paper| (paper.authors.to_lowercase(), paper.year));
    Page {
        route: "credits/",
        kind: Kind::Credits,
        title: "Credits and licences",
        description: "The papers, data sets, typefaces and programs that the Vivarium is made of, and their terms.",
        image: None,
        data: PageData::default(),
        main: html! {
            main #content.credits {
                header.lede {
                    h1 { "Credits" }
                    p.question { "What this site is made of, and whose work that is." }
                }
                section.part { h2 #papers-heading { "Papers" } div.text {
                    p { "The ideas belong to the authors of these " (all.len()) " papers. Claims and methods are told here in other words than theirs; \
                        mistakes in the telling are this site\u{2019}s own." }
                    details { summary { "All papers by first author" } ul.bibliography { @for paper in all { li { (cite::line(paper)) } } } }
                } }
                section.part { h2 { "Data sets" } div.text { (data) } }
                section.part { h2 { "Typefaces" } div.text {
                    p { "Text is set in Newsreader by Production Type, reduced to the signs used here. Pictures made by the command-line program use Inter \
                        by Rasmus Andersson. Both are under the SIL Open Font License 1.1"
                        @if let Some(licence) = site.asset("style/newsreader-licence.txt") { ": " a href={ "../" (licence) } { "its text" } } "." }
                } }
                section.part { h2 { "Programs" } div.text {
                    p { "The site is written in Rust and runs as WebAssembly. The page is built with Yew, pictures are drawn with Plotters, arrays are \
                        ndarray\u{2019}s, parallel lanes are wide\u{2019}s, elementary functions are libm\u{2019}s, and Trunk puts everything together." }
                    details { summary { (crates.len()) " crates, with thanks to their authors" } p.crates { (crates.join(", ")) "." } }
                } }
            }
        },
    }
    .render(site)
}

/// A Markdown text without its title.
fn markdown(text: &str) -> Markup {
    use pulldown_cmark::{Options, Parser, html::push_html};
    let body = text.split_once('\n').filter(|(first, _)| first.starts_with("# ")).map_or(text, |(_, body)| body);
    let mut out = String::new();
    push_html(&mut out, Parser::new_ext(body, Options::ENABLE_TABLES));
    PreEscaped(out)
}

/// The crates that the lock file takes from a registry.
fn crates(lock: &str) -> Vec<String> {
    let names: BTreeSet<&str> = lock
        .split("[[package]]")
        .filter(|package| package.contains("\nsource = "))
        .filter_map(|package| package.lines().find_map(|line| line.strip_prefix("name = ")))
        .map(|name| name.trim_matches('"'))
        .collect();
    names.into_iter().map(str::to_owned).collect()
}
