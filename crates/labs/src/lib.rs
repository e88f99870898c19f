//! The exhibits. One folder a lab, one file an exhibit, one registry line each.
//!
//! An exhibit implements [`exhibit::Exhibit`]; [`REGISTRY`] lists them. Nothing here knows the web.

pub mod check;
pub mod controls;
#[cfg(feature = "data")]
pub mod data;
pub mod exhibit;
pub mod memory;
pub mod sets;

use exhibit::Entry;

/// Every live exhibit. Adding one is a file and a line here.
pub const REGISTRY: &[Entry] = &[Entry::of::<memory::modern_hopfield::ModernHopfield>("memory", "modern-hopfield")];

/// The live exhibit with this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    REGISTRY.iter().find(|entry| entry.id == id)
}
