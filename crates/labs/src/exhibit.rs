//! What an exhibit is.

use crate::check::Check;
use crate::controls::{self, Controls};
use std::collections::BTreeMap;
use vivarium_frame::Complaint;
use vivarium_frame::controls::{Schema, Values};
use vivarium_frame::view::{Frame, Photo, Touch};

/// What a step led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is more to do.
    Running,
    /// Nothing is left to do, until a touch or a control changes that.
    Finished,
    /// Numbers left their range: which, and at what step.
    Diverged(String),
}

/// What became of changed controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjust {
    /// The run goes on with them.
    Live,
    /// They need a new run.
    Restart,
}

/// Data sets by name, as their bytes. The worker fetches them, the command line has them built in.
#[derive(Clone, Debug, Default)]
pub struct Store(BTreeMap<String, Vec<u8>>);

impl Store {
    /// Adds the bytes of `name`.
    pub fn insert(&mut self, name: impl Into<String>, bytes: Vec<u8>) {
        self.0.insert(name.into(), bytes);
    }

    /// Whether `name` is there.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The bytes of `name`.
    ///
    /// # Errors
    /// When it was not loaded.
    pub fn get(&self, name: &str) -> Result<&[u8], Complaint> {
        self.0
            .get(name)
            .map(Vec::as_slice)
            .ok_or_else(|| Complaint::about(name, format!("The data set {name} is not loaded.")))
    }
}

/// A live miniature of one paper's mechanism.
///
/// (exhibit, controls, seed, step, touches) fix every bit of the state: no clock, no thread timing, no hash order.
pub trait Exhibit: Sized + 'static {
    /// The parameters: one struct, from which widgets, address, flags and validation follow.
    type Controls: Controls;

    /// Names of the data sets that a run with these controls reads.
    fn needs(_controls: &Self::Controls) -> Vec<&'static str> {
        Vec::new()
    }

    /// Sets up a run.
    ///
    /// # Errors
    /// A sentence when these controls cannot go together, or a data set is malformed.
    fn new(controls: &Self::Controls, seed: u64, store: &Store) -> Result<Self, Complaint>;

    /// One natural unit of the method. Allocates nothing.
    fn step(&mut self) -> Progress;

    /// Fills an empty frame: figures, and panels in reading order; the first is the stage.
    fn draw(&self, frame: &mut Frame);

    /// A pointer or key on a panel. Afterwards the run may have more to do, even if it had finished.
    fn touch(&mut self, _touch: &Touch) {}

    /// A picture of the visitor's own; those exhibits that take one say so by [`Exhibit::PHOTOS`].
    ///
    /// # Errors
    /// A sentence when the picture cannot be used.
    fn photo(&mut self, photo: &Photo) -> Result<(), Complaint> {
        Err(Complaint::about(&photo.name, "This exhibit takes no pictures."))
    }

    /// Whether [`Exhibit::photo`] does anything.
    const PHOTOS: bool = false;

    /// Takes over changed controls. The controls marked live must be taken; the caller restarts by itself when one that
    /// is not live has changed.
    fn adjust(&mut self, _controls: &Self::Controls) -> Adjust {
        Adjust::Restart
    }

    /// Steps a second at which these controls are best watched.
    fn pace(_controls: &Self::Controls) -> f64 {
        60.0
    }

    /// How the paper's claim is measured.
    fn check() -> Check;
}

/// A running exhibit of any kind.
pub trait Run {
    /// See [`Exhibit::step`].
    fn step(&mut self) -> Progress;
    /// See [`Exhibit::draw`].
    fn draw(&self, frame: &mut Frame);
    /// See [`Exhibit::touch`].
    fn touch(&mut self, touch: &Touch);
    /// See [`Exhibit::photo`].
    ///
    /// # Errors
    /// A sentence when the picture cannot be used.
    fn photo(&mut self, photo: &Photo) -> Result<(), Complaint>;
    /// See [`Exhibit::adjust`].
    ///
    /// # Errors
    /// A sentence when a value is not allowed; the run goes on as it was.
    fn adjust(&mut self, values: &Values) -> Result<Adjust, Complaint>;
    /// See [`Exhibit::pace`], for the present controls.
    fn pace(&self) -> f64;
}

struct Running<E: Exhibit> {
    exhibit: E,
    controls: E::Controls,
    schema: Schema,
}

impl<E: Exhibit> Run for Running<E> {
    fn step(&mut self) -> Progress {
        self.exhibit.step()
    }
    fn draw(&self, frame: &mut Frame) {
        self.exhibit.draw(frame);
    }
    fn touch(&mut self, touch: &Touch) {
        self.exhibit.touch(touch);
    }
    fn photo(&mut self, photo: &Photo) -> Result<(), Complaint> {
        self.exhibit.photo(photo)
    }
    fn adjust(&mut self, values: &Values) -> Result<Adjust, Complaint> {
        let wanted: E::Controls = controls::read(&self.schema, values)?;
        let (old, new) = (controls::write(&self.controls)?, controls::write(&wanted)?);
        let all_live = self.schema.controls.iter().all(|c| c.live || old.get(&c.name) == new.get(&c.name));
        if !all_live || self.exhibit.adjust(&wanted) == Adjust::Restart {
            return Ok(Adjust::Restart);
        }
        self.controls = wanted;
        Ok(Adjust::Live)
    }
    fn pace(&self) -> f64 {
        E::pace(&self.controls)
    }
}

type Start = fn(&Values, u64, &Store) -> Result<Box<dyn Run>, Complaint>;

/// A line of the registry: an exhibit without its type.
pub struct Entry {
    /// The lab's id.
    pub lab: &'static str,
    /// The exhibit's id; its file is `crates/labs/src/<lab>/<id with underscores>.rs`.
    pub id: &'static str,
    /// Whether pictures may be dropped on it.
    pub photos: bool,
    schema: fn() -> Schema,
    needs: fn(&Values) -> Result<Vec<&'static str>, Complaint>,
    start: Start,
    check: fn() -> Check,
}

impl Entry {
    /// The entry of exhibit `E`.
    pub const fn of<E: Exhibit>(lab: &'static str, id: &'static str) -> Self {
        Self {
            lab,
            id,
            photos: E::PHOTOS,
            schema: controls::schema::<E::Controls>,
            needs: |values| {
                let schema = controls::schema::<E::Controls>();
                Ok(E::needs(&controls::read(&schema, values)?))
            },
            start: |values, seed, store| {
                let schema = controls::schema::<E::Controls>();
                let controls = controls::read(&schema, values)?;
                let exhibit = E::new(&controls, seed, store)?;
                Ok(Box::new(Running { exhibit, controls, schema }))
            },
            check: E::check,
        }
    }

    /// Its controls.
    pub fn schema(&self) -> Schema {
        (self.schema)()
    }

    /// The data sets that a run with these values reads.
    ///
    /// # Errors
    /// A sentence when a value is not allowed.
    pub fn needs(&self, values: &Values) -> Result<Vec<&'static str>, Complaint> {
        (self.needs)(values)
    }

    /// Starts a run; values that are not given are at their defaults.
    ///
    /// # Errors
    /// A sentence when a value is not allowed or the data cannot be used.
    pub fn start(&self, values: &Values, seed: u64, store: &Store) -> Result<Box<dyn Run>, Complaint> {
        (self.start)(values, seed, store)
    }

    /// Its check.
    pub fn check(&self) -> Check {
        (self.check)()
    }
}
