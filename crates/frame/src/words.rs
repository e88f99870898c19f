//! Findings and efforts in words, the same ones on every page.

use crate::finding::{Finding, Verdict};

/// A number of operations in words: "2 million".
pub fn operations(count: f64) -> String {
    let (size, word) = match count {
        c if c >= 1e12 => (1e12, " trillion"),
        c if c >= 1e9 => (1e9, " billion"),
        c if c >= 1e6 => (1e6, " million"),
        c if c >= 1e3 => (1e3, " thousand"),
        _ => (1.0, ""),
    };
    let scaled = count / size;
    if scaled < 10.0 && scaled.fract() != 0.0 { format!("{scaled:.1}{word}") } else { format!("{scaled:.0}{word}") }
}

/// A span of time in words, no more exact than a guess can be.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => "less than 1 s".to_owned(),
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 90.0 * 60.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// What a finding says, and what it does not, in a sentence or two.
pub fn sentence(finding: &Finding) -> String {
    let seeds = match finding.seeds.len() {
        1 => "1 seed".to_owned(),
        n => format!("{n} seeds"),
    };
    let expected = &finding.expected;
    let [lo, hi] = finding.interval;
    if !finding.value.is_finite() {
        return format!("Over {seeds} a number is missing, so nothing can be said.");
    }
    let verdict = match finding.verdict {
        Verdict::Holds => format!("Over {seeds} the whole 95 % interval satisfies the expected relation ({expected})."),
        Verdict::Fails => format!(
            "Over {seeds} nothing of the 95 % interval satisfies the expected relation ({expected}): at this scale it does \
             not hold."
        ),
        Verdict::Undecided if !(lo.is_finite() && hi.is_finite()) => {
            format!("There is no interval over {seeds}: more are needed for a verdict.")
        }
        Verdict::Undecided => format!(
            "Over {seeds} a part of the 95 % interval satisfies the expected relation ({expected}) and a part does not, so \
             nothing is decided; more seeds would narrow it."
        ),
    };
    if finding.seeds.len() > 1 && lo == hi {
        return format!("{verdict} All seeds gave the same number: they say nothing of how much it may vary.");
    }
    verdict
}

/// Findings as a table (CSV): a line a seed, with the finding's own entries on each. Every number has all its
/// digits; one that is missing is an empty cell.
pub fn csv(findings: &[Finding]) -> String {
    let mut csv =
        "id,part,seed,seed_value,seed_baseline,value,interval_low,interval_high,unit,expected,verdict,measure,\
                   baseline,version,seconds\n"
            .to_owned();
    for finding in findings {
        let [lo, hi] = finding.interval;
        for sample in &finding.seeds {
            let cells = [
                finding.id.clone(),
                finding.part.clone(),
                sample.seed.to_string(),
                exactly(sample.value),
                sample.baseline.map(exactly).unwrap_or_default(),
                exactly(finding.value),
                exactly(lo),
                exactly(hi),
                finding.unit.clone(),
                finding.expected.clone(),
                finding.verdict.word().to_owned(),
                finding.measure.clone(),
                finding.baseline.clone(),
                finding.version.clone(),
                exactly(finding.seconds),
            ];
            csv += &line(&cells);
        }
    }
    csv
}

/// A line of CSV with its end.
pub fn line<T: AsRef<str>>(cells: &[T]) -> String {
    cells.iter().map(|cell| quoted(cell.as_ref())).collect::<Vec<_>>().join(",") + "\n"
}

fn exactly(number: f64) -> String {
    if number.is_finite() { number.to_string() } else { String::new() }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Sample;

    fn finding(verdict: Verdict, interval: [f64; 2], seeds: u64) -> Finding {
        Finding {
            id: "x".into(),
            part: "a".into(),
            measure: "N*, \"counted\"".into(),
            unit: String::new(),
            baseline: String::new(),
            seeds: (0..seeds).map(|seed| Sample { seed, value: 0.1 + 0.2, baseline: None }).collect(),
            value: 0.5,
            interval,
            expected: "at least 0.4".into(),
            verdict,
            version: "1".into(),
            seconds: 2.5,
        }
    }

    #[test]
    fn efforts_are_said_in_words() {
        assert_eq!(operations(4.5e9), "4.5 billion");
        assert_eq!(operations(2e6), "2 million");
        assert_eq!(operations(40.0), "40");
        assert_eq!(duration(0.2), "less than 1 s");
        assert_eq!(duration(12.4), "12 s");
        assert_eq!(duration(600.0), "10 min");
        assert_eq!(duration(9000.0), "2.5 h");
    }

    #[test]
    fn a_sentence_says_no_more_than_the_interval() {
        let holds = sentence(&finding(Verdict::Holds, [0.45, 0.55], 5));
        assert_eq!(holds, "Over 5 seeds the whole 95 % interval satisfies the expected relation (at least 0.4).");
        assert!(sentence(&finding(Verdict::Holds, [0.5, 0.5], 5)).ends_with("how much it may vary."));
        assert!(sentence(&finding(Verdict::Fails, [0.1, 0.2], 5)).contains("does not hold"));
        assert!(sentence(&finding(Verdict::Undecided, [0.3, 0.7], 5)).contains("nothing is decided"));
        let open = [f64::NEG_INFINITY, f64::INFINITY];
        assert_eq!(
            sentence(&finding(Verdict::Undecided, open, 1)),
            "There is no interval over 1 seed: more are needed for a verdict."
        );
    }

    #[test]
    fn tables_keep_every_digit_and_quote_what_needs_it() {
        let csv = csv(&[finding(Verdict::Holds, [0.25, f64::INFINITY], 1)]);
        let mut lines = csv.lines();
        assert_eq!(lines.next().unwrap().split(',').count(), 15);
        let wanted = "x,a,0,0.30000000000000004,,0.5,0.25,,,at least 0.4,holds,\"N*, \"\"counted\"\"\",,1,2.5";
        assert_eq!(lines.next(), Some(wanted));
    }
}
