//! Small handles on the page.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlElement, Performance, Window};

/// The window.
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub fn document() -> Option<Document> {
    window()?.document()
}

/// The element with this id.
pub fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// The root element.
pub fn root() -> Option<HtmlElement> {
    document()?.document_element()?.dyn_into().ok()
}

/// Milliseconds on the page's clock. For scheduling and measurement, never for what is computed.
pub fn now() -> f64 {
    window().as_ref().and_then(Window::performance).as_ref().map_or(0.0, Performance::now)
}

/// Device pixels per CSS pixel.
pub fn ratio() -> f64 {
    window().map_or(1.0, |w| w.device_pixel_ratio()).clamp(0.5, 4.0)
}

/// Whether a media query holds now.
pub fn media(query: &str) -> bool {
    window().and_then(|w| w.match_media(query).ok().flatten()).is_some_and(|m| m.matches())
}

/// `address` made absolute from the page's own.
pub fn absolute(address: &str) -> String {
    let base = document().and_then(|d| d.base_uri().ok().flatten()).unwrap_or_default();
    web_sys::Url::new_with_base(address, &base).map_or_else(|_| address.to_owned(), |url| url.href())
}

/// The query of the page's address, with its question mark.
pub fn query() -> String {
    window().and_then(|w| w.location().search().ok()).unwrap_or_default()
}

/// Replaces the query of the page's address; the page is not loaded again.
pub fn set_query(query: &str) {
    let Some(window) = window() else { return };
    let location = window.location();
    let (path, hash) = (location.pathname().unwrap_or_default(), location.hash().unwrap_or_default());
    let mark = if query.is_empty() { "" } else { "?" };
    if let Ok(history) = window.history() {
        // Browsers refuse when it is done too often; the next change brings the address up to date.
        let _ = history.replace_state_with_url(
            &wasm_bindgen::JsValue::NULL,
            "",
            Some(&format!("{path}{mark}{query}{hash}")),
        );
    }
}

/// The page's address without query and fragment.
pub fn here() -> String {
    absolute(window().and_then(|w| w.location().pathname().ok()).as_deref().unwrap_or("./"))
}

/// The fragment of the page's address, with its `#`.
pub fn fragment() -> String {
    window().and_then(|w| w.location().hash().ok()).unwrap_or_default()
}

/// Goes to the place that the address names, again: for a place that was not there when the page was loaded.
pub fn go_again(fragment: &str) {
    if let Some(window) = window() {
        // Only a malformed address is refused, and this one was in use.
        let _ = window.location().replace(fragment);
    }
}

/// Puts a text on the clipboard; whether the browser let us.
pub async fn copy(text: &str) -> bool {
    let Some(window) = window() else { return false };
    // On a page that is not served securely there is no clipboard.
    if !window.is_secure_context() {
        return false;
    }
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

/// All elements of the page that fit.
pub fn select(selector: &str) -> Vec<HtmlElement> {
    let found = document().and_then(|d| d.query_selector_all(selector).ok());
    let list = found.iter();
    list.flat_map(|list| (0..list.length()).filter_map(|at| list.item(at)?.dyn_into().ok())).collect()
}

/// Says a sentence at the top of the page.
pub fn notice(sentence: &str) {
    if let Some(notice) = by_id("notice") {
        let _ = notice.remove_attribute("hidden");
        notice.set_text_content(Some(sentence));
    }
}

/// Calls `then` before the next painting, with the time.
pub fn next_frame(then: impl FnOnce(f64) + 'static) {
    if let Some(window) = window() {
        let callback = Closure::once_into_js(then);
        let _ = window.request_animation_frame(callback.unchecked_ref());
    }
}

/// Sets an attribute, when it is another than before.
pub fn set_attribute(element: &Element, name: &str, value: &str) {
    if element.get_attribute(name).as_deref() != Some(value) {
        // The names used here are all valid.
        let _ = element.set_attribute(name, value);
    }
}
