//! An exhibit's page, live or planned.

use crate::findings::line as finding_line;
use crate::lab::siblings;
use crate::lists::fidelity;
use crate::prose::{paragraphs, parts};
use crate::shell::Page;
use crate::site::{Live, Site};
use crate::source::listing;
use crate::typeset::typeset;
use crate::{cite, math};
use maud::{Markup, html};
use vivarium_catalogue::{Fidelity, Lab, Paper};
use vivarium_frame::finding::Verdict;
use vivarium_frame::page::{Kind, PageData, PartData};
use vivarium_frame::words::operations;

/// Renders it.
pub fn page(site: &Site, lab: &Lab, paper: &Paper) -> Result<Vec<u8>, String> {
    let route = format!("{}/{}/", lab.id, paper.id);
    let live = site.live.get(&paper.id);
    let main = match live {
        Some(live) => live_main(lab, paper, live, site)?,
        None => planned_main(site, lab, paper)?,
    };
    Page {
        route: &route,
        kind: Kind::Exhibit,
        title: &paper.name,
        description: &paper.hook,
        image: live.and_then(|live| live.preview.as_ref()).map(|preview| preview.image()),
        data: PageData { exhibit: live.map(|live| live.data.clone()), ..PageData::default() },
        main,
    }
    .render(site)
}

fn head(lab: &Lab, paper: &Paper) -> Markup {
    html! {
        header.exhibit {
            p.crumb { a href="../" { (lab.title) } span.number { "No. " (paper.n) } (fidelity(paper.fidelity)) }
            h1 { (paper.name) }
            p.paper { cite { (paper.title) } " · " (paper.authors) " · " (paper.year) }
            p.hook { (typeset(&paper.hook)) }
        }
    }
}

/// A section of the text: heading in the margin, content beside it.
fn section(id: &str, title: &str, content: Markup) -> Markup {
    html! {
        section.part aria-labelledby=(id) { h2 id=(id) { (title) } div.text { (content) } }
    }
}

fn live_main(lab: &Lab, paper: &Paper, live: &Live, site: &Site) -> Result<Markup, String> {
    Ok(html! {
        main #content data-exhibit=(paper.id) data-status="loading" data-step="0" {
            (head(lab, paper))
            div #live {
                div.placeholder {
                    @if let Some(preview) = &live.preview {
                        (preview.stage.element("../../"))
                    }
                    p.waiting { "The experiment is loading." }
                    noscript { p { "The experiment needs scripts, which are switched off here. The text below does not." } }
                }
            }
            article.explains {
                (section("claim", "What the paper claims", html! {
                    (paragraphs(&paper.claim))
                    @for finding in site.findings(&paper.id) { (finding_line(finding)) }
                    p.aside { (fidelity(paper.fidelity)) " " (paper.fidelity.means()) }
                }))
                (section("see", "What you see", see(paper)))
                (section("try", "Try", tries(paper)))
                (section("how", "How it works", how(paper)?))
                (section("check", "How the claim is checked", checks(site, paper, live)))
                (section("left-out", "What is left out", paragraphs(&paper.left_out)))
                (section("source", "Read the source", source(live)))
                (section("citation", "Citation", cite::block(paper)))
            }
            (siblings(site, lab, paper))
        }
    })
}

fn planned_main(site: &Site, lab: &Lab, paper: &Paper) -> Result<Markup, String> {
    let articles = match paper.fidelity {
        Fidelity::Analogue => "an analogue",
        Fidelity::Miniature => "a miniature",
        Fidelity::Replica => "a replica",
    };
    Ok(html! {
        main #content data-exhibit=(paper.id) data-state="planned" {
            (head(lab, paper))
            p.planned { b { "Not live yet." } " What follows is the plan for " (articles) ": what the paper claims, how it works, \
                and how the claim will be put to the test here. Nothing on this page has been measured." }
            article.explains {
                (section("claim", "What the paper claims", paragraphs(&paper.claim)))
                (section("how", "How it works", how(paper)?))
                (section("plan", "The planned exhibit", html! {
                    (paragraphs(&paper.miniature))
                    h3 { "The main picture" } (paragraphs(&paper.stage))
                    h3 { "Beside it" } ul { @for picture in &paper.pictures { li { (typeset(picture)) } } }
                }))
                (section("controls", "Its controls", html! {
                    table.controls {
                        thead { tr { th scope="col" { "Control" } th scope="col" { "Range" } th scope="col" { "Default" } th scope="col" { "The question it answers" } } }
                        tbody { @for control in &paper.controls { tr {
                            th scope="row" { (typeset(&control.name)) @if control.live { " " span.acts title="Acts on the running exhibit" { "live" } } }
                            td { (typeset(&control.range)) } td { (typeset(&control.default)) } td { (typeset(&control.why)) }
                        } } }
                    }
                }))
                (section("try", "To try", tries(paper)))
                (section("check", "How the claim will be checked", plan_of_check(paper)))
                (section("left-out", "What is left out", paragraphs(&paper.left_out)))
                (section("citation", "Citation", cite::block(paper)))
            }
            (siblings(site, lab, paper))
        }
    })
}

fn see(paper: &Paper) -> Markup {
    match &paper.see {
        Some(see) => paragraphs(see),
        None => {
            html! { (paragraphs(&paper.stage)) ul { @for picture in &paper.pictures { li { (typeset(picture)) } } } }
        }
    }
}

fn tries(paper: &Paper) -> Markup {
    html! {
        ol.tries { @for experiment in &paper.r#try {
            li {
                p { (typeset(&experiment.text)) }
                @if let Some(set) = &experiment.set {
                    a.set data-set=(set) href={ "?" (set) "#live" } { "Set it up" }
                }
            }
        } }
    }
}

/// The method: equations with what they say, where there are some; the whole text otherwise, or behind them.
fn how(paper: &Paper) -> Result<Markup, String> {
    let equations = paper
        .equations
        .iter()
        .map(|e| Ok((formulas(&e.latex)?, &e.says)))
        .collect::<Result<Vec<_>, String>>()
        .map_err(|e| format!("{}: {e}", paper.id))?;
    Ok(html! {
        @if equations.is_empty() { (paragraphs(&paper.mechanism)) }
        @else {
            dl.equations { @for (formula, says) in &equations {
                div { dt { @for formula in formula { (formula) } } dd { (typeset(says)) } }
            } }
            details { summary { "The whole method in words" } (paragraphs(&paper.mechanism)) }
        }
    })
}

/// What `\qquad` separates becomes formulas of their own, so that they can stand below each other on a narrow screen.
fn formulas(latex: &str) -> Result<Vec<Markup>, String> {
    latex.split(r"\qquad").map(|formula| math::display(formula.trim().trim_end_matches(','))).collect()
}

fn checks(site: &Site, paper: &Paper, live: &Live) -> Markup {
    if live.data.parts.is_empty() {
        return plan_of_check(paper);
    }
    html! {
        p { "Each part below is measured over several seeds; its 95 % interval is set against the relation that the claim \
            or theory demands. The button beside the experiment runs it in your browser." }
        @for part in &live.data.parts { (check_part(site, paper, live, part)) }
        p.off { b { "With the mechanism switched off: " } (typeset(&paper.check.off)) }
        @if site.findings(&paper.id).any(|finding| finding.verdict != Verdict::Holds) {
            div #tried { h3 { "What was expected, and what was tried" } (parts(&paper.check.expected)) }
        }
    }
}

fn check_part(site: &Site, paper: &Paper, live: &Live, part: &PartData) -> Markup {
    let findings = site.findings(&paper.id).filter(|finding| finding.part == part.id);
    html! {
        div.check-part {
            h3 id={ "check-" (part.id) } { (typeset(&part.measure)) @if !part.unit.is_empty() { span.unit { " in " (part.unit) } } }
            dl {
                dt { "Expected" } dd { b { (typeset(&part.expected)) }
                    // A relation to the baseline has no unit.
                    @if !part.unit.is_empty() && !part.expected.contains("baseline") { " " (part.unit) } }
                @if !part.because.is_empty() { dt { "Because" } dd { (typeset(&part.because)) } }
                @if !part.baseline.is_empty() { dt { "Baseline" } dd { (typeset(&part.baseline)) } }
                dt { "Seeds" } dd { (part.seeds) ", about " (operations(part.cost)) " multiply-adds each"
                    @if let Some(&place) = live.source.parts.get(&part.id) { " · " a href=(live.source.fragment(place)) { "source, line " (place.1) } } }
                @for finding in findings { dt { "Measured" } dd { (finding_line(finding)) } }
            }
        }
    }
}

fn plan_of_check(paper: &Paper) -> Markup {
    let check = &paper.check;
    html! {
        dl.plan {
            dt { "Measured" } dd { (parts(&check.measure)) }
            dt { "Compared with" } dd { (parts(&check.baseline)) }
            dt { "Expected" } dd { (parts(&check.expected)) }
            dt { "Mechanism off" } dd { (parts(&check.off)) }
            dt { "Effort" } dd { p { (check.seeds) " seeds; " (typeset(&check.cost)) "." } }
        }
    }
}

fn source(live: &Live) -> Markup {
    let source = &live.source;
    let links = |places: &std::collections::BTreeMap<String, (usize, u32)>, names: Vec<(&str, &str)>| {
        html! {
            @for (id, label) in names { @if let Some(&place) = places.get(id) {
                tr { td { (typeset(label)) } td { code { (id) } } td { a href=(source.fragment(place)) { (file_name(live, place.0)) ":" (place.1) } } }
            } }
        }
    };
    let controls = live.data.schema.controls.iter().map(|c| (c.name.as_str(), c.label.as_str())).collect();
    let parts = live.data.parts.iter().map(|p| (p.id.as_str(), p.measure.as_str())).collect();
    html! {
        p { "What runs above is compiled from this very file. The same file runs in the command-line program, to the same bits." }
        details {
            summary { "Where each control and each part of the check stands" }
            table.lines {
                thead { tr { th scope="col" { "What" } th scope="col" { "Name" } th scope="col" { "Line" } } }
                tbody { (links(&source.controls, controls)) (links(&source.parts, parts)) }
            }
        }
        @for file in &source.files {
            details.listing { summary { code { (file.path) } span.count { (file.text.lines().count()) " lines" } } (listing(file)) }
        }
    }
}

fn file_name(live: &Live, file: usize) -> &str {
    live.source.files.get(file).and_then(|f| f.path.rsplit('/').next()).unwrap_or_default()
}
