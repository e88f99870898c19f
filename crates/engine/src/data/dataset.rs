//! A set of examples.

use super::{Batches, DataError};
use crate::idx::Idx;
use crate::image::Image;
use crate::rng::Rng;
use ndarray::{Array2, ArrayView2, Axis};

/// No set may hold more numbers than this: 256 MiB of them.
pub const MOST_NUMBERS: usize = 1 << 26;

/// What is to be said of the examples.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// Nothing.
    None,
    /// One of several classes.
    Classes {
        /// The class of every example, below the number of names.
        labels: Vec<u32>,
        /// What the classes are called.
        names: Vec<String>,
    },
    /// Numbers.
    Values(
        /// Examples x numbers.
        Array2<f32>,
    ),
}

/// How the features of an example lie as a picture (or as a series: height 1): rows from the top, pixels from the left,
/// the channels of a pixel side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Rows.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// Values a pixel.
    pub channels: usize,
}

impl Grid {
    /// Numbers in a picture.
    pub fn size(self) -> usize {
        self.height * self.width * self.channels
    }
}

/// Examples: features, what is to be said of them, and what all that is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Examples x features, row-major.
    pub(super) features: Array2<f32>,
    pub(super) feature_names: Vec<String>,
    pub(super) grid: Option<Grid>,
    pub(super) targets: Targets,
}

impl Dataset {
    /// Examples (rows) of which nothing is to be said.
    pub fn unlabelled(features: Array2<f32>) -> Self {
        let features = if features.is_standard_layout() { features } else { features.as_standard_layout().to_owned() };
        Self { features, feature_names: Vec::new(), grid: None, targets: Targets::None }
    }

    /// Examples (rows) of several classes.
    ///
    /// # Errors
    /// When there are not as many labels as examples, or a label has no name.
    pub fn classes(features: Array2<f32>, labels: Vec<u32>, names: Vec<String>) -> Result<Self, DataError> {
        if labels.len() != features.nrows() {
            return Err(DataError::whole(format!(
                "there are {} examples, but {} labels",
                features.nrows(),
                labels.len()
            )));
        }
        if let Some(at) = labels.iter().position(|label| *label as usize >= names.len()) {
            let (label, classes) = (labels[at], names.len());
            return Err(DataError::whole(format!("example {at} is of class {label}, but there are {classes} classes")));
        }
        Ok(Self { targets: Targets::Classes { labels, names }, ..Self::unlabelled(features) })
    }

    /// Examples (rows) with numbers to be predicted (rows).
    ///
    /// # Errors
    /// When there are not as many rows of numbers as examples.
    pub fn values(features: Array2<f32>, values: Array2<f32>) -> Result<Self, DataError> {
        if values.nrows() != features.nrows() {
            return Err(DataError::whole(format!(
                "there are {} examples, but {} targets",
                features.nrows(),
                values.nrows()
            )));
        }
        let values = if values.is_standard_layout() { values } else { values.as_standard_layout().to_owned() };
        Ok(Self { targets: Targets::Values(values), ..Self::unlabelled(features) })
    }

    /// Pictures from an IDX file, each entry divided by `top`; with their labels from another, whose classes get their
    /// numbers as names.
    ///
    /// # Errors
    /// When the pictures have no rows and columns or are too many, or the labels do not go with them.
    pub fn from_idx(images: &Idx, labels: Option<&Idx>, top: f32) -> Result<Self, DataError> {
        let (height, width, channels) = match *images.shape() {
            [_, height, width] => (height, width, 1),
            [_, height, width, channels] => (height, width, channels),
            _ => {
                let rank = images.shape().len();
                return Err(DataError::whole(format!("pictures have 3 or 4 dimensions, this IDX file has {rank}")));
            }
        };
        check_size(images.entries().len())?;
        let values = images.entries().iter().map(|&byte| f32::from(byte) / top).collect();
        let features = matrix(images.len(), height * width * channels, values);
        let set = match labels {
            None => Self::unlabelled(features),
            Some(labels) if labels.shape().len() == 1 => {
                let classes = labels.entries().iter().max().map_or(0, |most| u32::from(*most) + 1);
                let labels = labels.entries().iter().map(|&label| u32::from(label)).collect();
                Self::classes(features, labels, (0..classes).map(|class| class.to_string()).collect())?
            }
            Some(labels) => {
                let rank = labels.shape().len();
                return Err(DataError::whole(format!("labels have 1 dimension, this IDX file has {rank}")));
            }
        };
        set.with_grid(Grid { height, width, channels })
    }

    /// Pictures of one size and one number of channels.
    ///
    /// # Errors
    /// When a picture differs from the first, or they are too many.
    pub fn from_images(images: &[Image]) -> Result<Self, DataError> {
        let grid = |image: &Image| Grid { height: image.height(), width: image.width(), channels: image.channels() };
        let first = images.first().map_or(Grid { height: 0, width: 0, channels: 0 }, grid);
        if let Some(at) = images.iter().position(|image| grid(image) != first) {
            let (other, first) = (grid(&images[at]), [first.width, first.height, first.channels]);
            return Err(DataError::whole(format!(
                "picture {at} is {} x {} x {}, but the first is {} x {} x {}",
                other.width, other.height, other.channels, first[0], first[1], first[2]
            )));
        }
        check_size(images.len().saturating_mul(first.size()))?;
        let values = images.iter().flat_map(Image::values).copied().collect();
        Self::unlabelled(matrix(images.len(), first.size(), values)).with_grid(first)
    }

    /// The set with its features seen as pictures.
    ///
    /// # Errors
    /// When there are not as many features as numbers in a picture.
    pub fn with_grid(mut self, grid: Grid) -> Result<Self, DataError> {
        if grid.size() != self.width() {
            return Err(DataError::whole(format!(
                "{} features are no picture of {} numbers",
                self.width(),
                grid.size()
            )));
        }
        self.grid = Some(grid);
        Ok(self)
    }

    /// The set with names for its features.
    ///
    /// # Errors
    /// When there are not as many names as features.
    pub fn with_feature_names(mut self, names: Vec<String>) -> Result<Self, DataError> {
        if names.len() != self.width() {
            return Err(DataError::whole(format!("there are {} features, but {} names", self.width(), names.len())));
        }
        self.feature_names = names;
        Ok(self)
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.features.nrows()
    }

    /// Whether there is no example.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Features of an example.
    pub fn width(&self) -> usize {
        self.features.ncols()
    }

    /// Examples x features.
    pub fn features(&self) -> ArrayView2<'_, f32> {
        self.features.view()
    }

    /// The features of example `index`.
    ///
    /// # Panics
    /// When there is no such example.
    pub fn example(&self, index: usize) -> &[f32] {
        let width = self.width();
        &entries(&self.features)[index * width..(index + 1) * width]
    }

    /// What the features are called; empty if they have no names.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// How the features lie as a picture, if they do.
    pub fn grid(&self) -> Option<Grid> {
        self.grid
    }

    /// What is to be said of the examples.
    pub fn targets(&self) -> &Targets {
        &self.targets
    }

    /// The class of every example; empty if there are no classes.
    pub fn labels(&self) -> &[u32] {
        if let Targets::Classes { labels, .. } = &self.targets { labels } else { &[] }
    }

    /// What the classes are called; empty if there are none.
    pub fn class_names(&self) -> &[String] {
        if let Targets::Classes { names, .. } = &self.targets { names } else { &[] }
    }

    /// The numbers to be predicted, examples x numbers; with no columns if there are none.
    pub fn target_values(&self) -> ArrayView2<'_, f32> {
        match &self.targets {
            Targets::Values(values) => values.view(),
            _ => self.features.slice(ndarray::s![.., 0..0]),
        }
    }

    /// The examples with these indices in this order; an index may come more than once.
    ///
    /// # Panics
    /// When there is no such example.
    pub fn select(&self, indices: &[usize]) -> Self {
        let targets = match &self.targets {
            Targets::None => Targets::None,
            Targets::Classes { labels, names } => {
                Targets::Classes { labels: indices.iter().map(|&i| labels[i]).collect(), names: names.clone() }
            }
            Targets::Values(values) => Targets::Values(values.select(Axis(0), indices)),
        };
        let features = self.features.select(Axis(0), indices);
        Self { features, feature_names: self.feature_names.clone(), grid: self.grid, targets }
    }

    /// The examples in random order.
    pub fn shuffled(&self, rng: &mut Rng) -> Self {
        self.select(&rng.sample_without_replacement(self.len(), self.len()))
    }

    /// The indices of one batch of `size` after another, in a new random order each epoch.
    pub fn batches(&self, size: usize, rng: Rng) -> Batches {
        Batches::new(self.len(), size, rng)
    }

    /// Writes the features of these examples one after another.
    ///
    /// # Panics
    /// When `out` is not as long as indices x features, or there is no such example.
    pub fn features_into(&self, indices: &[usize], out: &mut [f32]) {
        rows_into(&self.features, indices, out);
    }

    /// Writes the classes of these examples.
    ///
    /// # Panics
    /// When `out` is not as long as `indices`, or there is no such example or no class.
    pub fn labels_into(&self, indices: &[usize], out: &mut [u32]) {
        assert_eq!(indices.len(), out.len(), "room for another number of labels");
        indices.iter().zip(out).for_each(|(&index, label)| *label = self.labels()[index]);
    }

    /// Writes the targets of these examples as numbers: the values one after another, or the classes' numbers.
    ///
    /// # Panics
    /// When `out` is not as long as indices x values, or there is no such example.
    pub fn targets_into(&self, indices: &[usize], out: &mut [f32]) {
        match &self.targets {
            Targets::Values(values) => rows_into(values, indices, out),
            Targets::Classes { labels, .. } => {
                assert_eq!(indices.len(), out.len(), "room for another number of labels");
                indices.iter().zip(out).for_each(|(&index, label)| *label = labels[index] as f32);
            }
            Targets::None => assert!(out.is_empty(), "room for targets, but there are none"),
        }
    }

    /// Writes a row for each of these examples: 1 at its class, 0 elsewhere.
    ///
    /// # Panics
    /// When `out` is not as long as indices x classes, or there is no such example.
    pub fn one_hot_into(&self, indices: &[usize], out: &mut [f32]) {
        let classes = self.class_names().len();
        assert_eq!(indices.len() * classes, out.len(), "room for other rows than these examples and classes need");
        out.fill(0.0);
        for (row, &index) in out.chunks_exact_mut(classes.max(1)).zip(indices) {
            row[self.labels()[index] as usize] = 1.0;
        }
    }

    /// A row for each example: 1 at its class, 0 elsewhere.
    pub fn one_hot(&self) -> Array2<f32> {
        let all: Vec<usize> = (0..self.labels().len()).collect();
        let mut rows = vec![0.0; all.len() * self.class_names().len()];
        self.one_hot_into(&all, &mut rows);
        matrix(all.len(), self.class_names().len(), rows)
    }

    /// Pictures with each block of `side` x `side` pixels replaced by its mean; what does not fill a block is cut off. A
    /// set without pictures, and a side of 0 or 1, change nothing.
    pub fn pooled(&self, side: usize) -> Self {
        let Some(grid) = self.grid.filter(|_| side > 1) else { return self.clone() };
        let new = Grid { height: grid.height / side, width: grid.width / side, ..grid };
        let mut features = Array2::zeros((self.len(), new.size()));
        for (old, mut row) in self.features.rows().into_iter().zip(features.rows_mut()) {
            for (at, mean) in row.iter_mut().enumerate() {
                let (pixel, channel) = (at / grid.channels, at % grid.channels);
                let (top, left) = (pixel / new.width * side, pixel % new.width * side);
                let block = (top..top + side).flat_map(|y| (left..left + side).map(move |x| y * grid.width + x));
                let sum: f64 = block.map(|pixel| f64::from(old[pixel * grid.channels + channel])).sum();
                *mean = (sum / (side * side) as f64) as f32;
            }
        }
        Self { features, feature_names: Vec::new(), grid: Some(new), targets: self.targets.clone() }
    }
}

/// The entries row by row; every matrix in a set is stored so.
pub(super) fn entries(matrix: &Array2<f32>) -> &[f32] {
    matrix.as_slice().unwrap_or_default()
}

/// The rows of a matrix whose number of entries is right by construction.
pub(super) fn matrix(rows: usize, columns: usize, entries: Vec<f32>) -> Array2<f32> {
    Array2::from_shape_vec((rows, columns), entries).unwrap_or_else(|_| unreachable!("as many entries as places"))
}

fn rows_into(from: &Array2<f32>, indices: &[usize], out: &mut [f32]) {
    let width = from.ncols();
    assert_eq!(indices.len() * width, out.len(), "room for other rows than these examples need");
    let from = entries(from);
    for (row, &index) in out.chunks_exact_mut(width.max(1)).zip(indices) {
        row.copy_from_slice(&from[index * width..(index + 1) * width]);
    }
}

/// Refuses sets beyond [`MOST_NUMBERS`].
pub(super) fn check_size(numbers: usize) -> Result<(), DataError> {
    if numbers <= MOST_NUMBERS {
        return Ok(());
    }
    Err(DataError::whole(format!("a data set may hold {MOST_NUMBERS} numbers at most, and this one has {numbers}")))
}

#[cfg(test)]
#[path = "dataset_tests.rs"]
mod tests;
