//! Readable HTML from the catalogue's plain text.

use crate::typeset::typeset;
use maud::{Markup, html};

/// Paragraphs, one a line; runs of lines that begin with a key such as `(1)` or `2.` become a list.
pub fn paragraphs(text: &str) -> Markup {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let runs = lines.chunk_by(|a, b| key(a).is_some() == key(b).is_some());
    html! {
        @for run in runs {
            @if key(run[0]).is_some() { (list(&run.iter().filter_map(|line| key(line)).collect::<Vec<_>>())) }
            @else { @for line in run { p { (typeset(line)) } } }
        }
    }
}

/// One paragraph whose parts may be marked `(A)`, `(B)`, ...: then what comes before them, and a list.
pub fn parts(text: &str) -> Markup {
    let (lead, items) = split_parts(text);
    html! {
        @if !lead.is_empty() { p { (typeset(lead)) } }
        @if !items.is_empty() { (list(&items)) }
    }
}

fn list(items: &[(&str, &str)]) -> Markup {
    html! {
        ul.keyed { @for (key, text) in items { li { span.key { (key) } " " span { (typeset(text)) } } } }
    }
}

/// The key of a list's line, and the rest.
fn key(line: &str) -> Option<(&str, &str)> {
    let (key, rest) = line.split_once(' ')?;
    let inner = key.strip_prefix('(').and_then(|k| k.strip_suffix(')')).or_else(|| key.strip_suffix(['.', ')']))?;
    let short = inner.bytes().all(|b| b.is_ascii_digit()) && inner.len() <= 2
        || inner.len() == 1 && key.starts_with('(') && inner.bytes().all(|b| b.is_ascii_alphabetic());
    (!inner.is_empty() && short).then_some((key, rest))
}

/// Splits at `(A)`, `(B)`, ... in their order; at least two are needed.
fn split_parts(text: &str) -> (&str, Vec<(&str, &str)>) {
    let mut starts = Vec::new();
    let mut from = 0;
    for letter in 'A'..='Z' {
        let mark = format!("({letter}) ");
        let found = text[from..].match_indices(&mark).map(|(i, _)| from + i);
        let Some(at) = found.into_iter().find(|&i| i == 0 || text[..i].ends_with(' ')) else { break };
        starts.push(at);
        from = at + mark.len();
    }
    if starts.len() < 2 {
        return (text, Vec::new());
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let items = starts.iter().zip(ends).map(|(&start, end)| (&text[start..start + 3], text[start + 4..end].trim_end()));
    (text[..starts[0]].trim_end(), items.collect())
}

/// `text` cut at a word so that it has `most` characters at the most.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most - 1).collect();
    let head = head.rsplit_once(' ').map_or(head.as_str(), |(head, _)| head);
    format!("{}\u{2026}", head.trim_end_matches([',', ';', ':', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_paragraphs_and_lists() {
        let html = paragraphs("One.\n(1) first\n(2) second\n\nTwo < three.").into_string();
        assert_eq!(
            html,
            "<p>One.</p><ul class=\"keyed\"><li><span class=\"key\">(1)</span> <span>first</span></li>\
             <li><span class=\"key\">(2)</span> <span>second</span></li></ul><p>Two &lt; three.</p>"
        );
    }

    #[test]
    fn parts_are_split_in_order_only() {
        let (lead, items) = split_parts("Both. (A) one, not (C) that; (B) two (see (A) above).");
        assert_eq!(lead, "Both.");
        assert_eq!(items, [("(A)", "one, not (C) that;"), ("(B)", "two (see (A) above).")]);
        assert_eq!(split_parts("only (A) here").1.len(), 0);
    }

    #[test]
    fn a_cut_ends_at_a_word() {
        assert_eq!(cut("short", 10), "short");
        assert_eq!(cut("one two, three", 10), "one two\u{2026}");
        assert!(cut(&"\u{00e9}".repeat(200), 160).chars().count() <= 160);
    }
}
