//! Findings in words and figures.

use crate::typeset::typeset;
use maud::{Markup, html};
use vivarium_frame::finding::{Finding, Verdict};
use vivarium_frame::interval::{self, plot};
use vivarium_frame::page::Line;

/// The verdict on an exhibit as a whole: it fails where one part fails, and holds where all hold.
pub fn overall<'f>(findings: impl Iterator<Item = &'f Finding>) -> Option<Verdict> {
    findings.map(|finding| finding.verdict).reduce(|a, b| match (a, b) {
        (Verdict::Fails, _) | (_, Verdict::Fails) => Verdict::Fails,
        (Verdict::Undecided, _) | (_, Verdict::Undecided) => Verdict::Undecided,
        _ => Verdict::Holds,
    })
}

/// A number for reading: four significant digits.
pub fn number(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return format!("{x}");
    }
    let size = x.abs().log10().floor() as i32;
    let text = if (-4..=6).contains(&size) {
        format!("{x:.*}", usize::try_from(3 - size).unwrap_or(0))
    } else {
        format!("{x:.3e}")
    };
    let trimmed = match text.split_once('e') {
        None if text.contains('.') => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        _ => text,
    };
    trimmed.replace('-', "\u{2212}")
}

/// A verdict as a coloured word.
pub fn badge(verdict: Verdict) -> Markup {
    html! { span.verdict data-verdict=(verdict.word()) { (verdict.label()) } }
}

/// An exhibit's findings as one coloured word; where its parts differ, as how many of them hold. Empty without findings.
pub fn overall_badge<'f>(findings: impl Iterator<Item = &'f Finding> + Clone) -> Markup {
    let Some(verdict) = overall(findings.clone()) else { return Markup::default() };
    if verdict == Verdict::Holds {
        return badge(verdict);
    }
    let (all, holding) = (findings.clone().count(), findings.filter(|f| f.verdict == Verdict::Holds).count());
    html! { span.verdict data-verdict=(verdict.word()) { (holding) " of " (all) " parts hold" } }
}

/// The measured value with its interval.
pub fn measured(finding: &Finding) -> Markup {
    let [lo, hi] = finding.interval;
    html! {
        span.measured {
            b { (number(finding.value)) } @if !finding.unit.is_empty() { " " (finding.unit) }
            " " span.interval { "[" (number(lo)) ", " (number(hi)) "]" }
        }
    }
}

/// The finding as a small picture.
pub fn picture(finding: &Finding, line: &Line) -> Markup {
    html! {
        @if let Some(plot) = plot(finding, line) {
            svg.range viewBox=(interval::view_box()) role="img" aria-label=(plot.words) {
                @for mark in &plot.marks { path class=(mark.class) d=(mark.path) {} }
                @for label in &plot.labels { text x=(label.x) y=(label.y) text-anchor=(label.anchor) { (label.text) } }
            }
        }
    }
}

/// One finding: what, how much, expected, verdict.
pub fn line(finding: &Finding) -> Markup {
    html! {
        p.finding {
            (badge(finding.verdict)) " " (measured(finding))
            " over " (finding.seeds.len()) " seeds, expected " (typeset(&finding.expected))
            @if !finding.baseline.is_empty() { " (" (typeset(&finding.baseline)) ")" }
            ". Version " (finding.version) "."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_short() {
        for (x, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.138_04, "0.138"),
            (-2.5, "\u{2212}2.5"),
            (44_890.0, "44890"),
            (1.25e-7, "1.250e\u{2212}7"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(number(x), text);
        }
    }
}
