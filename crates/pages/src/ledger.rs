//! The ledger: what was claimed, what was expected, what was measured. One table, which the program sorts and filters.

use crate::findings::{badge, measured, picture};
use crate::lists::{fidelity, search_text, state, verdict};
use crate::prose::parts;
use crate::shell::Page;
use crate::site::Site;
use crate::typeset::typeset;
use maud::{Markup, html};
use vivarium_catalogue::{Lab, Paper, papers};
use vivarium_frame::finding::{Finding, Verdict};
use vivarium_frame::page::{Kind, PageData};
use vivarium_frame::words;

/// The columns: heading, and the key that the table can be sorted by.
const COLUMNS: [(&str, Option<&str>); 8] = [
    ("Paper", Some("name")),
    ("Year", Some("year")),
    ("Lab", Some("lab")),
    ("Fidelity", Some("fidelity")),
    ("Claim", None),
    ("Expected", None),
    ("Measured", None),
    ("Verdict", Some("verdict")),
];

/// A file that the page offers.
pub struct Download {
    /// What the link says.
    label: &'static str,
    /// The name it gets on the visitor's machine.
    save_as: &'static str,
    /// Its published name.
    path: String,
    contents: Vec<u8>,
}

impl Download {
    /// The file itself: path relative to the site's root, and contents.
    pub fn file(self) -> (String, Vec<u8>) {
        (self.path, self.contents)
    }
}

/// Renders it.
pub fn page(site: &Site, downloads: &[Download]) -> Result<Vec<u8>, String> {
    // What has been measured comes first; the rest stands shelf by shelf.
    let (measured, open): (Vec<_>, Vec<_>) = papers().partition(|(_, paper)| site.findings(&paper.id).next().is_some());
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
                    (summary(site, downloads))
                }
                section aria-labelledby="all" {
                    h2 #all { "All papers" }
                    div #search {}
                    table #papers.findings {
                        thead { tr { @for (heading, key) in COLUMNS { th scope="col" data-sort=[key] { (heading) } } } }
                        @for (lab, paper) in measured.into_iter().chain(open) { (rows(site, lab, paper)) }
                    }
                }
            }
        },
    }
    .render(site)
}

fn summary(site: &Site, downloads: &[Download]) -> Markup {
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
            p.legend {
                "In the pictures a dot is a seed, the bar the interval, the diamond its mean, and the shaded part is where the claim wants it to lie."
            }
            p.downloads {
                "To take along: "
                @for (i, file) in downloads.iter().enumerate() {
                    @if i > 0 { ", " } a href={ "../" (file.path) } download=(file.save_as) { (file.label) }
                }
                "."
            }
        }
    }
}

/// A paper: a row for each finding, or one that says that there is none.
fn rows(site: &Site, lab: &Lab, paper: &Paper) -> Markup {
    let address = format!("../{}/{}/", lab.id, paper.id);
    let findings: Vec<&Finding> = site.findings(&paper.id).collect();
    let (state, verdict) = (state(site, paper), verdict(site, paper));
    let span = findings.len().max(1);
    let head = html! {
        th scope="rowgroup" rowspan=(span) { a href=(address) { (paper.name) } span.paper { (paper.title) ", " (paper.authors) } }
        td.year rowspan=(span) { (paper.year) }
        td.lab rowspan=(span) { a href={ "../" (lab.id) "/" } { (lab.title) } }
        td rowspan=(span) { (fidelity(paper.fidelity)) }
        td.claim rowspan=(span) {
            (typeset(&paper.claim))
            @if verdict.is_some_and(|verdict| verdict != Verdict::Holds) {
                details { summary { "what was expected, and tried" } (parts(&paper.check.expected)) }
            }
        }
    };
    html! {
        tbody data-paper=(paper.id) data-lab=(lab.id) data-lab-title=(lab.title) data-name=(paper.name) data-year=(paper.year)
            data-fidelity=(paper.fidelity) data-state=(state) data-verdict=(verdict.map_or("", Verdict::word))
            data-text=(search_text(lab, paper)) {
            @if findings.is_empty() {
                tr data-state=(state) {
                    (head)
                    td.plan { details { summary { "what would count" } (parts(&paper.check.expected)) } }
                    td.open colspan="2" { @if state == "live" { "Not measured yet: " a href={ (address) "#check" } { "run it here" } } @else { "planned" } }
                }
            }
            @for (i, finding) in findings.iter().enumerate() {
                tr data-state="live" {
                    @if i == 0 { (head) }
                    td.wanted { b { (typeset(&finding.expected)) } span.measure { (typeset(&finding.measure)) } }
                    td.shown { (picture(finding, &site.line(finding))) (measured(finding)) }
                    td.end { (badge(finding.verdict)) a.run href={ (address) "#check-" (finding.part) } { "run it here" } }
                }
            }
        }
    }
}

/// The files that the page offers.
///
/// # Errors
/// When the ledger has no JSON form.
pub fn downloads(site: &Site) -> Result<[Download; 3], String> {
    let json = serde_json::to_string_pretty(&site.ledger).map_err(|e| format!("The ledger cannot be written: {e}."))?;
    let head = ["id", "lab", "name", "title", "authors", "year", "fidelity", "state", "verdict", "findings", "claim"];
    let table: String = papers()
        .map(|(lab, paper)| {
            words::line(&[
                paper.id.as_str(),
                &lab.id,
                &paper.name,
                &paper.title,
                &paper.authors,
                &paper.year.to_string(),
                paper.fidelity.word(),
                state(site, paper),
                verdict(site, paper).map_or("", Verdict::word),
                &site.findings(&paper.id).count().to_string(),
                &paper.claim,
            ])
        })
        .collect();
    let download = |label, save_as: &'static str, text: String| {
        let path = (site.options.publish)(&format!("ledger/{save_as}"), text.as_bytes());
        Download { label, save_as, path, contents: text.into_bytes() }
    };
    Ok([
        download("all findings as JSON", "vivarium-ledger.json", json),
        download("as CSV, seed by seed", "vivarium-findings.csv", words::csv(&site.ledger.findings)),
        download("the table of all papers as CSV", "vivarium-papers.csv", words::line(&head) + &table),
    ])
}
