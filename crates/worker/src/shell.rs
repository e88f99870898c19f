//! The driver in a browser's worker: messages, clock, timers, data files.

use crate::driver::Driver;
use crate::library::Registry;
use crate::session::Next;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use vivarium_frame::Complaint;
use vivarium_frame::protocol::{Command, Event, decode, encode};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort, Performance};

struct Shell {
    scope: DedicatedWorkerGlobalScope,
    performance: Performance,
    driver: RefCell<Driver<Registry>>,
    /// A message to this port comes back as a task: it waits for its turn behind the page's messages, and no timer's
    /// minimum delay holds it up.
    port: MessagePort,
    ticking: Cell<bool>,
    timer: Cell<Option<i32>>,
    on_timer: RefCell<Option<Closure<dyn FnMut()>>>,
    addresses: RefCell<BTreeMap<String, String>>,
    fetching: RefCell<Vec<String>>,
}

/// Starts the worker; it tells the page [`Event::Ready`] and waits.
pub fn start(driver: Driver<Registry>) {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    report_panics();
    let (Some(performance), Ok(channel)) = (scope.performance(), MessageChannel::new()) else {
        return post(&scope, &Event::Panicked { message: "This browser's workers have no clock.".to_owned() });
    };
    let shell = Rc::new(Shell {
        scope: scope.clone(),
        performance,
        driver: RefCell::new(driver),
        port: channel.port2(),
        ticking: Cell::new(false),
        timer: Cell::new(None),
        on_timer: RefCell::new(None),
        addresses: RefCell::default(),
        fetching: RefCell::default(),
    });

    let ticked = Rc::clone(&shell);
    let on_tick = Closure::<dyn FnMut()>::new(move || {
        ticked.ticking.set(false);
        ticked.slice();
    });
    channel.port1().set_onmessage(Some(on_tick.as_ref().unchecked_ref()));
    on_tick.forget();

    let timed = Rc::clone(&shell);
    *shell.on_timer.borrow_mut() = Some(Closure::new(move || {
        timed.timer.set(None);
        timed.slice();
    }));

    let messaged = Rc::clone(&shell);
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let bytes = js_sys::Uint8Array::new(&event.data()).to_vec();
        messaged.receive(&bytes);
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();

    post(&scope, &Event::Ready);
}

/// A panic ends the program without unwinding; its message goes to the page first.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        post(&js_sys::global().unchecked_into(), &Event::Panicked { message: panic.to_string() });
    }));
}

fn post(scope: &DedicatedWorkerGlobalScope, event: &Event) {
    let Ok(bytes) = encode(event) else { return };
    let buffer = js_sys::Uint8Array::from(bytes.as_slice()).buffer();
    // It fails only when the page is gone.
    let _ = scope.post_message_with_transfer(&buffer, &js_sys::Array::of1(&buffer));
}

impl Shell {
    fn now(&self) -> f64 {
        self.performance.now()
    }

    fn receive(self: &Rc<Self>, bytes: &[u8]) {
        match decode::<Command>(bytes) {
            Ok(Command::Hello { data }) => *self.addresses.borrow_mut() = data.into_iter().collect(),
            Ok(command) => self.driver.borrow_mut().command(command, self.now()),
            Err(complaint) => post(&self.scope, &Event::Complained { run: 0, complaint, fatal: true }),
        }
        self.settle();
    }

    fn slice(self: &Rc<Self>) {
        self.driver.borrow_mut().slice(&|| self.now());
        self.settle();
    }

    /// Posts what there is to tell, fetches what is wanted, and arranges the next slice.
    fn settle(self: &Rc<Self>) {
        let (events, wanted, next) = {
            let mut driver = self.driver.borrow_mut();
            (driver.take_events(), driver.take_wanted(), driver.next(self.now()))
        };
        for event in &events {
            post(&self.scope, event);
        }
        for name in wanted {
            self.fetch(name);
        }
        if let Some(timer) = self.timer.take() {
            self.scope.clear_timeout_with_handle(timer);
        }
        match next {
            Next::Now if !self.ticking.replace(true) => {
                if self.port.post_message(&JsValue::NULL).is_err() {
                    self.ticking.set(false);
                }
            }
            Next::After(delay) => {
                if let Some(on_timer) = &*self.on_timer.borrow() {
                    let callback = on_timer.as_ref().unchecked_ref();
                    let handle =
                        self.scope.set_timeout_with_callback_and_timeout_and_arguments_0(callback, delay.ceil() as i32);
                    self.timer.set(handle.ok());
                }
            }
            Next::Now | Next::Idle => {}
        }
    }

    fn fetch(self: &Rc<Self>, name: String) {
        if self.fetching.borrow().contains(&name) {
            return;
        }
        self.fetching.borrow_mut().push(name.clone());
        let shell = Rc::clone(self);
        wasm_bindgen_futures::spawn_local(async move {
            let address = shell.addresses.borrow().get(&name).cloned();
            let bytes = match address {
                None => Err(Complaint::about(&name, format!("This site has no data set {name}."))),
                Some(address) => {
                    let progress = |received, total| {
                        post(&shell.scope, &Event::Fetching { name: name.clone(), received, total });
                    };
                    crate::fetch::bytes(&shell.scope, &address, progress).await.map_err(|why| {
                        let why = crate::fetch::words(&why);
                        Complaint::about(
                            &name,
                            format!("The data set {name} could not be loaded ({why}); check the connection and reset."),
                        )
                    })
                }
            };
            shell.fetching.borrow_mut().retain(|other| *other != name);
            shell.driver.borrow_mut().arrived(&name, bytes, shell.now());
            shell.settle();
        });
    }
}
