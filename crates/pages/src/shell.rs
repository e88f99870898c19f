//! What stands around every page's own text.

use crate::prose::cut;
use crate::site::Site;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use vivarium_frame::page::{self, Kind, PageData};
use vivarium_frame::theme::Theme;

/// What a page may load: its own host's files, and nothing that is written into the page.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'";

/// The style sheets, in order; the themes' colours come before them.
const STYLES: [&str; 4] = ["style/base.css", "style/pages.css", "style/exhibit.css", "style/player.css"];

/// Search engines and link previews show about this many characters.
const DESCRIPTION: usize = 160;

/// A page without what all pages share.
pub struct Page<'p> {
    /// Its address relative to the site's root: empty, or with a slash at the end.
    pub route: &'p str,
    /// Its kind.
    pub kind: Kind,
    /// Its title, without the site's name.
    pub title: &'p str,
    /// What search results and link previews say of it.
    pub description: &'p str,
    /// The picture of link previews.
    pub image: Option<&'p str>,
    /// What it tells the program; root, kind and file names are filled in.
    pub data: PageData,
    /// `<main>`, whole.
    pub main: Markup,
}

/// The way from a route to the site's root.
pub fn root(route: &str) -> String {
    match route.matches('/').count() {
        0 => "./".to_owned(),
        depth => "../".repeat(depth),
    }
}

impl Page<'_> {
    /// The whole file.
    ///
    /// # Errors
    /// When the page's data has no JSON form.
    pub fn render(self, site: &Site) -> Result<Vec<u8>, String> {
        let root = root(self.route);
        let options = site.options;
        let data = PageData {
            root: root.clone(),
            page: self.kind,
            worker: options.worker.to_owned(),
            data: options.data.to_vec(),
            ..self.data.clone()
        };
        let json = serde_json::to_string(&data).map_err(|e| format!("A page's data cannot be written: {e}."))?;
        let title = if self.title.is_empty() { "Vivarium".to_owned() } else { format!("{} · Vivarium", self.title) };
        let html = html! {
            (DOCTYPE)
            html lang="en" data-page=(kind_word(self.kind)) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    title { (title) }
                    (about(&self, site, &root, &title))
                    @for style in std::iter::once(site.theme.0.as_str()).chain(STYLES.iter().filter_map(|s| site.asset(s))) {
                        link rel="stylesheet" href={ (root) (style) };
                    }
                    // Before the script that fetches them: a preload that comes after it fetches them once more.
                    link rel="modulepreload" href={ (root) (options.app) };
                    link rel="preload" as="fetch" crossorigin href={ (root) (options.wasm) };
                    @if let Some(boot) = site.asset("boot.js") {
                        script src={ (root) (boot) } data-app={ (root) (options.app) } data-wasm={ (root) (options.wasm) } {}
                    }
                }
                body {
                    a.skip href="#content" { "Skip to the content" }
                    (header(&root, self.kind))
                    p #notice role="alert" hidden {}
                    (self.main)
                    (footer(&root))
                    script type="application/json" id=(page::ELEMENT) { (PreEscaped(json.replace('<', "\\u003c"))) }
                }
            }
        };
        Ok(html.into_string().into_bytes())
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Front => "front",
        Kind::Lab => "lab",
        Kind::Exhibit => "exhibit",
        Kind::Ledger => "ledger",
        Kind::Credits => "credits",
    }
}

/// Description, link preview, theme colours, icon, manifest.
fn about(page: &Page, site: &Site, root: &str, title: &str) -> Markup {
    let description = cut(page.description, DESCRIPTION);
    html! {
        meta name="description" content=(description);
        meta property="og:type" content="website";
        meta property="og:site_name" content="Vivarium";
        meta property="og:title" content=(title);
        meta property="og:description" content=(description);
        @if let Some(base) = site.options.base { meta property="og:url" content={ (base) (page.route) }; }
        @if let Some(image) = page.image {
            meta property="og:image" content={ (site.options.base.unwrap_or(root)) (image) };
            meta name="twitter:card" content="summary_large_image";
        }
        @for (scheme, dark) in [("light", false), ("dark", true)] {
            meta name="theme-color" media={ "(prefers-color-scheme: " (scheme) ")" } content=(Theme::of(dark).paper);
        }
        @if let Some(icon) = site.asset("favicon.svg") { link rel="icon" type="image/svg+xml" href={ (root) (icon) }; }
        link rel="manifest" href={ (root) "manifest.webmanifest" };
    }
}

fn header(root: &str, kind: Kind) -> Markup {
    let here = |yes: bool| yes.then_some("page");
    html! {
        header.site {
            a.brand href=(root) aria-current=[here(kind == Kind::Front)] { (mark()) "Vivarium" }
            nav aria-label="Site" {
                a href={ (root) "#labs" } { "Labs" }
                a href={ (root) "ledger/" } aria-current=[here(kind == Kind::Ledger)] { "Ledger" }
                a href={ (root) "credits/" } aria-current=[here(kind == Kind::Credits)] { "Credits" }
            }
            button #theme-toggle type="button" aria-label="Switch between light and dark" {
                svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" {
                    circle cx="10" cy="10" r="7.25" fill="none" stroke="currentColor" stroke-width="1.5" {}
                    path d="M10 2.75a7.25 7.25 0 0 1 0 14.5z" fill="currentColor" {}
                }
            }
        }
    }
}

/// The site's mark: a bell jar with a small net in it.
fn mark() -> Markup {
    html! {
        svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" {
            path d="M7 26V14a9 9 0 0 1 18 0v12" fill="none" stroke="currentColor" stroke-width="2" {}
            path d="M4 27h24" stroke="currentColor" stroke-width="2" stroke-linecap="round" {}
            path d="M12 21l4-8 4 8z" fill="none" stroke="currentColor" stroke-width="1.4" {}
            circle.alive cx="16" cy="13" r="2.6" {}
            circle cx="12" cy="21" r="2.2" fill="currentColor" {}
            circle cx="20" cy="21" r="2.2" fill="currentColor" {}
        }
    }
}

fn footer(root: &str) -> Markup {
    html! {
        footer.site {
            p { "Everything on these pages is computed in your browser. Nothing you draw, drop or set leaves this machine." }
            p {
                a href=(root) { "All labs" } " · " a href={ (root) "ledger/" } { "Ledger of findings" } " · "
                a href={ (root) "credits/" } { "Credits and licences" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::root;

    #[test]
    fn the_root_is_as_far_up_as_the_route_is_deep() {
        assert_eq!(root(""), "./");
        assert_eq!(root("ledger/"), "../");
        assert_eq!(root("memory/modern-hopfield/"), "../../");
    }
}
