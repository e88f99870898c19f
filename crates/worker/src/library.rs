//! The exhibits as the worker sees them: by name, with their data.

use vivarium_frame::Complaint;
use vivarium_frame::controls::Values;
use vivarium_frame::finding::{Finding, Sample};
use vivarium_labs::check::{Mechanism, Part};
use vivarium_labs::exhibit::{Entry, Run, Store};

/// Where runs and measurements come from. The registry in the worker, a stand-in in tests.
pub trait Library {
    /// The data sets that a run with these values reads.
    ///
    /// # Errors
    /// A sentence when there is no such exhibit or a value is not allowed.
    fn needs(&self, exhibit: &str, values: &Values) -> Result<Vec<String>, Complaint>;

    /// A new run, and whether it takes pictures.
    ///
    /// # Errors
    /// A sentence when it cannot be opened.
    fn open(&self, exhibit: &str, values: &Values, seed: u64, store: &Store)
    -> Result<(Box<dyn Run>, bool), Complaint>;

    /// The data sets that a part of a check reads.
    ///
    /// # Errors
    /// A sentence when there is no such part.
    fn part_needs(&self, exhibit: &str, part: &str) -> Result<Vec<String>, Complaint>;

    /// Measures one seed of one part.
    ///
    /// # Errors
    /// A sentence when it cannot be measured.
    fn measure(&self, exhibit: &str, part: &str, seed: u64, store: &Store) -> Result<Sample, Complaint>;

    /// Judges the samples of one part.
    ///
    /// # Errors
    /// A sentence when there is no such part.
    fn conclude(&self, exhibit: &str, part: &str, samples: Vec<Sample>, seconds: f64) -> Result<Finding, Complaint>;
}

/// All live exhibits.
pub struct Registry;

fn entry(exhibit: &str) -> Result<&'static Entry, Complaint> {
    vivarium_labs::find(exhibit)
        .ok_or_else(|| Complaint::about(exhibit, format!("There is no live exhibit \u{201c}{exhibit}\u{201d}.")))
}

fn part(exhibit: &str, id: &str) -> Result<Part, Complaint> {
    let parts = entry(exhibit)?.check().parts;
    parts
        .into_iter()
        .find(|part| part.id == id)
        .ok_or_else(|| Complaint::about(id, format!("The check of {exhibit} has no part \u{201c}{id}\u{201d}.")))
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

impl Library for Registry {
    fn needs(&self, exhibit: &str, values: &Values) -> Result<Vec<String>, Complaint> {
        Ok(owned(&entry(exhibit)?.needs(values)?))
    }

    fn open(
        &self,
        exhibit: &str,
        values: &Values,
        seed: u64,
        store: &Store,
    ) -> Result<(Box<dyn Run>, bool), Complaint> {
        let entry = entry(exhibit)?;
        Ok((entry.start(values, seed, store)?, entry.photos))
    }

    fn part_needs(&self, exhibit: &str, id: &str) -> Result<Vec<String>, Complaint> {
        Ok(owned(part(exhibit, id)?.needs))
    }

    fn measure(&self, exhibit: &str, id: &str, seed: u64, store: &Store) -> Result<Sample, Complaint> {
        let measured = (part(exhibit, id)?.run)(seed, Mechanism::On, store)?;
        Ok(Sample { seed, value: measured.value, baseline: measured.baseline })
    }

    fn conclude(&self, exhibit: &str, id: &str, samples: Vec<Sample>, seconds: f64) -> Result<Finding, Complaint> {
        Ok(part(exhibit, id)?.conclude(exhibit, samples, seconds))
    }
}
