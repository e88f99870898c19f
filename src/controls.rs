//! The control panel: widgets from the exhibit's schema.

use crate::dom;
use crate::player::Shared;
use vivarium_frame::controls::{Choice, Control, Kind, Scale, Value, Values};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// Positions of the slider of a control that is no whole number.
const POSITIONS: f64 = 200.0;

/// What the panel shows, and whom it tells.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The exhibit, for the schema and the lines of its source.
    pub config: Shared,
    /// Present values.
    pub values: Values,
    /// One control was set.
    pub set: Callback<(String, Value)>,
    /// All were set.
    pub set_all: Callback<Values>,
}

/// The panel.
#[component]
pub fn ControlPanel(props: &Props) -> Html {
    let exhibit = &props.config.exhibit;
    // On a phone the controls are folded away; on a wide screen they always stand open.
    let open = use_memo((), |()| dom::media("(min-width: 62rem)"));
    let defaults = exhibit.schema.defaults();
    let all = props.set_all.reform({
        let defaults = defaults.clone();
        move |_: MouseEvent| defaults.clone()
    });
    let widgets = exhibit.schema.controls.iter().map(|control| {
        let value = props.values.get(&control.name).unwrap_or(&control.default).clone();
        let line = exhibit.source.controls.get(&control.name).copied();
        html! { <Widget key={control.name.clone()} control={control.clone()} {value} {line} set={&props.set} /> }
    });
    html! {
        <details class="controls" open={*open}>
            <summary>{ "Controls" }</summary>
            { for widgets }
            <button type="button" class="quiet all" disabled={props.values == defaults} onclick={all}>{ "All to defaults" }</button>
        </details>
    }
}

#[derive(Properties, PartialEq)]
struct WidgetProps {
    control: Control,
    value: Value,
    line: Option<u32>,
    set: Callback<(String, Value)>,
}

/// One control: label, native field, the sentence about it, the way back to its default.
#[component]
fn Widget(props: &WidgetProps) -> Html {
    let WidgetProps { control, value, line, set } = props;
    let wrong = use_state(|| None::<String>);
    let id = format!("control-{}", control.name);
    let (hint, problem) = (format!("{id}-hint"), format!("{id}-wrong"));
    let described = if wrong.is_some() { format!("{problem} {hint}") } else { hint.clone() };

    // Half-typed numbers are no mistakes: only what is meant to stay is complained of.
    let take = {
        let (control, set, wrong, value) = (control.clone(), set.clone(), wrong.clone(), value.clone());
        Callback::from(move |(text, meant): (String, bool)| match control.parse(&text) {
            Ok(new) => {
                wrong.set(None);
                if new != value {
                    set.emit((control.name.clone(), new));
                }
            }
            Err(complaint) if meant => {
                wrong.set(Some(format!("{} It is still {value}.", complaint.sentence.trim_end_matches(' '))));
            }
            Err(_) => {}
        })
    };
    let field = match (&control.kind, value) {
        (Kind::Number { min, max, whole, scale, unit }, Value::Number(number)) => {
            let range = Range { min: *min, max: *max, whole: *whole, scale: *scale };
            number_field(control, &id, &described, range, unit, *number, &take)
        }
        (Kind::Switch, _) => {
            let on = *value == Value::Switch(true);
            let onchange = take.reform(|event: Event| {
                let checked = event.target_unchecked_into::<HtmlInputElement>().checked();
                (Value::Switch(checked).to_string(), true)
            });
            html! {
                <input id={id.clone()} type="checkbox" role="switch" data-control={control.name.clone()} checked={on} {onchange}
                    aria-describedby={described} autocomplete="off" />
            }
        }
        (Kind::Choice(options), _) => select(control, &id, &described, options, value, &take),
        (Kind::Number { .. }, _) => Html::default(),
    };
    let shape = match control.kind {
        Kind::Number { .. } => "quantity",
        Kind::Switch => "switch",
        Kind::Choice(_) => "choice",
    };
    let changed = *value != control.default;
    let back = {
        let (set, name, default, wrong) = (set.clone(), control.name.clone(), control.default.clone(), wrong.clone());
        Callback::from(move |_: MouseEvent| {
            wrong.set(None);
            set.emit((name.clone(), default.clone()));
        })
    };
    let back_label = format!("{} back to {}", control.label, label_of(control, &control.default));
    html! {
        <div class={classes!("control", shape)}>
            <div class="heading">
                <label for={id}>{ &control.label }</label>
                if let Some(line) = line {
                    <a class="line" href={format!("#L{line}")} title="Where it stands in the source"
                        aria-label={format!("{} in the source, line {line}", control.label)}>{ "\u{2039}\u{203a}" }</a>
                }
                if changed {
                    <button type="button" class="quiet back" aria-label={back_label.clone()} title={back_label} onclick={back}>{ "\u{21ba}" }</button>
                }
            </div>
            { field }
            if let Some(sentence) = &*wrong {
                <p class="wrong" id={problem} role="alert">{ sentence }</p>
            }
            <p class="hint" id={hint}>{ about(control, value) }</p>
        </div>
    }
}

/// What a value is called on the page.
fn label_of(control: &Control, value: &Value) -> String {
    match (&control.kind, value) {
        (Kind::Choice(options), Value::Choice(id)) => {
            options.iter().find(|option| option.id == *id).map_or_else(|| id.clone(), |option| option.label.clone())
        }
        _ => value.to_string(),
    }
}

/// The sentence about a control, with that about the option which is chosen.
fn about(control: &Control, value: &Value) -> String {
    let option = match (&control.kind, value) {
        (Kind::Choice(options), Value::Choice(id)) => options.iter().find(|option| option.id == *id),
        _ => None,
    };
    let restarts = if control.live { "" } else { " A change starts a new run." };
    match option.filter(|option| !option.about.is_empty()) {
        Some(option) => format!("{} {}: {}{restarts}", control.about, option.label, option.about),
        None => format!("{}{restarts}", control.about),
    }
}

fn select(
    control: &Control,
    id: &str,
    described: &str,
    options: &[Choice],
    value: &Value,
    take: &Callback<(String, bool)>,
) -> Html {
    let onchange = take.reform(|event: Event| (event.target_unchecked_into::<HtmlSelectElement>().value(), true));
    let options = options.iter().map(|option| {
        let selected = *value == Value::Choice(option.id.clone());
        html! { <option value={option.id.clone()} {selected}>{ &option.label }</option> }
    });
    html! {
        <select id={id.to_owned()} data-control={control.name.clone()} aria-describedby={described.to_owned()} {onchange}
            autocomplete="off">{ for options }</select>
    }
}

fn number_field(
    control: &Control,
    id: &str,
    described: &str,
    range: Range,
    unit: &str,
    number: f64,
    take: &Callback<(String, bool)>,
) -> Html {
    let typed = |meant: bool| move |field: HtmlInputElement| (field.value(), meant);
    let oninput = take.reform(move |event: InputEvent| typed(false)(event.target_unchecked_into()));
    let onchange = take.reform(move |event: Event| typed(true)(event.target_unchecked_into()));
    let slid = take.reform(move |event: InputEvent| {
        let position = event.target_unchecked_into::<HtmlInputElement>().value_as_number();
        (range.value(position).to_string(), true)
    });
    let spoken = if unit.is_empty() { number.to_string() } else { format!("{number} {unit}") };
    html! {
        <div class="dial">
            <input type="range" min="0" max={range.positions().to_string()} step="1"
                value={range.position(number).to_string()} oninput={slid} autocomplete="off"
                aria-label={format!("{}, slider", control.label)} aria-valuetext={spoken} />
            <input id={id.to_owned()} type="number" data-control={control.name.clone()} value={number.to_string()}
                min={range.min.to_string()} max={range.max.to_string()} step={if range.whole { "1" } else { "any" }}
                inputmode={if range.whole { "numeric" } else { "decimal" }} autocomplete="off"
                aria-describedby={described.to_owned()} {oninput} {onchange} />
            <span class="unit">{ unit }</span>
        </div>
    }
}

/// A number's range, and how the slider divides it.
#[derive(Clone, Copy)]
struct Range {
    min: f64,
    max: f64,
    whole: bool,
    scale: Scale,
}

impl Range {
    /// The slider's last position; the first is 0.
    fn positions(self) -> f64 {
        let whole_steps = self.max - self.min;
        if self.whole && self.scale == Scale::Linear && whole_steps <= 1000.0 { whole_steps } else { POSITIONS }
    }

    /// The number at a position, rounded to what the eye can follow.
    fn value(self, position: f64) -> f64 {
        let part = position / self.positions();
        let exact = match self.scale {
            Scale::Linear => self.min + part * (self.max - self.min),
            Scale::Log => self.min * (self.max / self.min).powf(part),
        };
        if position <= 0.0 {
            self.min
        } else if part >= 1.0 {
            self.max
        } else if self.whole {
            exact.round()
        } else {
            // Three digits, of the number itself on a log scale and of the whole range on a linear one.
            let size = if self.scale == Scale::Log { exact } else { self.max - self.min };
            let decimals = (2.0 - size.abs().log10().floor()).clamp(0.0, 12.0) as usize;
            format!("{exact:.decimals$}").parse().unwrap_or(exact)
        }
        .clamp(self.min, self.max)
    }

    /// The position nearest to a number.
    fn position(self, number: f64) -> f64 {
        let part = match self.scale {
            Scale::Linear => (number - self.min) / (self.max - self.min),
            Scale::Log => (number / self.min).ln() / (self.max / self.min).ln(),
        };
        (part * self.positions()).round()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliders_reach_both_ends_and_come_back_to_where_they_were() {
        for range in [
            Range { min: 0.0, max: 1.0, whole: false, scale: Scale::Linear },
            Range { min: -3.0, max: 7.0, whole: true, scale: Scale::Linear },
            Range { min: 64.0, max: 4096.0, whole: true, scale: Scale::Log },
            Range { min: 0.001, max: 50.0, whole: false, scale: Scale::Log },
        ] {
            assert_eq!(range.value(0.0), range.min);
            assert_eq!(range.value(range.positions()), range.max);
            for position in 0..=range.positions() as u32 {
                let there = range.position(range.value(f64::from(position)));
                assert!((there - f64::from(position)).abs() <= 2.0, "{position} became {there}");
            }
        }
    }

    #[test]
    fn numbers_from_a_slider_are_short() {
        let range = Range { min: 0.0, max: 1.0, whole: false, scale: Scale::Linear };
        assert_eq!(range.value(67.0), 0.34);
        let range = Range { min: 0.01, max: 100.0, whole: false, scale: Scale::Log };
        assert!(range.value(123.0).to_string().len() <= 5, "{}", range.value(123.0));
    }
}
