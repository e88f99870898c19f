//! The site's program. Every page is a file with all its text in it; this brings the live parts to life.
//!
//! Each part is an island in an element of the page: the experiment ([`player`]), the search over all papers ([`search`]),
//! the button for light and dark ([`theme`]). What a page holds it says itself, as JSON ([`vivarium_frame::page`]).
//!
//! No numerics here: the worker computes ([`link`] talks to it), the page draws what the worker sends ([`painter`]).

mod canvas;
mod check;
mod checking;
mod controls;
mod dom;
mod drop;
mod figures;
mod link;
mod painter;
mod panels;
mod player;
mod plot;
mod result;
mod save;
mod search;
mod share;
mod sort;
mod speed;
mod theme;
mod timing;
mod transport;
mod views;

use player::{Config, Player, Shared};
use vivarium_frame::page::{ELEMENT, ExhibitData, PageData};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

fn main() {
    std::panic::set_hook(Box::new(|panic| {
        dom::notice(&format!(
            "The program of this page has stopped by a fault of its own ({panic}). Reload the page to start it again."
        ));
    }));
    timing::start();
    theme::start();
    search::start();
    match read_page() {
        Ok(page) => bring_to_life(page),
        Err(why) => dom::notice(&format!("This page cannot come to life: {why}.")),
    }
}

fn read_page() -> Result<PageData, String> {
    let element = dom::by_id(ELEMENT).ok_or("its data are missing")?;
    let json = element.text_content().unwrap_or_default();
    serde_json::from_str(&json).map_err(|e| format!("its data cannot be read ({e})"))
}

fn bring_to_life(page: PageData) {
    if let Some(hero) = page.hero.clone() {
        // Movement that nobody asked for is for those only who do not mind it.
        let query = if dom::media("(prefers-reduced-motion: reduce)") { String::new() } else { hero.query };
        mount("hero", &page, hero.exhibit, Some(query));
    }
    if let Some(exhibit) = page.exhibit.clone() {
        mount("live", &page, exhibit, None);
    }
}

/// Puts the experiment into the element `id`. With a `query` it is the small one that leaves the address alone.
fn mount(id: &str, page: &PageData, exhibit: ExhibitData, query: Option<String>) {
    let Some(element) = dom::by_id(id).and_then(|e| e.dyn_into::<HtmlElement>().ok()) else { return };
    let host = element
        .closest("main[data-exhibit]")
        .ok()
        .flatten()
        .and_then(|e| e.dyn_into().ok())
        .unwrap_or_else(|| element.clone());
    let absolute = |path: &str| dom::absolute(&format!("{}{path}", page.root));
    let config = Config {
        worker: absolute(&page.worker),
        data: page.data.iter().map(|(name, path)| (name.clone(), absolute(path))).collect(),
        exhibit,
        query,
        host,
    };
    yew::Renderer::<Player>::with_root_and_props(element.into(), player::Props { config: Shared::new(config) })
        .render();
}
