//! Paints the panels of the newest frame, once a screen refresh, and only those that are in sight.

use crate::canvas::Backend;
use crate::{dom, theme, timing};
use gloo_events::EventListener;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use vivarium_frame::paint::{self, Look, Placed};
use vivarium_frame::view::{Frame, Panel};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{
    HtmlCanvasElement, HtmlElement, IntersectionObserver, IntersectionObserverEntry, MutationObserver,
    MutationObserverInit, ResizeObserver, ResizeObserverEntry,
};
use yew::Callback;

/// A point on a canvas, in CSS pixels from its top left corner.
pub type Point = (f64, f64);

/// Larger canvases are refused by some browsers.
const MAX_SIDE: f64 = 8192.0;

/// A panel's place on the page.
struct Slot {
    canvas: HtmlCanvasElement,
    /// Where the value under the pointer is shown.
    tip: HtmlElement,
    /// Marks the pixel that the keyboard would touch.
    cursor: HtmlElement,
    /// Width and height in CSS pixels.
    size: Point,
    seen: bool,
    stale: bool,
    placed: Placed,
    ratio: f64,
    hover: Option<Point>,
    cursor_at: Option<Point>,
}

struct Inner {
    slots: RefCell<BTreeMap<String, Slot>>,
    frame: RefCell<Option<Rc<Frame>>>,
    /// The page owes the worker word that the frame is painted.
    owed: Cell<bool>,
    scheduled: Cell<bool>,
    painted: Callback<()>,
    failed: Callback<String>,
    watch: RefCell<Option<Watch>>,
}

/// What makes panels stale besides a new frame.
struct Watch {
    resize: ResizeObserver,
    sight: IntersectionObserver,
    theme: MutationObserver,
    _listeners: Vec<EventListener>,
    _closures: [Closure<dyn FnMut(js_sys::Array)>; 3],
}

/// A handle on the painter; clones are the same painter.
#[derive(Clone)]
pub struct Painter(Rc<Inner>);

impl PartialEq for Painter {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Painter {
    /// A painter that calls `painted` after each new frame, and `failed` with a sentence when a panel cannot be drawn.
    pub fn new(painted: Callback<()>, failed: Callback<String>) -> Self {
        let inner = Rc::new(Inner {
            slots: RefCell::default(),
            frame: RefCell::default(),
            owed: Cell::new(false),
            scheduled: Cell::new(false),
            painted,
            failed,
            watch: RefCell::default(),
        });
        *inner.watch.borrow_mut() = Watch::start(&Rc::downgrade(&inner));
        Self(inner)
    }

    /// Takes a panel's canvas, with its tip and cursor.
    pub fn attach(&self, name: &str, canvas: HtmlCanvasElement, tip: HtmlElement, cursor: HtmlElement) {
        if let Some(watch) = &*self.0.watch.borrow() {
            watch.resize.observe(&canvas);
            watch.sight.observe(&canvas);
        }
        let size = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        let slot = Slot {
            canvas,
            tip,
            cursor,
            size,
            seen: true,
            stale: true,
            placed: Placed::default(),
            ratio: 1.0,
            hover: None,
            cursor_at: None,
        };
        self.0.slots.borrow_mut().insert(name.to_owned(), slot);
        schedule(&self.0);
    }

    /// Lets go of a panel's canvas.
    pub fn detach(&self, name: &str) {
        if let Some(slot) = self.0.slots.borrow_mut().remove(name)
            && let Some(watch) = &*self.0.watch.borrow()
        {
            watch.resize.unobserve(&slot.canvas);
            watch.sight.unobserve(&slot.canvas);
        }
    }

    /// Takes a new frame.
    pub fn show(&self, frame: Rc<Frame>) {
        *self.0.frame.borrow_mut() = Some(frame);
        self.0.owed.set(true);
        self.0.refresh();
    }

    /// The panel's coordinates of a point on its canvas; none outside the data's area.
    pub fn to_data(&self, name: &str, (x, y): Point) -> Option<(f32, f32)> {
        let slots = self.0.slots.borrow();
        let slot = slots.get(name)?;
        slot.placed.to_data(x * slot.ratio, y * slot.ratio)
    }

    /// The point on its canvas of a panel's coordinates.
    pub fn to_canvas(&self, name: &str, x: f32, y: f32) -> Option<Point> {
        let slots = self.0.slots.borrow();
        let slot = slots.get(name)?;
        let (x, y) = slot.placed.to_canvas(x, y)?;
        Some((x / slot.ratio, y / slot.ratio))
    }

    /// The size of a panel's canvas, in CSS pixels.
    pub fn size(&self, name: &str) -> Option<Point> {
        self.0.slots.borrow().get(name).map(|slot| slot.size)
    }

    /// Moves the pointer over a panel, or off it.
    pub fn hover(&self, name: &str, at: Option<Point>) {
        if let Some(slot) = self.0.slots.borrow_mut().get_mut(name) {
            slot.hover = at;
            if let Some(panel) = self.0.frame.borrow().as_deref().and_then(|frame| panel(frame, name)) {
                slot.show_tip(panel);
            }
        }
    }

    /// Moves the keyboard's cursor on a panel, or takes it away.
    pub fn cursor(&self, name: &str, at: Option<Point>) {
        if let Some(slot) = self.0.slots.borrow_mut().get_mut(name) {
            slot.cursor_at = at;
            slot.show_cursor();
        }
    }

    /// A panel's canvas.
    pub fn canvas(&self, name: &str) -> Option<HtmlCanvasElement> {
        self.0.slots.borrow().get(name).map(|slot| slot.canvas.clone())
    }
}

fn panel<'f>(frame: &'f Frame, name: &str) -> Option<&'f Panel> {
    frame.panels.iter().find(|panel| panel.name == name)
}

fn schedule(inner: &Rc<Inner>) {
    if !inner.scheduled.replace(true) {
        let inner = Rc::clone(inner);
        dom::next_frame(move |at| inner.paint(at));
    }
}

impl Inner {
    /// Everything is to be drawn again.
    fn refresh(self: &Rc<Self>) {
        self.slots.borrow_mut().values_mut().for_each(|slot| slot.stale = true);
        schedule(self);
    }

    fn paint(self: &Rc<Self>, at: f64) {
        self.scheduled.set(false);
        let Some(frame) = self.frame.borrow().clone() else { return };
        let start = dom::now();
        let dark = theme::dark();
        let mut failure = None;
        for (name, slot) in self.slots.borrow_mut().iter_mut().filter(|(_, slot)| slot.seen && slot.stale) {
            if let Some(panel) = panel(&frame, name)
                && let Err(why) = slot.paint(panel, dark)
            {
                failure = Some(format!("The picture \u{201c}{}\u{201d} could not be drawn: {why}.", panel.title));
            }
        }
        if self.owed.replace(false) {
            timing::painted(at, dom::now() - start);
            self.painted.emit(());
        }
        if let Some(sentence) = failure {
            self.failed.emit(sentence);
        }
    }
}

impl Slot {
    fn paint(&mut self, panel: &Panel, dark: bool) -> Result<(), String> {
        let longest = self.size.0.max(self.size.1).max(1.0);
        let ratio = dom::ratio().min(MAX_SIDE / longest);
        let (width, height) = ((self.size.0 * ratio).round() as u32, (self.size.1 * ratio).round() as u32);
        self.stale = false;
        // A canvas without area (hidden, or folded away) has nothing to show; it is painted when it gets one.
        if width == 0 || height == 0 {
            self.placed = Placed::default();
            return Ok(());
        }
        if self.canvas.width() != width {
            self.canvas.set_width(width);
        }
        if self.canvas.height() != height {
            self.canvas.set_height(height);
        }
        let backend = Backend::new(&self.canvas).ok_or("the browser gives no drawing context")?;
        self.ratio = ratio;
        self.placed = paint::paint(backend, panel, &Look { dark, ratio })?;
        if self.hover.is_some() {
            self.show_tip(panel);
        }
        if self.cursor_at.is_some() {
            self.show_cursor();
        }
        Ok(())
    }

    fn show_tip(&self, panel: &Panel) {
        let ratio = self.ratio;
        let found = self.hover.and_then(|(x, y)| paint::probe(panel, &self.placed, x * ratio, y * ratio));
        self.tip.set_hidden(found.is_none());
        if let Some(probe) = found {
            let (x, y) = (probe.at.0 / ratio, probe.at.1 / ratio);
            if self.tip.text_content().as_deref() != Some(&probe.text) {
                self.tip.set_text_content(Some(&probe.text));
            }
            // It stands beside the point, on the side where there is room.
            let (left, above) = (x > self.size.0 / 2.0, y > self.size.1 / 2.0);
            let shift = |flip: bool| if flip { "calc(-100% - 10px)" } else { "10px" };
            let place = format!("translate({x:.0}px, {y:.0}px) translate({}, {})", shift(left), shift(above));
            let _ = self.tip.style().set_property("transform", &place);
        }
    }

    fn show_cursor(&self) {
        self.cursor.set_hidden(self.cursor_at.is_none());
        if let Some((x, y)) = self.cursor_at {
            let _ = self.cursor.style().set_property("transform", &format!("translate({x:.0}px, {y:.0}px)"));
        }
    }
}

impl Watch {
    fn start(inner: &Weak<Inner>) -> Option<Self> {
        let on_resize = observer(inner, |inner, entry: &ResizeObserverEntry| {
            let area = entry.content_rect();
            inner.update(entry.target().unchecked_ref(), |slot| slot.size = (area.width(), area.height()));
        });
        let on_sight = observer(inner, |inner, entry: &IntersectionObserverEntry| {
            let seen = entry.is_intersecting();
            inner.update(entry.target().unchecked_ref(), |slot| slot.seen = seen);
        });
        let on_theme = {
            let inner = Weak::clone(inner);
            Closure::new(move |_: js_sys::Array| {
                if let Some(inner) = inner.upgrade() {
                    inner.refresh();
                }
            })
        };
        let resize = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
        let sight = IntersectionObserver::new(on_sight.as_ref().unchecked_ref()).ok()?;
        let theme = MutationObserver::new(on_theme.as_ref().unchecked_ref()).ok()?;
        let attributes = MutationObserverInit::new();
        attributes.set_attributes(true);
        attributes.set_attribute_filter(&js_sys::Array::of1(&"data-theme".into()));
        theme.observe_with_options(&dom::root()?.into(), &attributes).ok()?;

        let window = dom::window()?;
        let system = window.match_media("(prefers-color-scheme: dark)").ok().flatten();
        let refresh = |target: &web_sys::EventTarget, event: &'static str| {
            let inner = Weak::clone(inner);
            EventListener::new(target, event, move |_| {
                if let Some(inner) = inner.upgrade() {
                    inner.refresh();
                }
            })
        };
        let mut listeners = vec![refresh(&window, "resize")];
        listeners.extend(system.iter().map(|system| refresh(system, "change")));
        Some(Self { resize, sight, theme, _listeners: listeners, _closures: [on_resize, on_sight, on_theme] })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.resize.disconnect();
        self.sight.disconnect();
        self.theme.disconnect();
    }
}

fn observer<E: JsCast>(
    inner: &Weak<Inner>,
    each: impl Fn(&Rc<Inner>, &E) + 'static,
) -> Closure<dyn FnMut(js_sys::Array)> {
    let inner = Weak::clone(inner);
    Closure::new(move |entries: js_sys::Array| {
        if let Some(inner) = inner.upgrade() {
            entries.iter().for_each(|entry| each(&inner, entry.unchecked_ref()));
        }
    })
}

impl Inner {
    /// Changes the slot of `canvas`, and draws it again.
    fn update(self: &Rc<Self>, canvas: &HtmlCanvasElement, change: impl FnOnce(&mut Slot)) {
        if let Some(slot) = self.slots.borrow_mut().values_mut().find(|slot| slot.canvas == *canvas) {
            change(slot);
            slot.stale = true;
        }
        schedule(self);
    }
}
