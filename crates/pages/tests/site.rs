//! All pages are there, well formed, linked among themselves, and load nothing from elsewhere.

#![allow(clippy::unwrap_used, reason = "a failed test may panic anywhere")]

use scraper::{Html, Selector};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use vivarium_frame::finding::{Finding, Ledger, Sample, Verdict};
use vivarium_frame::page::{Kind, PageData};
use vivarium_pages::{Options, render};

const BASE: &str = "https://example.org/some/path/";

fn options<'a>(repository: &'a Path, assets: &'a BTreeMap<String, String>, base: Option<&'a str>) -> Options<'a> {
    Options {
        repository,
        assets,
        app: "site-1.js",
        wasm: "site-1.wasm",
        worker: "worker_loader-1.js",
        data: &[],
        publish: |name, contents| {
            let (stem, ending) = name.rsplit_once('.').unwrap();
            format!("{stem}-{}.{ending}", contents.len())
        },
        base,
    }
}

fn assets() -> BTreeMap<String, String> {
    ["boot.js", "favicon.svg", "style/base.css", "style/pages.css", "style/player.css", "style/newsreader-licence.txt"]
        .map(|name| (name.to_owned(), name.replace('.', "-1.")))
        .into()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

static FILES: LazyLock<BTreeMap<String, Vec<u8>>> =
    LazyLock::new(|| render(&options(&repository(), &assets(), None)).unwrap().into_iter().collect());

static PAGES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let pages = FILES.iter().filter(|(path, _)| path.ends_with(".html"));
    pages.map(|(path, bytes)| (path.clone(), String::from_utf8(bytes.clone()).unwrap())).collect()
});

fn select(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

fn text(page: &Html, selector: &str) -> String {
    page.select(&select(selector)).map(|e| e.text().collect::<String>()).collect()
}

fn attribute(page: &Html, selector: &str, name: &str) -> Option<String> {
    page.select(&select(selector)).next()?.attr(name).map(str::to_owned)
}

/// Where an address on a page leads, as a file of the site.
fn resolve(page: &str, address: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    let path = address.split(['?', '#']).next()?;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    if path.is_empty() {
        return Some(page.to_owned());
    }
    if path.ends_with('/') {
        parts.push("index.html");
    }
    Some(parts.join("/"))
}

#[test]
fn every_route_has_its_file() {
    let mut routes =
        BTreeSet::from(["index.html", "ledger/index.html", "credits/index.html", "404.html"].map(str::to_owned));
    for lab in vivarium_catalogue::labs() {
        routes.insert(format!("{}/index.html", lab.id));
        routes.extend(lab.papers.iter().map(|p| format!("{}/{}/index.html", lab.id, p.id)));
    }
    assert_eq!(PAGES.keys().cloned().collect::<BTreeSet<_>>(), routes);
    assert!(FILES.contains_key("robots.txt") && FILES.contains_key("manifest.webmanifest"));
}

#[test]
fn every_page_is_well_formed() {
    for (path, html) in PAGES.iter() {
        let page = Html::parse_document(html);
        assert!(page.errors.is_empty(), "{path}: {:?}", page.errors);
        for selector in ["main", "h1", "title", "p#notice[role=alert]", "button#theme-toggle", "a.skip", "footer"] {
            assert_eq!(page.select(&select(selector)).count(), 1, "{path}: {selector}");
        }
        let ids: Vec<&str> = page.select(&select("[id]")).filter_map(|e| e.attr("id")).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{path}: an id stands twice");
        for image in page.select(&select("img")) {
            assert!(
                image.attr("alt").is_some() && image.attr("width").is_some(),
                "{path}: an image without words or size"
            );
        }
    }
}

#[test]
fn titles_are_unique_and_descriptions_short() {
    let mut titles = BTreeSet::new();
    for (path, html) in PAGES.iter() {
        let page = Html::parse_document(html);
        assert!(titles.insert(text(&page, "title")), "{path}: its title stands twice");
        let description = attribute(&page, "meta[name=description]", "content").unwrap();
        assert!((20..=160).contains(&description.chars().count()), "{path}: {description}");
        assert_eq!(attribute(&page, "html", "lang").as_deref(), Some("en"));
        assert_eq!(page.select(&select("meta[name=theme-color]")).count(), 2, "{path}");
    }
}

#[test]
fn nothing_is_written_into_the_page_that_the_policy_forbids() {
    for (path, html) in PAGES.iter() {
        let page = Html::parse_document(html);
        let policy = attribute(&page, "meta[http-equiv=Content-Security-Policy]", "content").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'") && !policy.contains("unsafe-inline"));
        for element in page.select(&select("*")) {
            let name = element.value().name();
            assert!(!["style", "iframe", "object", "embed", "form", "base"].contains(&name), "{path}: <{name}>");
            for (key, _) in element.value().attrs() {
                assert!(key != "style" && !key.starts_with("on"), "{path}: <{name} {key}>");
            }
            if name == "script" {
                let data = element.attr("type") == Some("application/json");
                assert!(data || element.text().next().is_none(), "{path}: a script in the page");
            }
        }
    }
}

#[test]
fn links_lead_somewhere_and_only_they_leave_the_host() {
    let assets = assets();
    let mut known: BTreeSet<String> = FILES.keys().cloned().collect();
    known.extend(assets.into_values());
    known.extend(["site-1.js", "site-1.wasm", "worker_loader-1.js"].map(str::to_owned));
    for (path, html) in PAGES.iter() {
        let page = Html::parse_document(html);
        let ids = |html: &Html| -> BTreeSet<String> {
            html.select(&select("[id]")).filter_map(|e| e.attr("id")).map(str::to_owned).collect()
        };
        let own = ids(&page);
        for element in page.select(&select("[href], [src], [srcset], [data-app], [data-wasm]")) {
            for key in ["href", "src", "srcset", "data-app", "data-wasm"] {
                let Some(address) = element.attr(key) else { continue };
                if element.value().name() == "a" && address.starts_with("https://") {
                    continue;
                }
                assert!(!address.contains("//") && !address.starts_with('/'), "{path}: {address}");
                let file = resolve(path, address).unwrap_or_else(|| panic!("{path}: {address} leaves the site"));
                assert!(known.contains(&file), "{path}: {address} leads to {file}, which is not there");
                if let Some((_, fragment)) = address.split_once('#').filter(|_| file == *path) {
                    assert!(own.contains(fragment), "{path}: {address}");
                }
            }
        }
    }
}

#[test]
fn every_page_tells_the_program_what_it_is() {
    for (path, html) in PAGES.iter() {
        let page = Html::parse_document(html);
        let data: PageData = serde_json::from_str(&text(&page, "script#vivarium")).unwrap();
        let depth = path.matches('/').count();
        assert_eq!(data.root, if depth == 0 { "./".to_owned() } else { "../".repeat(depth) }, "{path}");
        assert_eq!(data.worker, "worker_loader-1.js");
        let live = path.split('/').nth(1).and_then(vivarium_labs::find);
        assert_eq!(data.exhibit.as_ref().map(|e| e.id.as_str()), live.map(|e| e.id), "{path}");
        let status = attribute(&page, "main", "data-status");
        assert_eq!(status.as_deref(), live.map(|_| "loading"), "{path}");
        assert_eq!(page.select(&select("main #live")).count(), usize::from(live.is_some()), "{path}");
        if path == "index.html" {
            assert_eq!(data.page, Kind::Front);
            assert!(data.hero.is_some() && page.select(&select("#hero")).count() == 1);
        }
    }
}

#[test]
fn the_front_page_lists_all_papers_for_the_search() {
    let page = Html::parse_document(&PAGES["index.html"]);
    let entries = select("#papers section[data-lab-section] li[data-paper][data-lab][data-fidelity][data-text]");
    assert_eq!(page.select(&entries).count(), 233);
    let live = select("#papers li[data-state=live]");
    assert_eq!(page.select(&live).count(), vivarium_labs::REGISTRY.len());
    assert_eq!(page.select(&select("#search")).count(), 1);
}

#[test]
fn a_live_page_shows_the_source_that_runs() {
    for entry in vivarium_labs::REGISTRY {
        let path = format!("crates/labs/src/{}/{}.rs", entry.lab, entry.id.replace('-', "_"));
        let source = std::fs::read_to_string(repository().join(path)).unwrap();
        let page = Html::parse_document(&PAGES[&format!("{}/{}/index.html", entry.lab, entry.id)]);
        let shown: String = page
            .select(&select("pre.source"))
            .next()
            .unwrap()
            .select(&select(".line"))
            .zip(1..)
            .map(|(line, number)| line.text().collect::<String>().replacen(&number.to_string(), "", 1))
            .collect();
        assert_eq!(shown, source);
        let data: PageData = serde_json::from_str(&text(&page, "script#vivarium")).unwrap();
        let exhibit = data.exhibit.unwrap();
        for (control, line) in &exhibit.source.controls {
            let text = source.lines().nth(*line as usize - 1).unwrap();
            assert!(text.contains(&control.replace('-', "_")), "{control}: {text}");
        }
        let linked = page.select(&select("table.lines tbody tr")).count();
        assert_eq!(linked, exhibit.schema.controls.len() + exhibit.parts.len());
    }
}

#[test]
fn with_an_address_there_is_a_site_map() {
    let files: BTreeMap<_, _> = render(&options(&repository(), &assets(), Some(BASE))).unwrap().into_iter().collect();
    let map = String::from_utf8(files["sitemap.xml"].clone()).unwrap();
    assert!(map.contains("<loc>https://example.org/some/path/</loc>"));
    assert!(map.contains("<loc>https://example.org/some/path/memory/modern-hopfield/</loc>"));
    assert_eq!(map.matches("<loc>").count(), PAGES.len() - 1);
    assert!(String::from_utf8(files["robots.txt"].clone()).unwrap().contains("Sitemap: https://example.org/"));
    assert!(!FILES.contains_key("sitemap.xml"));
}

#[test]
fn experiments_that_set_controls_use_the_exhibits_own() {
    for entry in vivarium_labs::REGISTRY {
        let (_, paper) = vivarium_catalogue::find(entry.id).unwrap();
        for experiment in &paper.r#try {
            let Some(set) = &experiment.set else { continue };
            let read = entry.schema().read_query(set);
            assert!(read.complaints.is_empty(), "{}: {set}: {:?}", entry.id, read.complaints);
            entry.needs(&read.values).unwrap();
        }
    }
}

/// A repository with what the pages read of it, and a ledger with these findings.
fn repository_with(findings: &[Finding]) -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("repository");
    for entry in vivarium_labs::REGISTRY {
        let folder = format!("crates/labs/src/{}", entry.lab);
        std::fs::create_dir_all(copy.join(&folder)).unwrap();
        for file in std::fs::read_dir(repository().join(&folder)).unwrap().map(Result::unwrap) {
            if file.file_type().unwrap().is_file() {
                std::fs::copy(file.path(), copy.join(&folder).join(file.file_name())).unwrap();
            }
        }
    }
    std::fs::create_dir_all(copy.join("assets/data")).unwrap();
    for file in ["Cargo.lock", "assets/data/README.md"] {
        std::fs::copy(repository().join(file), copy.join(file)).unwrap();
    }
    let ledger = Ledger { version: "1.2.3".into(), findings: findings.to_vec() };
    std::fs::write(copy.join("assets/ledger.json"), serde_json::to_string(&ledger).unwrap()).unwrap();
    copy
}

#[test]
fn findings_are_shown_with_interval_and_verdict() {
    let part = |part: &str, verdict, value: f64, seeds: u64| Finding {
        id: "modern-hopfield".into(),
        part: part.into(),
        measure: "Slope of ln N* against d".into(),
        unit: "nats a unit".into(),
        baseline: "the same for the Hebb rule".into(),
        seeds: (0..seeds).map(|seed| Sample { seed, value, baseline: Some(0.05) }).collect(),
        value,
        interval: [value - 0.02, value + 0.02],
        expected: "between 0.25 and 0.33".into(),
        verdict,
        version: "1.2.3".into(),
        seconds: 12.0,
    };
    let findings = [
        part("exponential-capacity", Verdict::Holds, 0.304, 5),
        part("softmax-over-hebb", Verdict::Fails, 0.1, 5),
        part("error-bound", Verdict::Undecided, 0.25, 5),
    ];
    let copy = repository_with(&findings);
    let files: BTreeMap<_, _> = render(&options(&copy, &assets(), None)).unwrap().into_iter().collect();
    let page = |path: &str| Html::parse_document(std::str::from_utf8(&files[path]).unwrap());

    let ledger = page("ledger/index.html");
    assert_eq!(ledger.select(&select("tbody tr[data-state=live]")).count(), 3);
    assert_eq!(ledger.select(&select("tbody tr th")).count(), 233);
    let verdicts: Vec<_> = ledger.select(&select("tbody .verdict")).filter_map(|e| e.attr("data-verdict")).collect();
    assert_eq!(verdicts, ["holds", "fails", "undecided"]);
    assert!(text(&ledger, "tbody .measured").contains("0.304 nats a unit [0.284, 0.324]"));

    let front = page("index.html");
    assert_eq!(attribute(&front, "li[data-paper=modern-hopfield]", "data-verdict").as_deref(), Some("fails"));
    let exhibit = page("memory/modern-hopfield/index.html");
    let data: PageData = serde_json::from_str(&text(&exhibit, "script#vivarium")).unwrap();
    assert_eq!(data.exhibit.unwrap().ledger, findings);
    assert!(exhibit.select(&select(".finding")).count() >= 3);

    std::fs::write(copy.join("assets/ledger.json"), "{").unwrap();
    assert!(render(&options(&copy, &assets(), None)).unwrap_err().contains("ledger"));
}
