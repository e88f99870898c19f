//! Formulas: LaTeX to MathML.

use maud::{Markup, PreEscaped};
use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

/// A displayed formula.
///
/// # Errors
/// The LaTeX source and what is wrong with it.
pub fn display(latex: &str) -> Result<Markup, String> {
    let storage = Storage::new();
    let events: Vec<_> = Parser::new(latex, &storage)
        .collect::<Result<_, _>>()
        .map_err(|e| format!("The formula \u{201c}{latex}\u{201d} cannot be set: {e}."))?;
    let config = RenderConfig { display_mode: DisplayMode::Block, ..RenderConfig::with_annotation(latex) };
    let mut out = String::new();
    push_mathml(&mut out, events.into_iter().map(Ok::<_, std::convert::Infallible>), config)
        .map_err(|e| format!("The formula \u{201c}{latex}\u{201d} cannot be set: {e}."))?;
    // The renderer leaves out the space between two attributes of a large bracket, which HTML asks for.
    Ok(PreEscaped(out.replace("\"minsize", "\" minsize")))
}

#[cfg(test)]
mod tests {
    use super::display;

    #[test]
    fn a_formula_becomes_mathml() {
        let html = display(r"E(\xi) = -\frac{1}{2} \xi^\top W \xi").unwrap().into_string();
        assert!(html.starts_with("<math") && html.contains("<mfrac>") && html.contains("ξ"), "{html}");
    }

    #[test]
    fn attributes_stand_apart() {
        let html = display(r"\Bigl( x \Bigr)").unwrap().into_string();
        assert!(html.contains("minsize") && !html.contains("\"minsize"), "{html}");
    }

    #[test]
    fn a_malformed_formula_is_named() {
        assert!(display(r"\frac{1}").unwrap_err().contains(r"\frac{1}"));
    }
}
