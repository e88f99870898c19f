//! What drawing costs, for those who measure it: `window.vivarium`.
//!
//! * `vivarium.work`: milliseconds of the main thread for each frame: reading the message, painting all panels in sight;
//! * `vivarium.paint`: the painting alone;
//! * `vivarium.gap`: milliseconds between two painted frames that followed each other within a tenth of a second.
//!
//! Each holds the last 600 frames, the newest last.

use crate::dom;
use std::cell::Cell;
use wasm_bindgen::JsValue;

const KEPT: u32 = 600;

thread_local! {
    static READING: Cell<f64> = const { Cell::new(0.0) };
    static LAST: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
}

/// Makes the lists, so that they are there before the first frame.
pub fn start() {
    for name in ["work", "paint", "gap"] {
        list(name);
    }
}

/// A message took so long to read.
pub fn read(milliseconds: f64) {
    READING.with(|reading| reading.set(reading.get() + milliseconds));
}

/// A frame was painted at `at` in so many milliseconds.
pub fn painted(at: f64, milliseconds: f64) {
    push("paint", milliseconds);
    push("work", milliseconds + READING.with(|reading| reading.replace(0.0)));
    let gap = at - LAST.with(|last| last.replace(at));
    if gap < 100.0 {
        push("gap", gap);
    }
}

fn push(name: &str, value: f64) {
    if let Some(list) = list(name) {
        list.push(&value.into());
        if list.length() > KEPT {
            list.shift();
        }
    }
}

/// The list `window.vivarium.<name>`, made when it is not there.
fn list(name: &str) -> Option<js_sys::Array> {
    let member = |object: &JsValue, name: &str, empty: JsValue| {
        let found = js_sys::Reflect::get(object, &name.into()).ok()?;
        if found.is_undefined() {
            js_sys::Reflect::set(object, &name.into(), &empty).ok()?;
            return Some(empty);
        }
        Some(found)
    };
    let all = member(&dom::window()?.into(), "vivarium", js_sys::Object::new().into())?;
    member(&all, name, js_sys::Array::new().into()).map(Into::into)
}
