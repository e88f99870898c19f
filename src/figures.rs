//! The figures: named numbers beside the pictures.

use crate::panels::Frames;
use vivarium_frame::paint::compact;
use yew::prelude::*;

/// Whose figures.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The newest frame, once there is one.
    pub frame: Option<Frames>,
}

/// The list of figures.
///
/// To the eye a number has a few digits. The `output` beside it, which is for screen readers, scripts and the clipboard,
/// has them all: enough to tell one bit from another.
#[component]
pub fn Figures(props: &Props) -> Html {
    let figures = props.frame.iter().flat_map(|frame| &frame.0.figures).map(|figure| {
        let id = format!("figure-{}", figure.name);
        html! {
            <div class="figure" key={figure.name.clone()} title={format!("{} Exactly {}.", figure.about, figure.value)}>
                <label for={id.clone()}>{ &figure.label }</label>
                <span class="value">
                    <span aria-hidden="true">{ compact(figure.value) }</span>
                    <output class="unseen" aria-live="off" {id} data-figure={figure.name.clone()}>{ figure.value }</output>
                    if !figure.unit.is_empty() { <span class="unit">{ " " }{ &figure.unit }</span> }
                </span>
            </div>
        }
    });
    html! { <div class="figures">{ for figures }</div> }
}
