//! Files that the visitor takes along: pictures, figures over time, the present frame.

use crate::dom;
use std::collections::VecDeque;
use std::fmt::Write;
use vivarium_frame::view::{Frame, Picture};
use vivarium_frame::words;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, HtmlCanvasElement, Url};

/// So many frames are remembered; then every second one is dropped, and fewer are taken from there on.
const KEPT: usize = 20_000;

/// The figures of the frames that were shown.
#[derive(Debug, Default)]
pub struct History {
    names: Vec<String>,
    rows: VecDeque<(u64, Vec<f64>)>,
    /// Only frames so many steps after the last are taken.
    apart: u64,
}

impl History {
    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes a frame's figures.
    pub fn add(&mut self, frame: &Frame) {
        let names = frame.figures.iter().map(|figure| &figure.name);
        if !names.clone().eq(&self.names) {
            self.clear();
            self.names = names.cloned().collect();
        }
        let values = frame.figures.iter().map(|figure| figure.value).collect();
        match self.rows.back_mut() {
            // Touched between two steps: the later one counts.
            Some(last) if last.0 == frame.step => *last = (frame.step, values),
            Some(last) if frame.step < last.0 + self.apart => {}
            _ => self.rows.push_back((frame.step, values)),
        }
        if self.rows.len() > KEPT {
            let mut odd = false;
            self.rows.retain(|_| {
                odd = !odd;
                odd
            });
            let span = self.rows.back().map_or(0, |row| row.0) - self.rows.front().map_or(0, |row| row.0);
            self.apart = span / self.rows.len() as u64;
        }
    }

    /// The figures as CSV: a line a frame, every number with all its digits.
    pub fn csv(&self) -> String {
        let mut csv = format!("step,{}\n", self.names.join(","));
        for (step, values) in &self.rows {
            let values: Vec<String> = values.iter().map(f64::to_string).collect();
            // A string takes whatever is written.
            let _ = writeln!(csv, "{step},{}", values.join(","));
        }
        csv
    }

    /// The figures over time and the present frame as JSON.
    pub fn json(&self, exhibit: &str, query: &str, frame: &Frame) -> String {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|(step, values)| {
                let figures: serde_json::Map<_, _> =
                    self.names.iter().cloned().zip(values.iter().map(|v| (*v).into())).collect();
                serde_json::json!({ "step": step, "figures": figures })
            })
            .collect();
        let json = serde_json::json!({ "exhibit": exhibit, "query": query, "history": rows, "frame": frame });
        serde_json::to_string_pretty(&json).unwrap_or_default()
    }
}

/// A table panel as CSV; none for other pictures.
pub fn table(picture: &Picture) -> Option<String> {
    let Picture::Table(table) = picture else { return None };
    Some(std::iter::once(&table.columns).chain(&table.rows).map(|cells| words::line(cells)).collect())
}

/// Offers a text as a file.
pub fn text(name: &str, kind: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &options) {
        download(name, &blob);
    }
}

/// Offers a canvas as a PNG file.
pub fn picture(name: &str, canvas: &HtmlCanvasElement) {
    let name = name.to_owned();
    let done = Closure::once_into_js(move |blob: Option<Blob>| {
        if let Some(blob) = blob {
            download(&name, &blob);
        }
    });
    // A canvas that holds only what we drew may always be read.
    let _ = canvas.to_blob(done.unchecked_ref());
}

fn download(name: &str, blob: &Blob) {
    let (Some(document), Ok(address)) = (dom::document(), Url::create_object_url_with_blob(blob)) else { return };
    let link = document.create_element("a").ok().and_then(|a| a.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    // The browser has taken the file by then.
    gloo_timers::callback::Timeout::new(10_000, move || {
        let _ = Url::revoke_object_url(&address);
    })
    .forget();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(step: u64, value: f64) -> Frame {
        let mut frame = Frame { step, ..Frame::default() };
        frame.figure("loss", "Loss", value, "", "");
        frame
    }

    #[test]
    fn figures_are_kept_with_all_digits_and_the_last_of_each_step() {
        let mut history = History::default();
        for (step, value) in [(0, 1.0), (1, 0.1 + 0.2), (1, 0.5), (2, 1e-9)] {
            history.add(&frame(step, value));
        }
        assert_eq!(history.csv(), "step,loss\n0,1\n1,0.5\n2,0.000000001\n");
    }

    #[test]
    fn a_long_run_is_thinned_out_and_not_cut_off() {
        let mut history = History::default();
        for step in 0..100_000 {
            history.add(&frame(step, 0.0));
        }
        assert!(history.rows.len() <= KEPT);
        assert_eq!(history.rows.front().map(|row| row.0), Some(0));
        assert!(history.rows.back().is_some_and(|row| row.0 > 99_900));
    }

    #[test]
    fn cells_with_commas_are_quoted() {
        let table_of = |cell: &str| {
            table(&Picture::Table(vivarium_frame::view::Table {
                columns: vec!["a".into()],
                rows: vec![vec![cell.into()]],
            }))
        };
        assert_eq!(table_of("x, \"y\"").as_deref(), Some("a\n\"x, \"\"y\"\"\"\n"));
    }
}
