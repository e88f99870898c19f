//! Where a paper can be read.

use crate::Paper;

/// A link to a paper, or to a search for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The address.
    pub address: String,
    /// Whether it leads to the paper itself; else to a search for its title.
    pub sure: bool,
}

/// Whether `id` has one of arXiv's two forms: `2008.02217` (with or without a version) or `cond-mat/9901001`.
pub fn arxiv_id_is_plausible(id: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((archive, number)) = id.split_once('/') {
        let (archive, class) = archive.split_once('.').unwrap_or((archive, "XX"));
        return !archive.is_empty()
            && archive.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            && class.len() == 2
            && class.bytes().all(|b| b.is_ascii_uppercase())
            && number.len() == 7
            && digits(number);
    }
    let (id, version) = id.split_once('v').unwrap_or((id, "1"));
    let Some((month, number)) = id.split_once('.') else { return false };
    digits(version)
        && digits(month)
        && digits(number)
        && month.len() == 4
        && (1..=12).contains(&month[2..].parse::<u8>().unwrap_or(0))
        && (4..=5).contains(&number.len())
}

impl Paper {
    /// Where it can be read: at arXiv when its number has the right form, else a search for its title.
    pub fn link(&self) -> Link {
        if arxiv_id_is_plausible(&self.arxiv) {
            Link { address: format!("https://arxiv.org/abs/{}", self.arxiv), sure: true }
        } else {
            let query: String = self.title.bytes().map(percent_encode).collect();
            Link { address: format!("https://scholar.google.com/scholar?q=%22{query}%22"), sure: false }
        }
    }
}

fn percent_encode(byte: u8) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::arxiv_id_is_plausible;

    #[test]
    fn both_forms_of_number_are_known() {
        for good in ["2008.02217", "0704.0001", "1412.6980v9", "cond-mat/9901001", "math.GT/0309136"] {
            assert!(arxiv_id_is_plausible(good), "{good}");
        }
        for bad in
            ["", "2008", "2013.02217", "2008.022", "2008.0221x", "2008.02217v", "not/1", "a b/9901001", "/9901001"]
        {
            assert!(!arxiv_id_is_plausible(bad), "{bad}");
        }
    }

    #[test]
    fn an_unsure_number_leads_to_a_search() {
        let (_, paper) = crate::papers().next().expect("a paper");
        let mut paper = paper.clone();
        assert_eq!(paper.link().address, format!("https://arxiv.org/abs/{}", paper.arxiv));
        paper.arxiv = "unknown".to_owned();
        paper.title = "What & why? Größe".to_owned();
        let link = paper.link();
        assert!(!link.sure);
        assert_eq!(link.address, "https://scholar.google.com/scholar?q=%22What+%26+why%3F+Gr%C3%B6%C3%9Fe%22");
    }
}
