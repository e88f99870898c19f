//! The transport bar: play, pause, step, reset, speed, seed.

use crate::speed;
use vivarium_frame::controls::MAX_SEED;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The buttons' signs, as paths in a square of 16.
const PLAY: &str = "M4 2.5v11l9-5.5z";
const PAUSE: &str = "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z";
const STEP: &str = "M3 2.5v11l7-5.5zM11 2.5h2v11h-2z";
const RESET: &str =
    "M8 3a5 5 0 1 1-4.9 6h1.7A3.4 3.4 0 1 0 8 4.6c-.9 0-1.7.4-2.3.9L7.5 7.3H2.6V2.4l1.9 1.9A5 5 0 0 1 8 3z";

/// What the bar shows, and whom it tells.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The status' word.
    pub status: &'static str,
    /// Steps made.
    pub step: u64,
    /// Steps a second of late.
    pub rate: f64,
    /// The speed slider's position.
    pub position: u32,
    /// The seed.
    pub seed: u64,
    /// Buttons only.
    pub small: bool,
    /// Play was pressed.
    pub play: Callback<()>,
    /// Pause was pressed.
    pub pause: Callback<()>,
    /// Step was pressed.
    pub once: Callback<()>,
    /// Reset was pressed.
    pub reset: Callback<()>,
    /// The slider was moved.
    pub speed: Callback<u32>,
    /// A seed was chosen.
    pub set_seed: Callback<u64>,
}

/// The bar.
#[component]
pub fn Transport(props: &Props) -> Html {
    let running = props.status == "running";
    let button = |name: &'static str, icon: &'static str, class: Classes, act: &Callback<()>| {
        let onclick = act.reform(|_: MouseEvent| ());
        html! {
            <button type="button" {class} aria-label={name} title={name} {onclick}>
                <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d={icon} fill="currentColor" /></svg>
            </button>
        }
    };
    let words = speed::words(speed::pace(props.position));
    let oninput = props
        .speed
        .reform(|event: InputEvent| event.target_unchecked_into::<HtmlInputElement>().value_as_number() as u32);
    html! {
        <>
            <div class="transport" role="group" aria-label="Transport">
                <div class="buttons">
                    { button("Play", PLAY, classes!("main", running.then_some("on")), &props.play) }
                    { button("Pause", PAUSE, classes!(), &props.pause) }
                    { button("Step", STEP, classes!(), &props.once) }
                    { button("Reset", RESET, classes!(), &props.reset) }
                </div>
                <p class="counter">
                    <span class="step">{ "step " }<b>{ props.step }</b></span>
                    <span class="doing" data-word={props.status}>{ state(props) }</span>
                </p>
            </div>
            if !props.small {
                <div class="tempo">
                    <label class="speed">
                        <span>{ "Speed" }</span>
                        <input type="range" min="0" max={speed::POSITIONS.to_string()} step="1" value={props.position.to_string()}
                            aria-valuetext={words.clone()} autocomplete="off" {oninput} />
                        <span class="words">{ words }</span>
                    </label>
                    <SeedField seed={props.seed} set_seed={&props.set_seed} />
                </div>
            }
        </>
    }
}

fn state(props: &Props) -> String {
    match props.status {
        "running" if props.rate >= 10.0 => format!("{:.0} a second", props.rate),
        "running" if props.rate > 0.0 => format!("{:.1} a second", props.rate),
        other => other.to_owned(),
    }
}

#[derive(Properties, PartialEq)]
struct SeedProps {
    seed: u64,
    set_seed: Callback<u64>,
}

/// The seed: a number field, and a die for those who do not care which.
#[component]
fn SeedField(props: &SeedProps) -> Html {
    let wrong = use_state(|| false);
    let onchange = {
        let (wrong, set, seed) = (wrong.clone(), props.set_seed.clone(), props.seed);
        Callback::from(move |event: Event| {
            let field: HtmlInputElement = event.target_unchecked_into();
            match field.value().trim().parse::<u64>().ok().filter(|seed| *seed <= MAX_SEED) {
                Some(new) => {
                    wrong.set(false);
                    if new != seed {
                        set.emit(new);
                    }
                }
                None => {
                    wrong.set(true);
                    field.set_value(&seed.to_string());
                }
            }
        })
    };
    // The die is the visitor's luck, not the experiment's: the seed that falls is then as good as one typed in.
    let roll = props.set_seed.reform(|_: MouseEvent| (js_sys::Math::random() * 10_000.0) as u64);
    html! {
        <div class="seed">
            <label for="seed">{ "Seed" }</label>
            <input id="seed" type="number" min="0" max={MAX_SEED.to_string()} step="1" inputmode="numeric" autocomplete="off"
                value={props.seed.to_string()} {onchange} />
            <button type="button" class="quiet" aria-label="Another seed by chance" title="Another seed by chance" onclick={roll}>
                <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                    <rect x="1.75" y="1.75" width="12.5" height="12.5" rx="2.5" fill="none" stroke="currentColor" stroke-width="1.5" />
                    <circle cx="5" cy="5" r="1.3" fill="currentColor" /><circle cx="11" cy="11" r="1.3" fill="currentColor" />
                    <circle cx="8" cy="8" r="1.3" fill="currentColor" />
                </svg>
            </button>
            if *wrong {
                <p class="wrong" role="alert">{ format!("The seed is a whole number from 0 to {MAX_SEED}; it is still {}.", props.seed) }</p>
            }
        </div>
    }
}
