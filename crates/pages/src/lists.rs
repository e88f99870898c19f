//! Papers in lists: badges, entries, tiles, and the page for a wrong address.

use crate::findings::{overall, overall_badge};
use crate::shell::Page;
use crate::site::Site;
use crate::typeset::typeset;
use maud::{Markup, html};
use vivarium_catalogue::{Fidelity, Lab, Paper};
use vivarium_frame::finding::Verdict;
use vivarium_frame::page::{Kind, PageData};

/// The fidelity as a word with its mark: a full, a half or an empty disc.
pub fn fidelity(fidelity: Fidelity) -> Markup {
    html! { span.fidelity data-fidelity=(fidelity) title=(fidelity.means()) { (fidelity) } }
}

/// `live` or `planned`.
pub fn state(site: &Site, paper: &Paper) -> &'static str {
    if site.live.contains_key(&paper.id) { "live" } else { "planned" }
}

/// The verdict on a paper, if its check has been run.
pub fn verdict(site: &Site, paper: &Paper) -> Option<Verdict> {
    overall(site.findings(&paper.id))
}

/// What the search looks through, in small letters.
pub fn search_text(lab: &Lab, paper: &Paper) -> String {
    format!("{} {} {} {} {}", paper.name, paper.title, paper.authors, paper.year, lab.title).to_lowercase()
}

/// A line of the list of all papers. `to_lab` leads from the page to the lab's folder.
pub fn entry(site: &Site, lab: &Lab, paper: &Paper, to_lab: &str) -> Markup {
    let verdict = verdict(site, paper);
    html! {
        li data-paper=(paper.id) data-lab=(lab.id) data-fidelity=(paper.fidelity) data-state=(state(site, paper))
            data-verdict=(verdict.map_or("", Verdict::word)) data-text=(search_text(lab, paper)) {
            a href={ (to_lab) (paper.id) "/" } { (paper.name) }
            " " (overall_badge(site.findings(&paper.id)))
            span.paper { (paper.title) ", " (paper.year) }
        }
    }
}

/// An exhibit as a tile with its picture, if it is live, and its hook.
pub fn tile(site: &Site, paper: &Paper, root: &str, to_lab: &str) -> Markup {
    let preview = site.live.get(&paper.id).and_then(|live| live.preview.as_ref());
    html! {
        article.tile data-state=(state(site, paper)) {
            @if let Some(preview) = preview { (preview.stage.element(root)) }
            p.tags {
                span.state data-state=(state(site, paper)) { (state(site, paper)) } (fidelity(paper.fidelity))
                (overall_badge(site.findings(&paper.id)))
            }
            h3 { a href={ (to_lab) (paper.id) "/" } { (paper.name) } }
            p.hook { (typeset(&paper.hook)) }
            @if preview.is_some() { p.claim { (typeset(&paper.claim)) } }
            p.paper { (paper.title) ", " (paper.authors) ", " (paper.year) }
        }
    }
}

/// The page for an address that leads nowhere.
pub fn not_found(site: &Site) -> Result<Vec<u8>, String> {
    // A host shows this page at any depth, so that a way up cannot be known; with the site's own address it can.
    let home = site.options.base.unwrap_or("./");
    Page {
        route: "",
        kind: Kind::Credits,
        title: "Not found",
        description: "There is no such page in the Vivarium.",
        image: None,
        data: PageData::default(),
        main: html! {
            main #content.plain {
                h1 { "There is no such page" }
                p { "The address may have been mistyped, or the exhibit has another name now." }
                p { "All labs and exhibits are on the " a href=(home) { "front page" } "." }
            }
        },
    }
    .render(site)
}
