//! The data sets of `assets/data`, built into native programs.

use crate::exhibit::Store;
use std::io::Read;
use vivarium_frame::Complaint;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        /// Every data set: its name, and its IDX file compressed by gzip.
        pub const FILES: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../../../assets/data/", $name, ".idx.gz")))),+];
    };
}
files!("digits-8", "digits-8-labels", "digits-28", "digits-28-labels", "photos-64");

/// A store of the data sets `names`.
///
/// # Errors
/// When there is no such data set, or its file is damaged.
pub fn load(names: &[&str]) -> Result<Store, Complaint> {
    let mut store = Store::default();
    for &name in names {
        let packed = FILES
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| Complaint::about(name, format!("There is no data set {name}.")))?
            .1;
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(packed)
            .read_to_end(&mut bytes)
            .map_err(|e| Complaint::about(name, format!("The data set {name} is damaged: {e}.")))?;
        store.insert(name, bytes);
    }
    Ok(store)
}

/// A store of all data sets.
///
/// # Errors
/// When a file is damaged.
pub fn store() -> Result<Store, Complaint> {
    let names: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
    load(&names)
}
