//! Light typesetting of the formulas that stand in the catalogue's plain text.
//!
//! The entries write `W_ij <- W_ij + eta x_mu^2`; a page shows subscripts, superscripts and Greek letters. Only what is
//! surely a formula is touched: a subscript needs a base of one letter, a Greek name, or a known operator, so that
//! names such as `left_out` stay as they are.

use maud::{Markup, PreEscaped, Render};

/// Greek names, as the catalogue spells them, and their letters.
const GREEK: [(&str, &str); 33] = [
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("eps", "ε"),
    ("zeta", "ζ"),
    ("eta", "η"),
    ("theta", "θ"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("xi", "ξ"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("phi", "φ"),
    ("chi", "χ"),
    ("psi", "ψ"),
    ("omega", "ω"),
    ("Gamma", "Γ"),
    ("Delta", "Δ"),
    ("Theta", "Θ"),
    ("Lambda", "Λ"),
    ("Xi", "Ξ"),
    ("Pi", "Π"),
    ("Sigma", "Σ"),
    ("Phi", "Φ"),
    ("Psi", "Ψ"),
    ("Omega", "Ω"),
    ("infinity", "∞"),
];

/// Operators that may carry a subscript, and how they are shown when they do.
const OPERATORS: [(&str, &str); 10] = [
    ("sum", "Σ"),
    ("prod", "Π"),
    ("max", "max"),
    ("min", "min"),
    ("argmax", "argmax"),
    ("argmin", "argmin"),
    ("mean", "mean"),
    ("log", "log"),
    ("softmax", "softmax"),
    ("grad", "∇"),
];

/// Signs made of several characters. Longer ones first.
const SIGNS: [(&str, &str); 10] = [
    ("<->", "↔"),
    (" . ", " · "),
    ("sqrt(", "√("),
    ("<=", "≤"),
    (">=", "≥"),
    ("!=", "≠"),
    ("->", "→"),
    ("<-", "←"),
    ("+-", "±"),
    ("||", "‖"),
];

/// Plain text with its formulas typeset, escaped for HTML.
pub fn typeset(text: &str) -> Markup {
    let mut out = String::with_capacity(text.len() * 5 / 4);
    inline(text, &mut out, 0);
    PreEscaped(out)
}

fn inline(text: &str, out: &mut String, depth: u8) {
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        if let Some((sign, shown)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            out.push_str(shown);
            // A norm may carry scripts, as brackets do.
            before = if *sign == "||" { ')' } else { ' ' };
            rest = &rest[sign.len()..];
        } else if rest.starts_with(" - ") && joins_words(&text[..text.len() - rest.len()], &rest[3..]) {
            out.push_str(" – ");
            before = ' ';
            rest = &rest[3..];
        } else if rest.starts_with(" x ") && is_factor(&text[..text.len() - rest.len()], &rest[3..]) {
            out.push_str(" × ");
            before = ' ';
            rest = &rest[3..];
        } else if c.is_ascii_alphabetic() && !before.is_ascii_alphanumeric() && before != '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = formula(word, after, out, depth);
            before = 'a';
        } else if matches!(c, '^' | '_') && matches!(before, ')' | ']' | '0'..='9' | '}') && depth < 3 {
            rest = scripts(rest, out, depth).unwrap_or_else(|| {
                out.push(c);
                &rest[1..]
            });
            before = 'a';
        } else {
            let sign = |next: char| match before {
                '(' | '[' | '{' | '=' | ',' => next.is_ascii_alphanumeric(),
                ' ' => next.is_ascii_digit() || next == ' ',
                _ => false,
            };
            if c == '-' && (depth > 0 || rest[1..].starts_with(sign)) {
                out.push('−');
            } else {
                c.to_string().render_to(out);
            }
            before = c;
            rest = &rest[c.len_utf8()..];
        }
    }
}

/// The words next to a sign between `before` and `after`.
fn neighbours<'t>(before: &'t str, after: &'t str) -> (&'t str, &'t str) {
    let ends = |c: char| !c.is_alphanumeric();
    (before.rsplit(ends).next().unwrap_or_default(), after.split(ends).next().unwrap_or_default())
}

/// Whether ` - ` between these two is a dash: words on both sides, not symbols.
fn joins_words(before: &str, after: &str) -> bool {
    let (left, right) = neighbours(before.trim_end_matches([')', ',', '.', '"', '\'']), after);
    let word = |text: &str| text.len() >= 3 && !GREEK.iter().any(|(name, _)| *name == text);
    word(left) && word(right) && right.starts_with(char::is_alphabetic)
}

/// Whether ` x ` between these two is a product: numbers or single letters on both sides.
fn is_factor(before: &str, after: &str) -> bool {
    let word = |text: &str| text.chars().all(|c| c.is_ascii_digit()) || text.len() == 1;
    let (left, right) = neighbours(before, after);
    !left.is_empty() && !right.is_empty() && word(left) && word(right)
}

/// A word and the sub- and superscripts that follow it; gives back what comes after.
fn formula<'a>(word: &str, after: &'a str, out: &mut String, depth: u8) -> &'a str {
    let greek = GREEK.iter().find(|(name, _)| *name == word).map(|(_, letter)| *letter);
    let operator = OPERATORS.iter().find(|(name, _)| *name == word).map(|(_, shown)| *shown);
    let carries = after.starts_with(['_', '^']) && depth < 3;
    if carries && (word.len() <= 2 || greek.is_some() || operator.is_some()) {
        let base = greek.or(operator).unwrap_or(word);
        let start = out.len();
        base.render_to(out);
        if let Some(rest) = scripts(after, out, depth) {
            return rest;
        }
        out.truncate(start);
    }
    greek.unwrap_or(word).render_to(out);
    after
}

/// One subscript and one superscript at most, in either order; none when what follows is no script.
fn scripts<'a>(after: &'a str, out: &mut String, depth: u8) -> Option<&'a str> {
    let mut rest = after;
    let mut any = false;
    for _ in 0..2 {
        let tag = match rest.chars().next() {
            Some('_') => "sub",
            Some('^') => "sup",
            _ => break,
        };
        let Some((script, next)) = script(&rest[1..]) else { break };
        out.push_str(&format!("<{tag}>"));
        inline(script, out, depth + 1);
        out.push_str(&format!("</{tag}>"));
        rest = next;
        any = true;
    }
    any.then_some(rest)
}

/// What stands in a script: a group in braces, a group in brackets, or a run of letters and digits, perhaps signed or
/// a star.
fn script(text: &str) -> Option<(&str, &str)> {
    for (open, close) in [('{', '}'), ('(', ')')] {
        if text.starts_with(open) {
            let mut depth = 0;
            for (i, c) in text.char_indices() {
                depth += i32::from(c == open) - i32::from(c == close);
                if depth == 0 {
                    let whole = if open == '{' { &text[1..i] } else { &text[..=i] };
                    return Some((whole, &text[i + 1..]));
                }
            }
            return None;
        }
    }
    if let Some(rest) = text.strip_prefix('*') {
        return Some(("*", rest));
    }
    let signed = usize::from(text.starts_with(['-', '+']));
    let run = text[signed..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len() - signed);
    let end = signed + run;
    (run > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::typeset;

    fn set(text: &str) -> String {
        typeset(text).into_string()
    }

    #[test]
    fn formulas_are_set() {
        assert_eq!(set("W_ij <- W_ij + eta x_mu^2"), "W<sub>ij</sub> ← W<sub>ij</sub> + η x<sub>μ</sub><sup>2</sup>");
        assert_eq!(set("d^{n-1} in R^{d x N}"), "d<sup>n−1</sup> in R<sup>d × N</sup>");
        assert_eq!(set("sum_{k != i,j} W_ik"), "Σ<sub>k ≠ i,j</sub> W<sub>ik</sub>");
        assert_eq!(set("(X^T X)^{-1}"), "(X<sup>T</sup> X)<sup>−1</sup>");
        assert_eq!(set("E = -1/2 xi^T W xi"), "E = −1/2 ξ<sup>T</sup> W ξ");
        assert_eq!(set("28 x 28, exp(-beta ||x - y||)"), "28 × 28, exp(−β ‖x − y‖)");
        assert_eq!(set("||W||_F^2"), "‖W‖<sub>F</sub><sup>2</sup>");
        assert_eq!(set("+-1 patterns, sqrt(d_k)"), "±1 patterns, √(d<sub>k</sub>)");
    }

    #[test]
    fn prose_is_left_alone() {
        for text in ["left_out and one-step, 20-30 %", "a_ b^", "3 - or not", "well-known", "find x in the box x is"] {
            assert_eq!(set(text).replace('−', "-"), text);
        }
        assert_eq!(set("to another - answers, codes - and"), "to another – answers, codes – and");
        assert_eq!(set("a < b & \"c\" <script>"), "a &lt; b &amp; &quot;c&quot; &lt;script&gt;");
        assert_eq!(set("x_{open"), "x_{open");
    }
}
