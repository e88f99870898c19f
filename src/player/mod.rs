//! The live experiment: what the visitor asks for goes to the worker, what the worker tells goes on the page.
//!
//! Here is what it holds and how it looks; `acts` is what it does.

mod acts;

use crate::check::Check;
use crate::controls::ControlPanel;
use crate::dom;
use crate::drop::{self, OwnPictures};
use crate::figures::Figures;
use crate::link::{Link, Signal};
use crate::painter::Painter;
use crate::panels::{Frames, PanelView};
use crate::save::History;
use crate::share::Share;
use crate::transport::Transport;
use crate::views::Views;
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use vivarium_frame::controls::{Query, Value, Values};
use vivarium_frame::page::ExhibitData;
use vivarium_frame::protocol::{RunId, Status};
use vivarium_frame::view::{Photo, Room, Touch};
use web_sys::{DragEvent, HtmlElement};
use yew::html::Scope;
use yew::prelude::*;

/// The panels beside the stage that the small player on the front page shows.
const SMALL: [&str; 2] = ["wall", "energy"];

/// What an experiment is made from.
pub struct Config {
    /// Absolute address of the worker's script.
    pub worker: String,
    /// Names and absolute addresses of the data files.
    pub data: Vec<(String, String)>,
    /// The exhibit.
    pub exhibit: ExhibitData,
    /// The query of the small player on the front page; none on an exhibit's page, where the address is the state.
    pub query: Option<String>,
    /// The element that tells the status to tests and embedding pages.
    pub host: HtmlElement,
}

impl Config {
    /// Whether this is the small player.
    pub fn small(&self) -> bool {
        self.query.is_some()
    }
}

/// A configuration as a property: it never changes, so being the same is enough to be equal.
#[derive(Clone)]
pub struct Shared(Rc<Config>);

impl Shared {
    /// Shares `config`.
    pub fn new(config: Config) -> Self {
        Self(Rc::new(config))
    }
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for Shared {
    type Target = Config;
    fn deref(&self) -> &Config {
        &self.0
    }
}

/// The configuration.
#[derive(Clone, Properties, PartialEq)]
pub struct Props {
    /// What the experiment is made from.
    pub config: Shared,
}

/// Callbacks, made once: what a part of the page is given then stays the same from frame to frame, and the part is left
/// as it is.
struct Calls {
    set: Callback<(String, Value)>,
    set_all: Callback<Values>,
    seed: Callback<u64>,
    speed: Callback<u32>,
    play: Callback<()>,
    pause: Callback<()>,
    step: Callback<()>,
    reset: Callback<()>,
    touch: Callback<Touch>,
    files: Callback<Vec<web_sys::File>>,
    forget: Callback<()>,
}

impl Calls {
    fn new(link: &Scope<Player>) -> Self {
        Self {
            set: link.callback(|(name, value)| Msg::Set(name, value)),
            set_all: link.callback(Msg::SetAll),
            seed: link.callback(Msg::Seed),
            speed: link.callback(Msg::Speed),
            play: link.callback(|()| Msg::Play),
            pause: link.callback(|()| Msg::Pause),
            step: link.callback(|()| Msg::Step),
            reset: link.callback(|()| Msg::Reset),
            touch: link.callback(Msg::Touch),
            files: link.callback(Msg::Files),
            forget: link.callback(|()| Msg::ForgetPhotos),
        }
    }
}

/// What can happen.
pub enum Msg {
    /// Something came from the worker.
    Signal(Signal),
    /// The newest frame is on the screen.
    Painted,
    /// The visitor set a control.
    Set(String, Value),
    /// The visitor set all controls.
    SetAll(Values),
    /// The visitor chose a seed.
    Seed(u64),
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// One step.
    Step,
    /// From the beginning.
    Reset,
    /// Position of the speed slider.
    Speed(u32),
    /// Pointer or key on a panel.
    Touch(Touch),
    /// Files were dropped or chosen.
    Files(Vec<web_sys::File>),
    /// A picture was read, or not.
    Photo(Result<Photo, String>),
    /// Forget the visitor's own pictures.
    ForgetPhotos,
    /// A new worker after a failure.
    Revive,
    /// The page is hidden, or seen again.
    Hidden(bool),
    /// A link on the page sets the experiment up.
    Apply(String),
    /// A sentence for the visitor.
    Complain(String),
    /// A sentence was read.
    Dismiss(usize),
    /// A test wants to see the worker panic.
    Panic,
}

/// The experiment.
pub struct Player {
    config: Shared,
    calls: Calls,
    link: Option<Link>,
    painter: Painter,
    run: RunId,
    values: Values,
    seed: u64,
    status: Status,
    /// Why there is no worker any more.
    failed: Option<String>,
    /// The run that was asked for could not be opened.
    refused: bool,
    step: u64,
    rate: f64,
    /// Steps a second that suit the exhibit.
    pace: f64,
    /// The slider's position, once the visitor has moved it.
    speed: Option<u32>,
    playing: bool,
    /// The run is asked for and not there yet: changed values wait.
    opening: bool,
    changed: bool,
    frame: Option<Frames>,
    history: Rc<RefCell<History>>,
    photos: Vec<Photo>,
    fetching: Option<(String, f64, f64)>,
    complaints: Vec<String>,
    /// `embed` and `theme`, which stay in the address.
    kept: String,
    address_timer: Option<Timeout>,
    _listeners: Vec<EventListener>,
}

impl Component for Player {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        let config = &ctx.props().config;
        let asked = config.query.clone().unwrap_or_else(dom::query);
        let query = config.exhibit.schema.read_query(&asked);
        let painter = Painter::new(ctx.link().callback(|()| Msg::Painted), ctx.link().callback(Msg::Complain));
        let mut player = Self {
            config: config.clone(),
            calls: Calls::new(ctx.link()),
            link: None,
            painter,
            run: 0,
            values: config.exhibit.schema.defaults(),
            seed: 0,
            status: Status::Loading,
            failed: None,
            refused: false,
            step: 0,
            rate: 0.0,
            pace: 0.0,
            speed: None,
            playing: false,
            opening: false,
            changed: false,
            frame: None,
            history: Rc::default(),
            photos: Vec::new(),
            fetching: None,
            complaints: Vec::new(),
            kept: if config.small() { String::new() } else { kept(&query) },
            address_timer: None,
            _listeners: listeners(ctx, &config.host),
        };
        player.connect(ctx);
        player.apply(query);
        player.tell_host();
        player
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let shown = self.act(ctx, msg);
        self.tell_host();
        shown
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let config = &ctx.props().config;
        let drag = |inside: bool| {
            ctx.link().batch_callback(move |event: DragEvent| {
                event.prevent_default();
                // Only the look changes while something is dragged over; nothing is to be done.
                drop::mark(&event, inside);
                None::<Msg>
            })
        };
        let ondrop = ctx.link().callback(|event: DragEvent| {
            event.prevent_default();
            drop::mark(&event, false);
            Msg::Files(drop::dropped(&event))
        });
        let takes = config.exhibit.photos;
        html! {
            <div class={classes!("player", if config.small() { "small" } else { "whole" })}
                ondragover={takes.then(|| drag(true))} ondragleave={takes.then(|| drag(false))} ondrop={takes.then_some(ondrop)}>
                { self.view_complaints(ctx) }
                if !config.small() {
                    <Views schema={config.exhibit.schema.clone()} values={self.values.clone()} set={&self.calls.set} />
                }
                <div class="bench">
                    { self.view_panels(true) }
                    <p class="says">{ self.says() }</p>
                    { self.view_transport() }
                    if !config.small() {
                        <Figures frame={self.frame.clone()} />
                    }
                </div>
                <div class="panels">{ self.view_panels(false) }</div>
                if !config.small() {
                    <Check config={config.clone()} />
                    <div class="side">
                        <ControlPanel config={config.clone()} values={self.values.clone()} set={&self.calls.set} set_all={&self.calls.set_all} />
                        if takes {
                            <OwnPictures count={self.photos.len()} files={&self.calls.files} forget={&self.calls.forget} />
                        }
                        <Share config={config.clone()} address={self.address()} step={self.step}
                            frame={self.frame.clone()} history={Rc::clone(&self.history)} painter={self.painter.clone()} />
                    </div>
                }
            </div>
        }
    }
}

/// What the page outside the player tells it.
fn listeners(ctx: &Context<Player>, host: &HtmlElement) -> Vec<EventListener> {
    let mut all = Vec::new();
    if let Some(document) = dom::document() {
        let link = ctx.link().clone();
        all.push(EventListener::new(&document, "visibilitychange", move |_| {
            link.send_message(Msg::Hidden(dom::document().is_some_and(|d| d.hidden())));
        }));
    }
    // A hook for tests: the worker panics on purpose, and the page must survive it.
    let link = ctx.link().clone();
    all.push(EventListener::new(host, "vivarium:panic", move |_| link.send_message(Msg::Panic)));
    if !ctx.props().config.small() {
        let link = ctx.link().clone();
        all.push(drop::on_set_up(host, move |query| link.send_message(Msg::Apply(query))));
    }
    all
}

/// The part of the address that is about how the page looks.
fn kept(query: &Query) -> String {
    let mut parts = Vec::new();
    if query.embed {
        parts.push("embed".to_owned());
    }
    parts.extend(query.theme.iter().map(|theme| format!("theme={theme}")));
    parts.join("&")
}

impl Player {
    /// What is to be seen right now, in words: the exhibit's own sentence, or what is being waited for.
    fn says(&self) -> String {
        match (&self.failed, &self.status, &self.fetching) {
            (Some(_), ..) => "Nothing is computed at the moment.".to_owned(),
            _ if self.refused => "This run could not be opened; other settings, or Reset, start a new one.".to_owned(),
            (_, Status::Loading, Some((name, received, total))) if *total > 0.0 => {
                format!("Loading the data {name}: {:.0} of {:.0} kB.", received / 1000.0, total / 1000.0)
            }
            (_, Status::Loading, Some((name, received, _))) => {
                format!("Loading the data {name}: {:.0} kB so far.", received / 1000.0)
            }
            (_, Status::Loading, None) if self.step > 0 => format!("On the way: step {}.", self.step),
            (_, Status::Loading, None) => "The experiment is loading.".to_owned(),
            (_, Status::Diverged(why), _) => why.clone(),
            _ => self.frame.as_ref().map(|frame| frame.0.says.clone()).unwrap_or_default(),
        }
    }

    fn view_complaints(&self, ctx: &Context<Self>) -> Html {
        let failed = self.failed.as_ref().map(|why| {
            html! {
                <div class="complaint grave">
                    <p role="alert">{ why }</p>
                    <button type="button" onclick={ctx.link().callback(|_| Msg::Revive)}>{ "Restart" }</button>
                </div>
            }
        });
        let sentences = self.complaints.iter().enumerate().map(|(at, sentence)| {
            html! {
                <div class="complaint" key={sentence.clone()}>
                    <p role="alert">{ sentence }</p>
                    <button type="button" class="quiet" onclick={ctx.link().callback(move |_| Msg::Dismiss(at))}>{ "Dismiss" }</button>
                </div>
            }
        });
        if failed.is_none() && self.complaints.is_empty() {
            return Html::default();
        }
        html! { <div class="complaints">{ failed }{ for sentences }</div> }
    }

    /// The stage, or all panels but the stage.
    fn view_panels(&self, stage: bool) -> Html {
        let Some(frame) = &self.frame else {
            return if stage {
                html! { <div class="panel stage waiting" /> }
            } else {
                Html::default()
            };
        };
        let small = self.config.small();
        let wanted = |panel: &vivarium_frame::view::Panel| {
            (panel.room == Room::Stage) == stage && (stage || !small || SMALL.contains(&panel.name.as_str()))
        };
        let views = frame.0.panels.iter().enumerate().filter(|(_, panel)| wanted(panel)).map(|(index, panel)| {
            html! {
                <PanelView key={panel.name.clone()} painter={self.painter.clone()} frame={frame.clone()} {index} touch={&self.calls.touch} />
            }
        });
        html! { <>{ for views }</> }
    }

    fn view_transport(&self) -> Html {
        let calls = &self.calls;
        html! {
            <Transport status={self.word()} step={self.step} rate={self.rate} position={self.position()} seed={self.seed}
                small={self.config.small()} play={&calls.play} pause={&calls.pause} once={&calls.step} reset={&calls.reset}
                speed={&calls.speed} set_seed={&calls.seed} />
        }
    }
}
