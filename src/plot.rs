//! A finding as a small picture in the page.

use vivarium_frame::finding::Finding;
use vivarium_frame::interval;
use vivarium_frame::page::Line;
use yew::prelude::*;

/// The picture; nothing when there is no number to draw.
pub fn picture(finding: &Finding, line: &Line) -> Html {
    let Some(plot) = interval::plot(finding, line) else { return Html::default() };
    let marks = plot.marks.into_iter().map(|mark| html! { <path class={mark.class} d={mark.path} /> });
    let labels = plot.labels.into_iter().map(|label| {
        html! { <text x={label.x.to_string()} y={label.y.to_string()} text-anchor={label.anchor}>{ label.text }</text> }
    });
    html! {
        <svg class="range" viewBox={interval::view_box()} role="img" aria-label={plot.words}>{ for marks }{ for labels }</svg>
    }
}
