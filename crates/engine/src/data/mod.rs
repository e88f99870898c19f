//! Data: sets of examples, how they are split and dealt out in batches, and where they come from.
//!
//! | part | what it holds |
//! | --- | --- |
//! | [`Dataset`] | features, labels or values, names; selecting, balancing, noise on labels, pooling |
//! | [`Parts`], [`Shares`] | training, validation and test part, by chance or by index |
//! | [`Batches`] | the indices of one batch after another, shuffled anew each epoch |
//! | [`Scaler`] | standardising and rescaling with the statistics of the training part |
//! | [`toy`], [`playground`] | points in the plane: moons, rings, spirals, xor, blobs |
//! | [`clusters`], [`linear`] | Gaussian clusters, linear regression with a given spectrum, in any dimension |
//! | [`glyphs`] | digits, letters and shapes drawn by strokes, distorted by lot |
//! | [`mnist1d`] | ten curves, moved and disturbed by the published recipe |
//! | [`teacher`], [`boolean`] | labels by a random network, parities, labels by lot |
//! | [`table`], [`series`], [`facts`], [`network`], [`characters`] | readers: CSV, .ts, knowledge graphs, ties, text |
//!
//! Readers take a file's bytes, already unpacked. What is wrong with a file they say in one sentence with the place
//! ([`DataError`]). Pictures and their labels come from [`Idx`](crate::idx::Idx) or [`Image`](crate::image::Image).
//!
//! Every set that is drawn by lot takes an [`Rng`](crate::rng::Rng), so a seed fixes each bit of it.
//!
//! ```
//! use vivarium_engine::data::{Shares, toy};
//! use vivarium_engine::rng::Rng;
//! let run = Rng::new(0, "data");
//! let moons = toy::moons(300, 0.1, &mut run.split("moons"));
//! let parts = moons.split(Shares { valid: 0.0, test: 0.2 }, &mut run.split("split")).standardised();
//! let mut batches = parts.train.batches(16, run.split("batches")).drop_last();
//! let (mut x, mut y) = ([0.0; 16 * 2], [0.0; 16 * 2]);
//! while let Some(batch) = batches.next_in_epoch() {
//!     parts.train.features_into(batch, &mut x);
//!     parts.train.one_hot_into(batch, &mut y);
//! }
//! # assert_eq!((parts.train.len(), parts.test.len(), batches.in_an_epoch()), (240, 60, 15));
//! ```

mod batch;
pub mod boolean;
pub mod characters;
pub mod clusters;
mod dataset;
mod error;
pub mod facts;
pub mod glyphs;
mod labels;
pub mod linear;
mod lines;
pub mod mnist1d;
pub mod network;
pub mod playground;
mod scale;
pub mod series;
mod split;
pub mod table;
pub mod teacher;
pub mod toy;

pub use batch::Batches;
pub use dataset::{Dataset, Grid, MOST_NUMBERS, Targets};
pub use error::{DataError, Place};
pub use lines::MOST_BYTES;
pub use scale::Scaler;
pub use split::{Parts, Shares};
