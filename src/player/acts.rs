//! What the player does.

use super::{Msg, Player};
use crate::drop;
use crate::link::{Link, Signal};
use crate::panels::Frames;
use crate::{dom, speed};
use gloo_timers::callback::Timeout;
use std::rc::Rc;
use vivarium_frame::controls::Query;
use vivarium_frame::protocol::{Command, Event, Status};
use vivarium_frame::view::Frame;
use yew::prelude::*;

/// How long the address waits for the next change, in milliseconds: browsers limit how often it may be set.
const ADDRESS_DELAY: u32 = 250;
/// More sentences than these are not kept.
const MAX_COMPLAINTS: usize = 6;
/// How many pictures of the visitor's own survive a new run.
const MAX_PHOTOS: usize = 8;

impl Player {
    /// Does what a message asks; whether the page changes.
    pub(super) fn act(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let run = self.run;
        match msg {
            Msg::Signal(Signal::Event(event)) => return self.receive(*event),
            Msg::Signal(Signal::Lost(why)) => self.lose(why),
            Msg::Painted => {
                self.send(Command::Painted { run });
                return false;
            }
            Msg::Set(name, value) => {
                self.values.insert(name, value);
                self.adjust();
            }
            Msg::SetAll(values) => {
                self.values = values;
                self.adjust();
            }
            Msg::Seed(seed) => {
                self.seed = seed;
                self.open(0);
                self.write_address();
            }
            Msg::Play => {
                self.playing = true;
                // Where nothing is left to do, playing means from the beginning.
                if self.refused || matches!(self.status, Status::Finished | Status::Diverged(_)) {
                    self.open(0);
                } else {
                    self.send_play();
                }
            }
            Msg::Pause => {
                self.playing = false;
                self.send(Command::Pause { run });
            }
            Msg::Step => {
                self.playing = false;
                if self.refused {
                    self.open(0);
                } else {
                    self.send(Command::Step { run, steps: 1 });
                }
            }
            Msg::Reset => {
                self.playing = false;
                self.open(0);
            }
            Msg::Speed(position) => {
                self.speed = Some(position);
                if self.playing {
                    self.send_play();
                }
            }
            Msg::Touch(touch) => {
                self.send(Command::Touch { run, touch });
                return false;
            }
            Msg::Files(files) => {
                drop::read(files, ctx.link().callback(Msg::Photo));
                return false;
            }
            Msg::Photo(Ok(photo)) => {
                self.send(Command::Photo { run, photo: photo.clone() });
                if self.photos.len() == MAX_PHOTOS {
                    self.photos.remove(0);
                }
                self.photos.push(photo);
            }
            Msg::Photo(Err(sentence)) | Msg::Complain(sentence) => self.complain(sentence),
            Msg::ForgetPhotos => {
                self.photos.clear();
                self.open(0);
            }
            Msg::Revive => {
                self.playing = false;
                self.connect(ctx);
                self.open(0);
            }
            Msg::Hidden(hidden) => {
                self.send(Command::Rest(hidden));
                return false;
            }
            Msg::Apply(query) => {
                let query = self.config.exhibit.schema.read_query(&query);
                self.apply(query);
                self.write_address();
            }
            Msg::Dismiss(at) => {
                if at < self.complaints.len() {
                    self.complaints.remove(at);
                }
            }
            Msg::Panic => {
                self.send(Command::Panic);
                return false;
            }
        }
        true
    }

    fn receive(&mut self, event: Event) -> bool {
        match event {
            Event::Opened { run, pace, .. } if run == self.run => {
                (self.opening, self.pace, self.fetching) = (false, pace, None);
                for photo in self.photos.clone() {
                    self.send(Command::Photo { run, photo });
                }
                if std::mem::take(&mut self.changed) {
                    self.adjust();
                }
                // The exhibit's own pace is only known now.
                if self.playing {
                    self.send_play();
                }
            }
            Event::Frame { run, frame } if run == self.run => self.take(frame),
            Event::Status { run, status, step, rate, pace } if run == self.run => {
                let repaced = pace > 0.0 && pace != self.pace;
                if pace > 0.0 {
                    self.pace = pace;
                }
                (self.status, self.step, self.rate) = (status, step, rate);
                if repaced && self.playing && self.speed.is_none() {
                    self.send_play();
                }
            }
            Event::Restart { run } if run == self.run => self.open(0),
            Event::Complained { run, complaint, fatal } if run == self.run || run == 0 => {
                if fatal {
                    (self.opening, self.playing, self.fetching) = (false, false, None);
                    self.refused = true;
                }
                self.complain(complaint.sentence);
            }
            Event::Fetching { name, received, total } => self.fetching = Some((name, received, total)),
            Event::Panicked { message } => {
                self.lose(format!(
                    "The program that computes has stopped by a fault of its own ({}). The rest of the page is unharmed.",
                    message.split_whitespace().collect::<Vec<_>>().join(" ")
                ));
            }
            // Of an older run, or about checks, which have workers of their own.
            _ => return false,
        }
        true
    }

    fn take(&mut self, frame: Frame) {
        self.step = frame.step;
        self.history.borrow_mut().add(&frame);
        let frame = Rc::new(frame);
        self.painter.show(Rc::clone(&frame));
        self.frame = Some(Frames(frame));
    }

    fn lose(&mut self, why: String) {
        self.link = None;
        self.playing = false;
        // The first sentence says most: what follows a panic is only its echo.
        self.failed.get_or_insert(why);
    }

    fn complain(&mut self, sentence: String) {
        if !self.complaints.contains(&sentence) {
            self.complaints.truncate(MAX_COMPLAINTS - 1);
            self.complaints.insert(0, sentence);
        }
    }

    /// Sends changed values on; while a run is being opened they wait, so that a slider does not pile up runs.
    fn adjust(&mut self) {
        self.write_address();
        if self.refused {
            self.open(0);
        } else if self.opening && self.fetching.is_none() {
            self.changed = true;
        } else {
            self.send(Command::Adjust { run: self.run, values: self.values.clone() });
        }
    }

    /// Starts a worker.
    pub(super) fn connect(&mut self, ctx: &Context<Self>) {
        match Link::start(&self.config.worker, &self.config.data, ctx.link().callback(Msg::Signal)) {
            Ok(link) => {
                if dom::document().is_some_and(|d| d.hidden()) {
                    link.send(Command::Rest(true));
                }
                (self.link, self.failed) = (Some(link), None);
            }
            Err(why) => self.lose(why),
        }
    }

    /// Sets everything as an address asks.
    pub(super) fn apply(&mut self, query: Query) {
        self.complaints = query.complaints.into_iter().map(|complaint| complaint.sentence).collect();
        self.values = self.config.exhibit.schema.defaults();
        self.values.extend(query.values);
        self.seed = query.seed.unwrap_or(0);
        self.playing = query.play && query.step.is_none();
        self.open(query.step.unwrap_or(0));
    }

    fn send(&self, command: Command) {
        if let Some(link) = &self.link {
            link.send(command);
        }
    }

    /// Opens a run with the present values and seed, at `step`.
    fn open(&mut self, step: u64) {
        self.run += 1;
        (self.opening, self.changed, self.refused) = (true, false, false);
        (self.status, self.step, self.rate) = (Status::Loading, 0, 0.0);
        self.history.borrow_mut().clear();
        let (exhibit, values) = (self.config.exhibit.id.clone(), self.values.clone());
        self.send(Command::Open { run: self.run, exhibit, values, seed: self.seed, step });
        if self.playing {
            self.send_play();
        }
    }

    fn send_play(&self) {
        self.send(Command::Play { run: self.run, pace: speed::pace(self.position()) });
    }

    /// The speed slider's position: the visitor's, else the exhibit's own.
    pub(super) fn position(&self) -> u32 {
        self.speed.unwrap_or_else(|| speed::position(Some(self.pace)))
    }

    /// The status as the contract's word.
    pub(super) fn word(&self) -> &'static str {
        match (&self.failed, &self.status) {
            (Some(_), _) => "failed",
            _ if self.refused => "failed",
            (_, Status::Loading) => "loading",
            (_, Status::Paused) => "paused",
            (_, Status::Running) => "running",
            (_, Status::Finished) => "finished",
            (_, Status::Diverged(_)) => "diverged",
        }
    }

    /// Tells the page, and who watches it, where the experiment stands.
    pub(super) fn tell_host(&self) {
        let host = &self.config.host;
        dom::set_attribute(host, "data-exhibit", &self.config.exhibit.id);
        dom::set_attribute(host, "data-step", &self.step.to_string());
        dom::set_attribute(host, "data-status", self.word());
    }

    /// The query of the present values and seed.
    pub(super) fn address(&self) -> String {
        self.config.exhibit.schema.write_query(&self.values, self.seed)
    }

    fn write_address(&mut self) {
        if self.config.small() {
            return;
        }
        let parts = [self.address(), self.kept.clone()];
        let query = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        self.address_timer = Some(Timeout::new(ADDRESS_DELAY, move || dom::set_query(&query)));
    }
}
