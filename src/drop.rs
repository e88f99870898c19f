//! Pictures of the visitor's own: dropped or chosen, read by the browser, never leaving the machine.

use crate::dom;
use gloo_events::{EventListener, EventListenerOptions};
use vivarium_frame::view::Photo;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, DragEvent, Element, File, FileList, HtmlCanvasElement, HtmlElement, HtmlInputElement,
    ImageBitmap,
};
use yew::prelude::*;

/// Larger files are refused, in bytes.
const MAX_BYTES: f64 = 30e6;
/// Larger pictures are made smaller before they are sent, in pixels a side.
const MAX_SIDE: f64 = 512.0;

/// What the field needs.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How many pictures are in use.
    pub count: usize,
    /// Files were chosen.
    pub files: Callback<Vec<File>>,
    /// The pictures are to be forgotten.
    pub forget: Callback<()>,
}

/// The field for pictures of the visitor's own.
#[component]
pub fn OwnPictures(props: &Props) -> Html {
    let onchange = props.files.clone();
    let onchange = Callback::from(move |event: Event| {
        let field: HtmlInputElement = event.target_unchecked_into();
        onchange.emit(list(field.files()));
        // The same file chosen again is a change too.
        field.set_value("");
    });
    html! {
        <div class="own">
            <label class="button">
                <input class="unseen" type="file" accept="image/*" multiple=true {onchange} />
                { "Use a picture of your own" }
            </label>
            if props.count > 0 {
                <button type="button" class="quiet" onclick={props.forget.reform(|_| ())}>
                    { if props.count == 1 { "Forget it".to_owned() } else { format!("Forget all {}", props.count) } }
                </button>
            }
            <p class="hint">{ "Or drop one anywhere on the experiment. It stays on this machine." }</p>
        </div>
    }
}

/// Marks the experiment while files are dragged over it.
pub fn mark(event: &DragEvent, inside: bool) {
    if let Some(element) = event.current_target().and_then(|t| t.dyn_into::<Element>().ok()) {
        let _ = element.toggle_attribute_with_force("data-over", inside);
    }
}

/// The files of a list, which the browser empties as soon as its event is over.
fn list(files: Option<FileList>) -> Vec<File> {
    files.iter().flat_map(|files| (0..files.length()).filter_map(|at| files.item(at))).collect()
}

/// The files that were dropped.
pub fn dropped(event: &DragEvent) -> Vec<File> {
    list(event.data_transfer().and_then(|data| data.files()))
}

/// Reads pictures; each is told on its own, as a picture or as a sentence on why it is none.
pub fn read(files: Vec<File>, done: Callback<Result<Photo, String>>) {
    for file in files {
        let done = done.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let name = file.name();
            let read = if file.size() > MAX_BYTES {
                Err(format!(
                    "\u{201c}{name}\u{201d} is larger than {:.0} MB; the run goes on as it was.",
                    MAX_BYTES / 1e6
                ))
            } else {
                decode(&file).await.map_err(|_| {
                    format!(
                        "\u{201c}{name}\u{201d} is no picture that this browser can read; the run goes on as it was."
                    )
                })
            };
            done.emit(read);
        });
    }
}

/// Decodes a picture, and makes it smaller when it is large.
async fn decode(file: &File) -> Result<Photo, JsValue> {
    let window = dom::window().ok_or(JsValue::NULL)?;
    let bitmap: ImageBitmap = JsFuture::from(window.create_image_bitmap_with_blob(file)?).await?.dyn_into()?;
    let (wide, high) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let scale = (MAX_SIDE / wide.max(high)).min(1.0);
    let (width, height) = ((wide * scale).round().max(1.0), (high * scale).round().max(1.0));

    let document = dom::document().ok_or(JsValue::NULL)?;
    let canvas: HtmlCanvasElement = document.create_element("canvas")?.dyn_into()?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.dyn_into()?;
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, width, height)?;
    bitmap.close();
    let pixels = context.get_image_data(0.0, 0.0, width, height)?;
    Ok(Photo { name: file.name(), width: pixels.width(), height: pixels.height(), rgba: pixels.data().0 })
}

/// Listens to the page's links that set the experiment up: they act at once, without loading the page again.
pub fn on_set_up(host: &HtmlElement, then: impl Fn(String) + 'static) -> EventListener {
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(host, "click", options, move |event| {
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|element| element.closest("a[data-set]").ok().flatten());
        let mouse = event.dyn_ref::<web_sys::MouseEvent>();
        let plain = mouse.is_some_and(|m| !(m.ctrl_key() || m.meta_key() || m.shift_key() || m.alt_key()));
        if let Some(query) = link.filter(|_| plain).and_then(|link| link.get_attribute("data-set")) {
            event.prevent_default();
            then(query);
            if let Some(live) = dom::by_id("live") {
                live.scroll_into_view();
            }
        }
    })
}
