//! The ledger: what was claimed, what was expected, what was measured.

use crate::findings::{badge, measured};
use crate::lists::fidelity;
use crate::prose::parts;
use crate::shell::Page;
use crate::site::Site;
use crate::typeset::typeset;
use maud::{Markup, html};
use vivarium_catalogue::{Lab, Paper, labs};
use vivarium_frame::finding::{Finding, Verdict};
use vivarium_frame::page::{Kind, PageData};

/// Renders it.
pub fn page(site: &Site) -> Result<Vec<u8>, String> {
    Page {
        route: "ledger/",
        kind: Kind::Ledger,
        title: "Ledger of findings",
        description: "All 233 claims with what was expected, what was measured here with its interval, and the verdict. \
            Anyone can run each check again.",
        image: None,
        data: PageData::default(),
        main: html! {
            main #content.ledger {
                header.lede {
                    h1 { "Ledger of findings" }
                    p.question { "Every claim, beside what came out when it was tested here." }
                    (summary(site))
                }
                nav.jump aria-label="Labs on this page" {
                    ul { @for lab in labs() { li { a href={ "#lab-" (lab.id) } { (lab.title) } } } }
                }
                @for lab in labs() { (lab_table(site, lab)) }
            }
        },
    }
    .render(site)
}

fn summary(site: &Site) -> Markup {
    let count = |verdict| site.ledger.findings.iter().filter(|f| f.verdict == verdict).count();
    let all = [Verdict::Holds, Verdict::Fails, Verdict::Undecided];
    html! {
        div.text {
            p { "A finding is one part of a check: its measured value over several seeds with a 95 % interval, against the relation \
                that the claim demands. A claim " b { "holds" } " when the whole interval satisfies the relation, " b { "does not hold at this scale" }
                " when none of it does, and is " b { "undecided" } " otherwise. The same numbers, to the bit, come out of the exhibit\u{2019}s page and of \
                the command-line program." }
            @if site.ledger.findings.is_empty() { p { "No finding has been committed yet." } }
            @else { p.counts { @for verdict in all { span { (badge(verdict)) " " (count(verdict)) } } } }
        }
    }
}

fn lab_table(site: &Site, lab: &Lab) -> Markup {
    html! {
        section aria-labelledby={ "lab-" (lab.id) } {
            h2 id={ "lab-" (lab.id) } { a href={ "../" (lab.id) "/" } { (lab.title) } }
            table.findings {
                thead { tr {
                    th scope="col" { "Paper" } th scope="col" { "Claim" } th scope="col" { "Expected" } th scope="col" { "Measured" } th scope="col" { "Verdict" }
                } }
                tbody { @for paper in &lab.papers { (rows(site, lab, paper)) } }
            }
        }
    }
}

fn rows(site: &Site, lab: &Lab, paper: &Paper) -> Markup {
    let address = format!("../{}/{}/", lab.id, paper.id);
    let findings: Vec<&Finding> = site.findings(&paper.id).collect();
    let live = site.live.contains_key(&paper.id);
    let name = |span: usize| {
        html! {
            th scope="rowgroup" rowspan=(span) {
                a href=(address) { (paper.name) } (fidelity(paper.fidelity)) span.paper { (paper.title) ", " (paper.year) }
            }
            td.claim rowspan=(span) { (typeset(&paper.claim)) }
        }
    };
    html! {
        @if findings.is_empty() {
            tr data-state=(if live { "live" } else { "planned" }) {
                (name(1))
                td { details { summary { "what would count" } (parts(&paper.check.expected)) } }
                td.open colspan="2" { @if live { "Not measured yet: " a href={ (address) "#check" } { "run it here" } } @else { "planned" } }
            }
        }
        @for (i, finding) in findings.iter().enumerate() {
            tr data-state="live" {
                @if i == 0 { (name(findings.len())) }
                td { (typeset(&finding.measure)) ": " b { (typeset(&finding.expected)) } }
                td { (measured(finding)) }
                td { (badge(finding.verdict)) " " a.run href={ (address) "#check-" (finding.part) } { "run it here" } }
            }
        }
    }
}
