//! One panel: heading, picture, text alternative; the pointer and the keys on it.

use crate::painter::{Painter, Point};
use std::cell::Cell;
use std::rc::Rc;
use vivarium_frame::view::{Frame, Panel, Phase, Picture, Room, Table, Touch};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent};
use yew::prelude::*;

/// How far a key moves the cursor on a panel that has no pixels, in CSS pixels.
const STRIDE: f64 = 8.0;

/// What a panel needs.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Draws it.
    pub painter: Painter,
    /// The frame.
    pub frame: Frames,
    /// Which of its panels.
    pub index: usize,
    /// Takes touches.
    pub touch: Callback<Touch>,
}

/// A frame, compared by identity: the worker never sends the same one twice.
#[derive(Clone)]
pub struct Frames(pub Rc<Frame>);

impl PartialEq for Frames {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The panel.
#[component]
pub fn PanelView(props: &Props) -> Html {
    let Some(panel) = props.frame.0.panels.get(props.index) else { return Html::default() };
    let room = match panel.room {
        Room::Stage => "stage",
        Room::Cell => "cell",
        Room::Wide => "wide",
    };
    let body = match &panel.picture {
        Picture::Table(rows) => table(panel, rows),
        Picture::Plot(_) | Picture::Image(_) | Picture::Grid(_) | Picture::Network(_) | Picture::Space(_) => html! {
            <Canvas painter={props.painter.clone()} name={panel.name.clone()} title={panel.title.clone()}
                alt={panel.alt.clone()} hint={panel.touch.clone()} touch={&props.touch} />
        },
    };
    html! {
        <figure class={classes!("panel", room)}>
            <figcaption>
                <h2 title={panel.title.clone()}>{ &panel.title }</h2>
                if !panel.touch.is_empty() {
                    <span class="acts" title={panel.touch.clone()}>{ &panel.touch }</span>
                }
            </figcaption>
            { body }
        </figure>
    }
}

fn table(panel: &Panel, table: &Table) -> Html {
    html! {
        <div class="plate rows" tabindex="0" role="region" aria-label={panel.title.clone()}>
            <table data-panel={panel.name.clone()} aria-description={panel.alt.clone()}>
                <thead><tr>{ for table.columns.iter().map(|column| html! { <th scope="col">{ column }</th> }) }</tr></thead>
                <tbody>
                    { for table.rows.iter().map(|row| html! {
                        <tr>{ for row.iter().map(|cell| html! { <td>{ cell }</td> }) }</tr>
                    }) }
                </tbody>
            </table>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct CanvasProps {
    painter: Painter,
    name: String,
    title: String,
    alt: String,
    hint: String,
    touch: Callback<Touch>,
}

/// Where the pointer and the keyboard's cursor are.
#[derive(Default)]
struct Hands {
    pressed: Cell<Option<i32>>,
    last: Cell<(f32, f32)>,
    cursor: Cell<Option<Point>>,
}

#[component]
fn Canvas(props: &CanvasProps) -> Html {
    let (canvas, tip, cursor) = (use_node_ref(), use_node_ref(), use_node_ref());
    {
        let nodes = (canvas.clone(), tip.clone(), cursor.clone());
        use_effect_with((props.painter.clone(), props.name.clone()), move |(painter, name)| {
            if let (Some(canvas), Some(tip), Some(cursor)) =
                (nodes.0.cast::<HtmlCanvasElement>(), nodes.1.cast::<HtmlElement>(), nodes.2.cast::<HtmlElement>())
            {
                painter.attach(name, canvas, tip, cursor);
            }
            let (painter, name) = (painter.clone(), name.clone());
            move || painter.detach(&name)
        });
    }
    let hand = Rc::new(Hand {
        painter: props.painter.clone(),
        name: props.name.clone(),
        touchable: !props.hint.is_empty(),
        touch: props.touch.clone(),
        hands: use_memo((), |()| Hands::default()),
    });
    let on = |act: fn(&Hand, &PointerEvent)| {
        let hand = Rc::clone(&hand);
        Callback::from(move |event: PointerEvent| act(&hand, &event))
    };
    let onkeydown = {
        let hand = Rc::clone(&hand);
        Callback::from(move |event: KeyboardEvent| hand.key(&event))
    };
    let onblur = {
        let hand = Rc::clone(&hand);
        Callback::from(move |_: FocusEvent| hand.move_cursor(None))
    };
    let touchable = !props.hint.is_empty();
    let oncontextmenu = Callback::from(move |event: MouseEvent| {
        if touchable {
            event.prevent_default();
        }
    });
    let described = format!("about-{}", props.name);
    let keys = if touchable {
        " With the picture in focus, Shift and the arrow keys move a cursor, Enter presses there; other keys act as the \
         picture says."
    } else {
        ""
    };
    html! {
        <div class={classes!("plate", touchable.then_some("touchable"))}>
            <canvas ref={canvas} data-panel={props.name.clone()} role="img" tabindex={if touchable { "0" } else { "-1" }}
                aria-label={format!("{}. {}", props.title, props.alt)}
                aria-describedby={touchable.then(|| described.clone())}
                onpointerdown={on(Hand::down)} onpointermove={on(Hand::moved)} onpointerup={on(Hand::up)}
                onpointercancel={on(Hand::up)} onlostpointercapture={on(Hand::up)} onpointerleave={on(Hand::left)}
                {onkeydown} {onblur} {oncontextmenu} />
            <div ref={cursor} class="cursor" hidden=true aria-hidden="true" />
            <div ref={tip} class="tip" hidden=true aria-hidden="true" />
            if touchable {
                <p class="unseen" id={described}>{ &props.hint }{ "." }{ keys }</p>
            }
        </div>
    }
}

/// What pointer and keys do on one canvas.
struct Hand {
    painter: Painter,
    name: String,
    touchable: bool,
    touch: Callback<Touch>,
    hands: Rc<Hands>,
}

/// The pointer's place on the canvas, in CSS pixels.
fn place(event: &PointerEvent, canvas: &Element) -> Point {
    let area = canvas.get_bounding_client_rect();
    (f64::from(event.client_x()) - area.left(), f64::from(event.client_y()) - area.top())
}

impl Hand {
    fn send(&self, phase: Phase, (x, y): (f32, f32), shift: bool) {
        self.touch.emit(Touch { panel: self.name.clone(), phase, x, y, shift });
    }

    fn down(&self, event: &PointerEvent) {
        let Some(canvas) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
        let at = place(event, &canvas);
        self.painter.hover(&self.name, Some(at));
        if !self.touchable || self.hands.pressed.get().is_some() || event.button() == 1 {
            return;
        }
        if let Some(data) = self.painter.to_data(&self.name, at) {
            // Without the capture a drag that leaves the canvas would only end early.
            let _ = canvas.set_pointer_capture(event.pointer_id());
            self.hands.pressed.set(Some(event.pointer_id()));
            self.hands.last.set(data);
            self.send(Phase::Down, data, event.shift_key() || event.button() == 2);
        }
    }

    fn moved(&self, event: &PointerEvent) {
        let Some(canvas) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) else { return };
        let pressed = self.hands.pressed.get() == Some(event.pointer_id());
        // A tip would hide what is being drawn.
        self.painter.hover(&self.name, (!pressed).then(|| place(event, &canvas)));
        if !pressed {
            return;
        }
        let shift = event.shift_key() || event.buttons() & 2 != 0;
        // A fast pointer makes more moves than the browser tells of one by one.
        let moves = event.get_coalesced_events();
        let places: Vec<Point> = if moves.length() > 1 {
            moves.iter().map(|each| place(each.unchecked_ref(), &canvas)).collect()
        } else {
            vec![place(event, &canvas)]
        };
        for data in places.into_iter().filter_map(|at| self.painter.to_data(&self.name, at)) {
            if data != self.hands.last.replace(data) {
                self.send(Phase::Move, data, shift);
            }
        }
    }

    fn up(&self, event: &PointerEvent) {
        if self.hands.pressed.get() == Some(event.pointer_id()) {
            self.hands.pressed.set(None);
            self.send(Phase::Up, self.hands.last.get(), event.shift_key() || event.button() == 2);
        }
    }

    fn left(&self, _: &PointerEvent) {
        self.painter.hover(&self.name, None);
    }

    fn key(&self, event: &KeyboardEvent) {
        let key = event.key();
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        if !self.touchable || modified || matches!(key.as_str(), "Tab" | "Escape" | "Shift") {
            return;
        }
        let direction = match key.as_str() {
            "ArrowLeft" => Some((-1.0, 0.0)),
            "ArrowRight" => Some((1.0, 0.0)),
            "ArrowUp" => Some((0.0, -1.0)),
            "ArrowDown" => Some((0.0, 1.0)),
            _ => None,
        };
        let at = self.hands.cursor.get().and_then(|at| self.painter.to_data(&self.name, at));
        match (direction, at) {
            (Some(direction), _) if event.shift_key() => self.step_cursor(direction),
            (None, Some(at)) if key == "Enter" => {
                self.send(Phase::Down, at, event.shift_key());
                self.send(Phase::Up, at, event.shift_key());
            }
            _ => self.send(Phase::Key(key.clone()), at.unwrap_or((0.0, 0.0)), event.shift_key()),
        }
        if direction.is_some() || matches!(key.as_str(), " " | "Enter") {
            event.prevent_default();
        }
    }

    fn step_cursor(&self, (right, down): (f64, f64)) {
        let Some((width, height)) = self.painter.size(&self.name) else { return };
        let pixel = self.painter.to_canvas(&self.name, 0.0, 0.0).zip(self.painter.to_canvas(&self.name, 1.0, 1.0));
        // One pixel of the picture where it has such, else a few of the screen.
        let stride = match pixel {
            Some((a, b)) => ((b.0 - a.0).abs().clamp(1.0, 64.0), (b.1 - a.1).abs().clamp(1.0, 64.0)),
            None => (STRIDE, STRIDE),
        };
        let from = self.hands.cursor.get().unwrap_or((width / 2.0, height / 2.0));
        let to = (from.0 + right * stride.0, from.1 + down * stride.1);
        if self.painter.to_data(&self.name, to).is_some() {
            self.move_cursor(Some(to));
        } else {
            self.move_cursor(Some(from));
        }
    }

    fn move_cursor(&self, at: Option<Point>) {
        self.hands.cursor.set(at);
        self.painter.cursor(&self.name, at);
        self.painter.hover(&self.name, at);
    }
}
