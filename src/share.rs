//! Taking the experiment along: links, embedding code, files.

use crate::painter::Painter;
use crate::panels::Frames;
use crate::player::Shared;
use crate::save::{self, History};
use crate::{dom, theme};
use std::cell::RefCell;
use std::rc::Rc;
use vivarium_frame::paint::Look;
use vivarium_frame::svg;
use vivarium_frame::view::Picture;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// Width and height of a saved drawing, in CSS pixels.
const SVG_SIZE: (u32, u32) = (640, 480);

/// What is shared.
#[derive(Properties)]
pub struct Props {
    /// The exhibit.
    pub config: Shared,
    /// The query of the present values and seed.
    pub address: String,
    /// The present step.
    pub step: u64,
    /// The newest frame.
    pub frame: Option<Frames>,
    /// The figures so far.
    pub history: Rc<RefCell<History>>,
    /// Has the canvases.
    pub painter: Painter,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address && self.step == other.step && self.frame == other.frame
    }
}

/// The box of links and files.
#[component]
pub fn Share(props: &Props) -> Html {
    let said = use_state(String::new);
    let shown = use_state(String::new);
    let chosen = use_node_ref();
    let panel = use_node_ref();
    let here = dom::here();
    let link = |extra: &str| {
        let parts = [props.address.as_str(), extra].into_iter().filter(|part| !part.is_empty());
        let query = parts.collect::<Vec<_>>().join("&");
        if query.is_empty() { here.clone() } else { format!("{here}?{query}") }
    };
    let copy = |what: &'static str, text: String| {
        let (said, shown) = (said.clone(), shown.clone());
        Callback::from(move |_: MouseEvent| {
            let (said, shown, text) = (said.clone(), shown.clone(), text.clone());
            wasm_bindgen_futures::spawn_local(async move {
                if dom::copy(&text).await {
                    shown.set(String::new());
                    said.set(format!("{what} copied."));
                } else {
                    said.set(format!("The browser keeps the page from copying; here is the {}:", what.to_lowercase()));
                    shown.set(text);
                }
            });
        })
    };
    let title = props.config.exhibit.title.replace('"', "&quot;");
    let embed = format!(
        "<iframe src=\"{}\" title=\"{title}\" width=\"100%\" height=\"720\" loading=\"lazy\" allow=\"clipboard-write\"></iframe>",
        link("embed").replace('&', "&amp;")
    );
    let id = props.config.exhibit.id.clone();
    let csv = {
        let (history, name) = (Rc::clone(&props.history), format!("{id}-figures.csv"));
        Callback::from(move |_: MouseEvent| save::text(&name, "text/csv", &history.borrow().csv()))
    };
    let json = {
        let (history, frame, id, query) =
            (Rc::clone(&props.history), props.frame.clone(), id.clone(), props.address.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(frame) = &frame {
                let json = history.borrow().json(&id, &query, &frame.0);
                save::text(&format!("{id}.json"), "application/json", &json);
            }
        })
    };
    let one = {
        let (panel, painter, frame) = (panel.clone(), props.painter.clone(), props.frame.clone());
        Callback::from(move |_: MouseEvent| {
            let name = panel.cast::<HtmlSelectElement>().map(|select| select.value()).unwrap_or_default();
            if let Some(canvas) = painter.canvas(&name) {
                save::picture(&format!("{id}-{name}.png"), &canvas);
            } else if let Some(frame) = &frame
                && let Some(csv) =
                    frame.0.panels.iter().find(|p| p.name == name).and_then(|panel| save::table(&panel.picture))
            {
                save::text(&format!("{id}-{name}.csv"), "text/csv", &csv);
            }
        })
    };
    let drawing = {
        let (panel, frame) = (panel.clone(), props.frame.clone());
        let (said, id) = (said.clone(), props.config.exhibit.id.clone());
        Callback::from(move |_: MouseEvent| {
            let name = panel.cast::<HtmlSelectElement>().map(|select| select.value()).unwrap_or_default();
            let panel = frame.iter().flat_map(|frame| &frame.0.panels).find(|panel| panel.name == name);
            let look = Look { dark: theme::dark(), ratio: 1.0 };
            match panel.map(|panel| svg::panel(panel, SVG_SIZE.0, SVG_SIZE.1, &look)) {
                Some(Ok(svg)) => save::text(&format!("{id}-{name}.svg"), "image/svg+xml", &svg),
                Some(Err(why)) => said.set(format!("The picture could not be drawn: {why}.")),
                None => {}
            }
        })
    };
    let select_all = Callback::from(|event: FocusEvent| event.target_unchecked_into::<HtmlInputElement>().select());
    let panels = props.frame.iter().flat_map(|frame| &frame.0.panels).enumerate().map(|(at, panel)| {
        let kind = if matches!(panel.picture, Picture::Table(_)) { "CSV" } else { "PNG" };
        html! { <option key={panel.name.clone()} value={panel.name.clone()} selected={at == 0}>{ format!("{} ({kind})", panel.title) }</option> }
    });
    html! {
        <details class="share">
            <summary>{ "Share and save" }</summary>
            <div class="row">
                <button type="button" onclick={copy("Link", link(""))}>{ "Copy link" }</button>
                <button type="button" onclick={copy("Link", link(&format!("step={}", props.step)))}>{ "Copy link to this step" }</button>
                <button type="button" onclick={copy("Code", embed)}>{ "Copy embed code" }</button>
            </div>
            <div class="row">
                <button type="button" onclick={csv}>{ "Figures as CSV" }</button>
                <button type="button" onclick={json}>{ "All as JSON" }</button>
            </div>
            <div class="row">
                <label class="unseen" for="save-panel">{ "Picture to save" }</label>
                <select id="save-panel" ref={panel}>{ for panels }</select>
                <button type="button" onclick={one}>{ "Save" }</button>
                <button type="button" onclick={drawing}>{ "As SVG" }</button>
            </div>
            <p role="status">{ (*said).clone() }</p>
            if !shown.is_empty() {
                <input ref={chosen} type="text" readonly=true value={(*shown).clone()} aria-label="To copy by hand" onfocus={select_all} />
            }
        </details>
    }
}
