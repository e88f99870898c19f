//! A lab's page.

use crate::lists::{fidelity, state, tile};
use crate::prose::paragraphs;
use crate::shell::Page;
use crate::site::Site;
use crate::typeset::typeset;
use maud::{Markup, html};
use vivarium_catalogue::{Lab, Paper, SHELVES};
use vivarium_frame::page::{Kind, PageData};

/// Renders it.
pub fn page(site: &Site, lab: &Lab) -> Result<Vec<u8>, String> {
    let route = format!("{}/", lab.id);
    let (live, planned): (Vec<&Paper>, Vec<&Paper>) = lab.papers.iter().partition(|p| state(site, p) == "live");
    let image = live.first().and_then(|p| site.live.get(&p.id)?.preview.as_ref()).map(|preview| preview.image());
    Page {
        route: &route,
        kind: Kind::Lab,
        title: &lab.title,
        description: &lab.question,
        image,
        data: PageData::default(),
        main: html! {
            main #content.lab {
                header.lede {
                    p.crumb { a href="../#labs" { "Labs" } }
                    h1 { (lab.title) }
                    p.question { (typeset(&lab.question)) }
                }
                @if !live.is_empty() {
                    section aria-labelledby="live-heading" {
                        h2 #live-heading { "Live now" }
                        div.tiles { @for paper in &live { (tile(site, paper, "../", "")) } }
                    }
                }
                @if !planned.is_empty() {
                    section aria-labelledby="planned-heading" {
                        h2 #planned-heading { "Planned" }
                        p.note { "Not live yet. Each page says what the paper claims and how it will be put to the test." }
                        div.tiles.compact { @for paper in &planned { (tile(site, paper, "../", "")) } }
                    }
                }
                section aria-labelledby="shared-heading" {
                    h2 #shared-heading { "What these exhibits share" }
                    div.text { (shared(&lab.environment)) }
                }
                (neighbours(lab))
            }
        },
    }
    .render(site)
}

/// The first line of what is shared; the rest on demand.
fn shared(environment: &str) -> Markup {
    let (first, rest) = environment.trim().split_once('\n').unwrap_or((environment, ""));
    html! {
        (paragraphs(first))
        @if !rest.is_empty() { details { summary { "The whole environment" } (paragraphs(rest)) } }
    }
}

/// The other labs of the same shelf.
fn neighbours(lab: &Lab) -> Markup {
    let shelf = SHELVES.iter().find(|shelf| shelf.labs.contains(&lab.id.as_str()));
    html! {
        @if let Some(shelf) = shelf {
            nav.neighbours aria-labelledby="shelf-heading" {
                h2 #shelf-heading { (shelf.title) }
                ul { @for id in shelf.labs {
                    @if let Some(other) = vivarium_catalogue::lab(id) {
                        li { @if other.id == lab.id { span aria-current="page" { (other.title) } }
                             @else { a href={ "../" (other.id) "/" } { (other.title) } } }
                    }
                } }
            }
        }
    }
}

/// Links to the exhibits of a lab, from one of its exhibits.
pub fn siblings(site: &Site, lab: &Lab, paper: &Paper) -> Markup {
    html! {
        nav.siblings aria-labelledby="siblings-heading" {
            h2 #siblings-heading { "In the same lab: " a href="../" { (lab.title) } }
            ul { @for other in lab.papers.iter().filter(|other| other.id != paper.id) {
                li data-state=(state(site, other)) {
                    a href={ "../" (other.id) "/" } { (other.name) } " " (fidelity(other.fidelity))
                    span.paper { (other.title) ", " (other.year) }
                }
            } }
        }
    }
}
