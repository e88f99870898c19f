//! The looks that an exhibit offers, as a row of tabs over its panels.
//!
//! A choice that is called `view` is a control like any other; but it decides what there is to see at all, so it also
//! stands where the eye is.

use vivarium_frame::controls::{Kind, Schema, Value, Values};
use yew::prelude::*;

/// The name of the control that is shown as tabs.
const VIEW: &str = "view";

/// The controls and where a change goes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// All controls.
    pub schema: Schema,
    /// Their values.
    pub values: Values,
    /// Takes a change.
    pub set: Callback<(String, Value)>,
}

/// The row of tabs; nothing where there is no such control.
#[component]
pub fn Views(props: &Props) -> Html {
    let Some(control) = props.schema.get(VIEW) else { return Html::default() };
    let Kind::Choice(options) = &control.kind else { return Html::default() };
    let tabs = options.iter().map(|option| {
        let value = Value::Choice(option.id.clone());
        let pressed = props.values.get(VIEW) == Some(&value);
        let onclick = props.set.reform(move |_: MouseEvent| (VIEW.to_owned(), value.clone()));
        html! {
            <button type="button" aria-pressed={pressed.to_string()} title={option.about.clone()} {onclick}>{ &option.label }</button>
        }
    });
    html! { <div class="views" role="group" aria-label={control.label.clone()}>{ for tabs }</div> }
}
