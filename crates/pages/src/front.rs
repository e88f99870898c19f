//! The front page.

use crate::lists::{entry, state, tile};
use crate::shell::Page;
use crate::site::Site;
use crate::typeset::typeset;
use maud::{Markup, html};
use vivarium_catalogue::{SHELVES, find, lab, papers};
use vivarium_frame::page::{Hero, Kind, PageData};

/// What the site is, in one sentence.
pub const DESCRIPTION: &str =
    "Live miniatures of 233 research papers: small neural networks that learn, remember and break in your own browser.";

/// The exhibit that lives on the front page, and how it opens.
const HERO: (&str, &str) = ("modern-hopfield", "brush=smudge&play");

/// The three exhibits that show what the site is about.
const FLAGSHIPS: [&str; 3] = ["modern-hopfield", "lottery-ticket", "nc-deep-linear"];

/// Renders it.
pub fn page(site: &Site) -> Result<Vec<u8>, String> {
    let hero = site.live.get(HERO.0);
    Page {
        route: "",
        kind: Kind::Front,
        title: "",
        description: DESCRIPTION,
        image: hero.and_then(|live| live.preview.as_ref()).map(|preview| preview.image()),
        data: PageData {
            hero: hero.map(|live| Hero { exhibit: live.data.clone(), query: HERO.1.into() }),
            ..PageData::default()
        },
        main: html! {
            main #content.front {
                (opening(site))
                section.flagships aria-labelledby="flagships-heading" {
                    h2 #flagships-heading { "Three to begin with" }
                    div.tiles { @for (l, p) in FLAGSHIPS.iter().filter_map(|id| find(id)) { (tile(site, p, "./", &format!("{}/", l.id))) } }
                }
                (all(site))
            }
        },
    }
    .render(site)
}

fn opening(site: &Site) -> Markup {
    let preview = site.live.get(HERO.0).and_then(|live| live.preview.as_ref());
    html! {
        section.opening {
            div.words {
                h1 { "Research papers, alive on the page" }
                p.lede { "Each exhibit is one paper\u{2019}s idea as a small network that learns, remembers and breaks in your own \
                    browser. Take hold of it, then put the paper\u{2019}s claim to the test." }
                p.legend {
                    "The net shown here holds a few pictures. Smudge the one you see and it will be pulled back. "
                    @if let Some((lab, paper)) = find(HERO.0) { a href={ (lab.id) "/" (paper.id) "/" } { "Open the whole exhibit" } }
                }
            }
            div #hero {
                div.placeholder {
                    @if let Some(preview) = preview { (preview.stage.element("./")) }
                    noscript { p { "The net needs scripts, which are switched off here. All texts of this site can be read without." } }
                }
            }
        }
    }
}

fn all(site: &Site) -> Markup {
    let live = papers().filter(|(_, paper)| state(site, paper) == "live").count();
    html! {
        section.catalogue aria-labelledby="labs" {
            header {
                h2 #labs { "All labs" }
                p.count { (papers().count()) " papers in " (vivarium_catalogue::labs().len()) " labs; "
                    (live) @if live == 1 { " is" } @else { " are" } " live, the others are planned and say so." }
                ul.key {
                    @for fidelity in vivarium_catalogue::Fidelity::ALL {
                        li { (crate::lists::fidelity(fidelity)) " " (fidelity.means()) }
                    }
                }
            }
            div #search {}
            div #papers {
                @for shelf in SHELVES {
                    h2.shelf { (shelf.title) }
                    div.shelf { @for lab in shelf.labs.iter().filter_map(|id| lab(id)) {
                        section data-lab-section=(lab.id) {
                            h3 { a href={ (lab.id) "/" } { (lab.title) } }
                            p.question { (typeset(&lab.question)) }
                            ul { @for paper in &lab.papers { (entry(site, lab, paper, &format!("{}/", lab.id))) } }
                        }
                    } }
                }
            }
        }
    }
}
