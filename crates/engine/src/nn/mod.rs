//! Layers, losses and optimisers.

mod init;

pub use init::Init;
