//! The Web Worker: runs exhibits in time slices, measures checks, answers the page's messages.
//!
//! [`driver`] and [`session`] decide everything and know no web; `shell` connects them to a browser's worker.
#![cfg_attr(
    not(any(test, target_arch = "wasm32")),
    allow(dead_code, reason = "only the shell and the tests call them")
)]

mod driver;
#[cfg(target_arch = "wasm32")]
mod fetch;
mod library;
mod session;
#[cfg(target_arch = "wasm32")]
mod shell;

#[cfg(target_arch = "wasm32")]
fn main() {
    shell::start(driver::Driver::new(library::Registry));
}

/// Natively there is nothing to run: the modules are built for their tests.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("This program runs as a Web Worker; the native one is vivarium, of the package vivarium-cli.");
}
