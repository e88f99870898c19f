//! What all pages share: options, ledger, previews, and the files that belong to no single page.

use crate::Options;
use crate::preview::Preview;
use crate::source::Source;
use std::collections::BTreeMap;
use vivarium_catalogue::{Fidelity, Lab, Paper};
use vivarium_frame::finding::{Finding, Ledger};
use vivarium_frame::page::{ExhibitData, Judged, Line, PartData, SourceLines};
use vivarium_frame::theme::Theme;
use vivarium_labs::check::Expected;

/// A live exhibit, as the pages know it.
pub struct Live {
    /// What its page tells the program.
    pub data: ExhibitData,
    /// Its source.
    pub source: Source,
    /// Its picture, if it could be drawn.
    pub preview: Option<Preview>,
}

/// Everything that the pages are made from.
pub struct Site<'a> {
    /// What the build has made.
    pub options: Options<'a>,
    /// The live exhibits by id.
    pub live: BTreeMap<String, Live>,
    /// The committed findings.
    pub ledger: Ledger,
    /// The style sheet of the themes' colours: published name and text.
    pub theme: (String, String),
    /// The manifest: name and text.
    manifest: (String, String),
}

impl<'a> Site<'a> {
    /// Reads the ledger and the sources, and draws the previews.
    pub fn read(options: Options<'a>) -> Result<Self, String> {
        let ledger = read_ledger(&options)?;
        let css = theme_css();
        let manifest = manifest(options.assets.get("favicon.svg").map_or("", String::as_str));
        let mut site = Self {
            options,
            live: BTreeMap::new(),
            ledger,
            theme: ((options.publish)("style/theme.css", css.as_bytes()), css),
            manifest: ("manifest.webmanifest".into(), manifest),
        };
        for (lab, paper) in vivarium_catalogue::papers() {
            if let Some(live) = site.read_live(lab, paper)? {
                site.live.insert(paper.id.clone(), live);
            }
        }
        Ok(site)
    }

    fn read_live(&self, lab: &Lab, paper: &Paper) -> Result<Option<Live>, String> {
        let Some(entry) = vivarium_labs::find(&paper.id) else { return Ok(None) };
        let schema = entry.schema();
        let parts: Vec<PartData> = entry
            .check()
            .parts
            .iter()
            .map(|part| PartData {
                id: part.id.into(),
                measure: part.measure.into(),
                unit: part.unit.into(),
                baseline: part.baseline.into(),
                expected: part.expected.words(),
                because: part.because.into(),
                seeds: part.seeds,
                cost: part.cost,
                line: line(part.expected),
            })
            .collect();
        let controls: Vec<&str> = schema.controls.iter().map(|c| c.name.as_str()).collect();
        let part_ids: Vec<&str> = parts.iter().map(|p| p.id.as_str()).collect();
        let source = Source::read(self.options.repository, &lab.id, &paper.id, &controls, &part_ids)?;
        let lines = SourceLines { controls: Source::own(&source.controls), parts: Source::own(&source.parts) };
        let data = ExhibitData {
            id: paper.id.clone(),
            lab: lab.id.clone(),
            title: paper.title.clone(),
            photos: entry.photos,
            scope: scope(paper.fidelity),
            ledger: self.findings(&paper.id).cloned().collect(),
            schema,
            parts,
            source: lines,
        };
        let preview = Preview::draw(entry, self.options.publish)?;
        Ok(Some(Live { data, source, preview }))
    }

    /// The committed findings of an exhibit.
    pub fn findings(&self, id: &str) -> impl Iterator<Item = &Finding> + Clone {
        self.ledger.findings.iter().filter(move |finding| finding.id == id)
    }

    /// The line that a finding was judged by, as its exhibit has it now.
    pub fn line(&self, finding: &Finding) -> Line {
        let parts = self.live.get(&finding.id).map_or(&[][..], |live| &live.data.parts);
        parts.iter().find(|part| part.id == finding.part).map_or_else(Line::default, |part| part.line)
    }

    /// The published name of a file of `assets/`, if there is such a file.
    pub fn asset(&self, name: &str) -> Option<&str> {
        self.options.assets.get(name).map(String::as_str)
    }

    /// The files that belong to no single page.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<(String, Vec<u8>)> = [&self.theme, &self.manifest]
            .into_iter()
            .map(|(name, text)| (name.clone(), text.clone().into_bytes()))
            .collect();
        files.extend(self.live.values().filter_map(|live| live.preview.as_ref()).flat_map(Preview::files));
        files
    }

    /// The note to search engines.
    pub fn robots(&self) -> Vec<u8> {
        let map = self.options.base.map(|base| format!("Sitemap: {base}sitemap.xml\n")).unwrap_or_default();
        format!("User-agent: *\nAllow: /\n{map}").into_bytes()
    }
}

/// The expected relation in numbers.
fn line(expected: Expected) -> Line {
    let (from, to) = expected.range();
    let of = match expected {
        Expected::AboveBaselineBy(_) => Judged::Difference,
        Expected::TimesBaseline(_) => Judged::Ratio,
        _ => Judged::Value,
    };
    let known = |end: f64| Some(end).filter(|end| end.is_finite());
    Line { from: known(from), to: known(to), of }
}

/// What an exhibit can say of its paper at most.
fn scope(fidelity: Fidelity) -> String {
    let article = if fidelity == Fidelity::Analogue { "an" } else { "a" };
    format!("This exhibit is {article} {fidelity}. {}", fidelity.means())
}

fn read_ledger(options: &Options) -> Result<Ledger, String> {
    let path = options.repository.join("assets/ledger.json");
    match std::fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => {
            serde_json::from_str(&text).map_err(|e| format!("The ledger assets/ledger.json cannot be read: {e}."))
        }
        _ => Ok(Ledger::default()),
    }
}

/// The colours of both themes: the system's choice, unless the visitor has made one.
fn theme_css() -> String {
    let (light, dark) = (Theme::css_variables(false), Theme::css_variables(true));
    format!(
        ":root {{ color-scheme: light; {light} }}\n\
         @media (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; {dark} }} }}\n\
         :root[data-theme=\"light\"] {{ color-scheme: light; {light} }}\n\
         :root[data-theme=\"dark\"] {{ color-scheme: dark; {dark} }}\n\
         @media print {{ :root, :root[data-theme] {{ color-scheme: light; {light} }} }}\n"
    )
}

fn manifest(icon: &str) -> String {
    let theme = Theme::of(false);
    serde_json::json!({
        "name": "Vivarium",
        "short_name": "Vivarium",
        "description": crate::front::DESCRIPTION,
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": theme.paper.to_string(),
        "theme_color": theme.paper.to_string(),
        "icons": [{ "src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any" }],
    })
    .to_string()
}

/// The site map: one line a route.
pub fn site_map<'r>(base: &str, routes: impl Iterator<Item = &'r str>) -> Vec<u8> {
    let lines: String = routes.map(|route| format!("<url><loc>{base}{route}</loc></url>\n")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{lines}</urlset>\n"
    )
    .into_bytes()
}
