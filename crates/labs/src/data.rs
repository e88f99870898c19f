//! The data sets of `assets/data`, built into native programs.

use crate::exhibit::Store;
use std::io::Read;
use vivarium_frame::Complaint;

macro_rules! files {
    ($($name:literal $form:literal),+ $(,)?) => {
        /// Every data set: its name, and its file compressed by gzip.
        pub const FILES: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../../../assets/data/", $name, ".", $form, ".gz")))),+];
    };
}
files!(
    "breast-cancer" "csv",
    "diabetes" "csv",
    "digits-28" "idx",
    "digits-28-labels" "idx",
    "digits-8" "idx",
    "digits-8-labels" "idx",
    "gun-point-test" "ts",
    "gun-point-train" "ts",
    "iris" "csv",
    "italy-power-test" "ts",
    "italy-power-train" "ts",
    "karate-club" "tsv",
    "king-james" "txt",
    "kinships" "tsv",
    "mnist" "idx",
    "mnist-labels" "idx",
    "nations" "tsv",
    "photos-128" "idx",
    "photos-64" "idx",
    "umls" "tsv",
    "wine" "csv",
);

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_built_in_and_credited() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/data");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|file| file.unwrap().file_name().into_string().ok())
            .filter_map(|file| Some(file.strip_suffix(".gz")?.rsplit_once('.')?.0.to_owned()))
            .collect();
        names.sort_unstable();
        assert_eq!(FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
        let credits = std::fs::read_to_string(format!("{folder}/README.md")).unwrap();
        assert!(
            names.iter().all(|name| credits.contains(&format!("| {name} |"))),
            "a data set without its credit line"
        );
        let bytes: usize = FILES.iter().map(|(_, packed)| packed.len()).sum();
        assert!(bytes < 4 << 20, "{bytes} bytes of data");
    }
}
