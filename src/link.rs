//! The line to a worker.

use crate::{dom, timing};
use std::cell::RefCell;
use std::rc::Rc;
use vivarium_frame::protocol::{Command, Event, decode, encode};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{ErrorEvent, MessageEvent, Worker};
use yew::Callback;

/// What comes over the line.
pub enum Signal {
    /// An event of the worker's.
    Event(Box<Event>),
    /// The worker is lost: a sentence.
    Lost(String),
}

/// A worker. It is ended when this is dropped.
pub struct Link {
    worker: Worker,
    /// Commands given before the worker was ready; none afterwards.
    waiting: Rc<RefCell<Option<Vec<Command>>>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Link {
    /// Starts a worker from the script at `address`, and tells it where the data lie.
    ///
    /// # Errors
    /// A sentence when the browser refuses.
    pub fn start(address: &str, data: &[(String, String)], sink: Callback<Signal>) -> Result<Self, String> {
        let worker = Worker::new(address)
            .map_err(|_| "This browser does not let the page start a worker, so nothing can be computed.".to_owned())?;
        let waiting = Rc::new(RefCell::new(Some(vec![Command::Hello { data: data.to_vec() }])));

        let on_message = {
            let (worker, waiting, sink) = (worker.clone(), Rc::clone(&waiting), sink.clone());
            Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
                let start = dom::now();
                let bytes = js_sys::Uint8Array::new(&message.data()).to_vec();
                let signal = match decode::<Event>(&bytes) {
                    Ok(Event::Ready) => {
                        let early = waiting.borrow_mut().take();
                        early.iter().flatten().for_each(|command| post(&worker, command));
                        Signal::Event(Box::new(Event::Ready))
                    }
                    Ok(event) => Signal::Event(Box::new(event)),
                    Err(complaint) => Signal::Lost(complaint.sentence),
                };
                timing::read(dom::now() - start);
                sink.emit(signal);
            })
        };
        let on_error = {
            let waiting = Rc::clone(&waiting);
            Closure::<dyn FnMut(ErrorEvent)>::new(move |error: ErrorEvent| {
                // It is told on the page.
                error.prevent_default();
                let sentence = if waiting.borrow().is_some() {
                    "The program that computes could not be loaded. The connection may be down, or the site was updated \
                     a moment ago: reload the page."
                        .to_owned()
                } else {
                    format!("The program that computes has stopped: {}.", error.message())
                };
                sink.emit(Signal::Lost(sentence));
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, waiting, _on_message: on_message, _on_error: on_error })
    }

    /// Sends a command; before the worker is ready it waits here.
    pub fn send(&self, command: Command) {
        match &mut *self.waiting.borrow_mut() {
            Some(waiting) => waiting.push(command),
            None => post(&self.worker, &command),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn post(worker: &Worker, command: &Command) {
    let Ok(bytes) = encode(command) else { return };
    let buffer = js_sys::Uint8Array::from(bytes.as_slice()).buffer();
    // Moved, not copied. It fails only when the worker is gone, which is told by other ways.
    let _ = worker.post_message_with_transfer(&buffer, &js_sys::Array::of1(&buffer));
}
