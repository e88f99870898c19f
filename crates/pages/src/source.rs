//! The source that runs, shown: highlighted at build time, with the line of each control and of each part of the check.

use maud::{Markup, PreEscaped, Render, html};
use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};
use std::collections::BTreeMap;
use std::path::Path;

/// One file that a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path in the repository.
    pub path: String,
    /// What the lines' ids begin with: `L` for the exhibit's own file, else the file's name and `-L`.
    pub prefix: String,
    /// Its text.
    pub text: String,
}

/// The files of an exhibit, and where things stand in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The exhibit's own file first, then those of its lab in which a control or a part stands.
    pub files: Vec<SourceFile>,
    /// The file (index) and line (from 1) of each control.
    pub controls: BTreeMap<String, (usize, u32)>,
    /// The file (index) and line (from 1) of each part of the check.
    pub parts: BTreeMap<String, (usize, u32)>,
}

impl Source {
    /// Reads the files of exhibit `id` of `lab`, and finds its controls and the parts of its check in them.
    ///
    /// # Errors
    /// When a file cannot be read, or a control or a part is in none of the lab's files.
    pub fn read(repository: &Path, lab: &str, id: &str, controls: &[&str], parts: &[&str]) -> Result<Self, String> {
        let folder = format!("crates/labs/src/{lab}");
        let own = format!("{}.rs", id.replace('-', "_"));
        let mut others: Vec<String> = std::fs::read_dir(repository.join(&folder))
            .map_err(|e| format!("The folder {folder} cannot be read: {e}."))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".rs") && *name != own)
            .collect();
        others.sort();
        let files = std::iter::once((own, "L".to_owned())).chain(others.into_iter().map(|name| {
            let prefix = format!("{}-L", name.trim_end_matches(".rs").replace('_', "-"));
            (name, prefix)
        }));
        let files = files
            .map(|(name, prefix)| {
                let path = format!("{folder}/{name}");
                let text = std::fs::read_to_string(repository.join(&path))
                    .map_err(|e| format!("The file {path} cannot be read: {e}."))?;
                Ok(SourceFile { path, prefix, text })
            })
            .collect::<Result<Vec<_>, String>>()?;
        let locate = |names: &[&str], what: &str, find: fn(&str, &str) -> Option<u32>| {
            names
                .iter()
                .map(|&name| {
                    let mut places = files.iter().enumerate().filter_map(|(i, f)| Some((i, find(&f.text, name)?)));
                    let place = places.next().ok_or_else(|| format!("No file of {folder} has the {what} {name}."))?;
                    Ok((name.to_owned(), place))
                })
                .collect::<Result<BTreeMap<_, _>, String>>()
        };
        let controls = locate(controls, "control", control_line)?;
        let parts = locate(parts, "check part", part_line)?;
        Ok(Self { files, controls, parts }.without_idle_files())
    }

    /// Drops the files that nothing refers to, except the exhibit's own.
    fn without_idle_files(mut self) -> Self {
        let used = |i: usize| i == 0 || self.controls.values().chain(self.parts.values()).any(|&(file, _)| file == i);
        let kept: Vec<usize> = (0..self.files.len()).filter(|&i| used(i)).collect();
        let renumber = |places: &mut BTreeMap<String, (usize, u32)>| {
            for (file, _) in places.values_mut() {
                *file = kept.iter().position(|k| k == file).unwrap_or(0);
            }
        };
        renumber(&mut self.controls);
        renumber(&mut self.parts);
        self.files = kept.iter().map(|&i| self.files[i].clone()).collect();
        self
    }

    /// The fragment that leads to a place.
    pub fn fragment(&self, (file, line): (usize, u32)) -> String {
        format!("#{}{line}", self.files.get(file).map_or("L", |f| &f.prefix))
    }

    /// The places in the exhibit's own file.
    pub fn own(places: &BTreeMap<String, (usize, u32)>) -> BTreeMap<String, u32> {
        places.iter().filter(|(_, place)| place.0 == 0).map(|(name, place)| (name.clone(), place.1)).collect()
    }
}

/// The line of a struct's field: the control's name with underscores, then a colon.
fn control_line(text: &str, name: &str) -> Option<u32> {
    let field = format!("{}:", name.replace('-', "_"));
    let mut inside = false;
    for (line, number) in text.lines().zip(1..) {
        inside = match line.trim() {
            start if start.ends_with("struct Controls {") => true,
            "}" => false,
            _ => inside,
        };
        if inside && line.trim().trim_start_matches("pub ").starts_with(&field) {
            return Some(number);
        }
    }
    None
}

/// The line on which a part of a check is given its id.
fn part_line(text: &str, id: &str) -> Option<u32> {
    let quoted = format!("\"{id}\"");
    let lines = || text.lines().zip(1..);
    let given = |line: &str| line.contains(&format!("id: {quoted}"));
    lines().find(|(line, _)| given(line)).or_else(|| lines().find(|(line, _)| line.contains(&quoted))).map(|(_, n)| n)
}

/// The file as numbered, highlighted lines; each has the id of its prefix and number.
pub fn listing(file: &SourceFile) -> Markup {
    let lines = highlight(&file.text);
    html! {
        pre.source tabindex="0" role="region" aria-label=(file.path) {
            code { @for (line, number) in lines.iter().zip(1u32..) {
                span.line id={ (file.prefix) (number) } {
                    a href={ "#" (file.prefix) (number) } { (number) } (PreEscaped(line)) "\n"
                }
            } }
        }
    }
}

/// Each line of Rust source as HTML.
fn highlight(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut rest = text;
    for token in tokenize(text, FrontmatterAllowed::No) {
        let (word, after) = rest.split_at(token.len as usize);
        let class = class(token.kind, word, after);
        for (i, piece) in word.split('\n').enumerate() {
            if i > 0 {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !piece.is_empty()) {
                match class {
                    Some(class) => html! { span class=(class) { (piece) } }.render_to(line),
                    None => piece.render_to(line),
                }
            }
        }
        rest = after;
    }
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// The class of a token; none for punctuation, white space and plain names.
fn class(kind: TokenKind, word: &str, after: &str) -> Option<&'static str> {
    match kind {
        TokenKind::LineComment { doc_style: Some(_) } | TokenKind::BlockComment { doc_style: Some(_), .. } => Some("d"),
        TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => Some("c"),
        TokenKind::Literal { kind: LiteralKind::Int { .. } | LiteralKind::Float { .. }, .. } => Some("n"),
        TokenKind::Literal { .. } => Some("s"),
        TokenKind::Lifetime { .. } => Some("l"),
        TokenKind::Ident if KEYWORDS.contains(&word) => Some("k"),
        TokenKind::Ident if after.starts_with('!') && !after.starts_with("!=") => Some("m"),
        TokenKind::Ident if word.starts_with(char::is_uppercase) || PRIMITIVES.contains(&word) => Some("t"),
        TokenKind::Ident if after.starts_with(['(', '<']) => Some("f"),
        _ => None,
    }
}

const KEYWORDS: [&str; 36] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false", "fn",
    "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "type", "use", "where", "while",
];

const PRIMITIVES: [&str; 13] =
    ["bool", "char", "f32", "f64", "i32", "i64", "i8", "str", "u16", "u32", "u64", "u8", "usize"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_kept_and_escaped() {
        let text = "/// Says \"a < b\".\nfn f<T>(x: &T) -> u32 {\n    let s = \"one\ntwo\"; // why\n    vec![1.5]\n}\n";
        let lines = highlight(text);
        assert_eq!(lines.len(), text.lines().count());
        assert_eq!(lines[0], "<span class=\"d\">/// Says &quot;a &lt; b&quot;.</span>");
        assert!(lines[1].starts_with("<span class=\"k\">fn</span> <span class=\"f\">f</span>&lt;"));
        assert_eq!(lines[3], "<span class=\"s\">two&quot;</span>; <span class=\"c\">// why</span>");
        assert!(lines[4].contains("<span class=\"m\">vec</span>![<span class=\"n\">1.5</span>]"));
    }

    #[test]
    fn controls_and_parts_are_found() {
        let text = "struct Other {\n    beta: f64,\n}\npub struct Controls {\n    /// How?\n    #[schemars(range(min = 0))]\n    pub beta: f64,\n    cue_noise: f64,\n}\nfn f() { beta: 1 }\nconst P: Part = Part {\n    id: \"error-bound\",\n};\n";
        assert_eq!(control_line(text, "beta"), Some(7));
        assert_eq!(control_line(text, "cue-noise"), Some(8));
        assert_eq!(control_line(text, "noise"), None);
        assert_eq!(part_line(text, "error-bound"), Some(12));
    }
}
