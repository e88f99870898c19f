//! A paper's citation.

use maud::{Markup, html};
use vivarium_catalogue::Paper;

/// The link to the paper, or to a search for it.
pub fn link(paper: &Paper) -> Markup {
    let link = paper.link();
    let words = if link.sure { format!("arXiv:{}", paper.arxiv) } else { "search for the title".to_owned() };
    html! { a href=(link.address) rel="noopener" { (words) } }
}

/// Authors, title, year and link in one line.
pub fn line(paper: &Paper) -> Markup {
    html! { (paper.authors) ", " cite { (paper.title) } ", " (paper.year) ". " (link(paper)) }
}

/// The citation as a section's content: one line, and the BibTeX entry.
pub fn block(paper: &Paper) -> Markup {
    html! {
        p { (line(paper)) }
        pre.bibtex tabindex="0" role="region" aria-label="BibTeX entry" { code { (bibtex(paper)) } }
    }
}

/// The BibTeX entry.
pub fn bibtex(paper: &Paper) -> String {
    let authors = authors(&paper.authors);
    let word = |text: &str| -> String {
        text.chars().take_while(|c| c.is_alphanumeric()).filter(char::is_ascii).collect::<String>().to_lowercase()
    };
    let surname = authors.first().map(|a| a.rsplit(' ').next().unwrap_or(a)).unwrap_or("anonymous");
    let key = format!("{}{}{}", word(surname), paper.year, word(&paper.title));
    let number = if paper.link().sure {
        format!("  eprint = {{{}}},\n  archivePrefix = {{arXiv}},\n", paper.arxiv)
    } else {
        String::new()
    };
    format!(
        "@misc{{{key},\n  author = {{{}}},\n  title = {{{{{}}}}},\n  year = {{{}}},\n{number}}}",
        authors.join(" and "),
        paper.title.replace('&', "\\&"),
        paper.year
    )
}

/// The authors one by one; "et al." becomes BibTeX's "others".
fn authors(text: &str) -> Vec<String> {
    let text = text.replace(" et al.", ", others").replace(" and ", ", ").replace(" & ", ", ");
    text.split(", ").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::bibtex;

    #[test]
    fn an_entry_has_key_authors_and_number() {
        let (_, paper) = vivarium_catalogue::find("modern-hopfield").unwrap();
        let entry = bibtex(paper);
        assert!(entry.starts_with("@misc{ramsauer2020hopfield,\n"), "{entry}");
        assert!(entry.contains("author = {Ramsauer and Schäfl and Lehner and others}"), "{entry}");
        assert!(entry.contains("eprint = {2008.02217}"));
    }
}
