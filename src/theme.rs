//! Light and dark: as the system has it, until the visitor says otherwise.

use crate::dom;
use gloo_events::EventListener;

/// Where the choice is kept; the first script of every page reads it there.
const KEY: &str = "theme";

/// The choices, in the order in which the button goes through them.
const CHOICES: [(&str, &str); 3] = [("auto", "as the system has it"), ("light", "light"), ("dark", "dark")];

/// Whether the page is dark now.
pub fn dark() -> bool {
    match choice().as_str() {
        "light" => false,
        "dark" => true,
        _ => dom::media("(prefers-color-scheme: dark)"),
    }
}

fn choice() -> String {
    dom::root().and_then(|root| root.get_attribute("data-theme")).unwrap_or_else(|| "auto".to_owned())
}

/// Makes the button work.
pub fn start() {
    let Some(button) = dom::by_id("theme-toggle") else { return };
    label(&button, &choice());
    let clicked = button.clone();
    EventListener::new(&button, "click", move |_| {
        let now = choice();
        let next = CHOICES.iter().position(|(id, _)| *id == now).map_or(0, |at| (at + 1) % CHOICES.len());
        set(CHOICES[next].0);
        label(&clicked, CHOICES[next].0);
    })
    .forget();
}

fn label(button: &web_sys::Element, choice: &str) {
    let words = CHOICES.iter().find(|(id, _)| *id == choice).map_or("", |(_, words)| words);
    dom::set_attribute(button, "aria-label", &format!("Colours: {words}. Change"));
    dom::set_attribute(button, "title", &format!("Colours: {words}"));
    dom::set_attribute(button, "data-choice", choice);
}

fn set(choice: &str) {
    let Some(root) = dom::root() else { return };
    let storage = dom::window().and_then(|w| w.local_storage().ok().flatten());
    // Storage may be forbidden or full: then the choice lasts as long as the page.
    if choice == "auto" {
        let _ = root.remove_attribute("data-theme");
        let _ = storage.map(|s| s.remove_item(KEY));
    } else {
        dom::set_attribute(&root, "data-theme", choice);
        let _ = storage.map(|s| s.set_item(KEY, choice));
    }
}
