//! Tables: CSV files, with commas, semicolons or tabs.
//!
//! ```
//! use vivarium_engine::data::table::{Goal, Header, Label, Missing, Table};
//! let table = Table::parse(b"length,colour,kind\n1.5,red,a\n2.5,blue,b\n", Header::Detect)?;
//! let set = table.dataset(Label::Last, Goal::Detect, Missing::Refuse)?;
//! assert_eq!(set.feature_names(), ["length", "colour=blue", "colour=red"]);
//! assert_eq!((set.example(0), set.class_names()), (&[1.5, 0.0, 1.0][..], &["a".to_owned(), "b".to_owned()][..]));
//! # Ok::<(), vivarium_engine::data::DataError>(())
//! ```

mod parse;

use super::dataset::{check_size, matrix};
use super::lines::quoted;
use super::{DataError, Dataset, Place};

/// A column of words is taken apart into at most so many features, one a word.
pub const MOST_WORDS: usize = 32;
/// A label has at most so many classes.
pub const MOST_CLASSES: usize = 256;
/// A column of whole numbers counts as classes, unless told otherwise, up to this many different ones.
const FEW: usize = 20;

/// Whether the first row holds the columns' names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// It does where none of its fields is a number and none comes again in its column.
    #[default]
    Detect,
    /// It does.
    Yes,
    /// It does not.
    No,
}

/// What is in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers; NaN where one is missing.
    Numbers(Vec<f32>),
    /// Words.
    Words {
        /// The place of each row's word among the words; none where it is missing.
        codes: Vec<Option<u32>>,
        /// The words in alphabetical order.
        words: Vec<String>,
    },
}

/// Which column is to be predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Label<'a> {
    /// The last.
    #[default]
    Last,
    /// The one with this name.
    Named(&'a str),
    /// None.
    None,
}

/// What the label is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goal {
    /// Words are classes. So are whole numbers, if there are at most 20 different ones and fewer than half as many as
    /// rows; other numbers are values.
    #[default]
    Detect,
    /// Classes, also if they look like numbers.
    Classes,
    /// A number.
    Values,
}

/// What becomes of a row in which something is missing: an empty field, a question mark, NA, N/A, NaN or null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// An error, which says where.
    #[default]
    Refuse,
    /// The row is left out.
    SkipRow,
    /// The feature is NaN; a label may not be missing.
    Keep,
}

/// A table: as many fields in each row.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The columns' names; "column 1" and so on where the file has none.
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<Column>,
    /// The line on which each row begins.
    pub(super) lines: Vec<u64>,
}

impl Table {
    /// Reads a CSV file. What separates the fields is found out by counting in the first line; with semicolons a number
    /// may have a decimal comma. A column in which there are more words than numbers is one of words; elsewhere a word is
    /// a fault.
    ///
    /// # Errors
    /// When it is no text, has no rows, or too many numbers, or a row has another number of fields than the first, or
    /// something is no number; says where.
    pub fn parse(file: &[u8], header: Header) -> Result<Self, DataError> {
        parse::table(file, header)
    }

    /// How many rows there are, the header not counted.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// What the columns are called; "column 1" and so on where the file has no names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column with this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.names.iter().position(|known| known == name).map(|at| &self.columns[at])
    }

    /// The rows as examples. Numbers are features; a column of words becomes a feature for each word, 1 where it stands
    /// and 0 elsewhere.
    ///
    /// # Errors
    /// When there is no such label, no feature is left, something is missing that must not be, a column has too many
    /// different words, or the label is not what was said; says where.
    pub fn dataset(&self, label: Label, goal: Goal, missing: Missing) -> Result<Dataset, DataError> {
        let label = match label {
            Label::None => None,
            Label::Last => self.columns.len().checked_sub(1),
            Label::Named(name) => {
                let at = self.names.iter().position(|known| known == name);
                let unknown = || {
                    DataError::whole(format!(
                        "there is no column {}: there are {}",
                        quoted(name),
                        self.names.join(", ")
                    ))
                };
                Some(at.ok_or_else(unknown)?)
            }
        };
        let features: Vec<usize> = (0..self.columns.len()).filter(|at| Some(*at) != label).collect();
        if features.is_empty() {
            return Err(DataError::whole("this table has one column, and something must be left to predict it from"));
        }
        let rows = self.rows_to_keep(&features, label, missing)?;
        let set = self.features(&features, &rows)?;
        match label {
            None => Ok(set),
            Some(label) => self.with_label(set, label, goal, &rows),
        }
    }

    fn rows_to_keep(
        &self,
        features: &[usize],
        label: Option<usize>,
        missing: Missing,
    ) -> Result<Vec<usize>, DataError> {
        let hole = |row: usize, mut columns: &mut dyn Iterator<Item = usize>| {
            (&mut columns).find(|at| self.columns[*at].lacks(row))
        };
        let mut kept = Vec::with_capacity(self.rows());
        for row in 0..self.rows() {
            let in_label = hole(row, &mut label.into_iter());
            let hole =
                if missing == Missing::Keep { in_label } else { in_label.or(hole(row, &mut features.iter().copied())) };
            match hole {
                None => kept.push(row),
                Some(_) if missing == Missing::SkipRow => {}
                Some(column) => return Err(self.fault(row, column, "something is missing here")),
            }
        }
        if kept.is_empty() {
            return Err(DataError::whole("something is missing in every row"));
        }
        Ok(kept)
    }

    fn features(&self, columns: &[usize], rows: &[usize]) -> Result<Dataset, DataError> {
        let mut names = Vec::new();
        for &at in columns {
            match &self.columns[at] {
                Column::Numbers(_) => names.push(self.names[at].clone()),
                Column::Words { words, .. } if words.len() > MOST_WORDS => {
                    let what = format!("this column has {} different words, and {MOST_WORDS} is the most", words.len());
                    return Err(self.fault(0, at, &what));
                }
                Column::Words { words, .. } => {
                    names.extend(words.iter().map(|word| format!("{}={word}", self.names[at])))
                }
            }
        }
        check_size(rows.len().saturating_mul(names.len()))?;
        let mut values = Vec::with_capacity(rows.len() * names.len());
        for &row in rows {
            for &at in columns {
                match &self.columns[at] {
                    Column::Numbers(numbers) => values.push(numbers[row]),
                    Column::Words { codes, words } => {
                        values.extend((0..words.len() as u32).map(|word| match codes[row] {
                            None => f32::NAN,
                            Some(code) => f32::from(code == word),
                        }))
                    }
                }
            }
        }
        Dataset::unlabelled(matrix(rows.len(), names.len(), values)).with_feature_names(names)
    }

    fn with_label(&self, set: Dataset, at: usize, goal: Goal, rows: &[usize]) -> Result<Dataset, DataError> {
        let names = set.feature_names.clone();
        let set = match &self.columns[at] {
            Column::Words { .. } if goal == Goal::Values => {
                return Err(self.fault(rows[0], at, "a number should be predicted, and this column has words"));
            }
            Column::Words { codes, words } => {
                self.check_classes(at, words.len())?;
                // No code is missing in the rows that were kept.
                let labels = rows.iter().filter_map(|&row| codes[row]).collect();
                Dataset::classes(set.features, labels, words.clone())?
            }
            Column::Numbers(numbers) => {
                let kept: Vec<f32> = rows.iter().map(|&row| numbers[row]).collect();
                let mut different = kept.clone();
                different.sort_by(f32::total_cmp);
                different.dedup();
                let few = different.len() <= FEW && 2 * different.len() < kept.len();
                if goal == Goal::Classes || goal == Goal::Detect && few && kept.iter().all(|x| x.floor() == *x) {
                    self.check_classes(at, different.len())?;
                    let class = |x: &f32| different.iter().position(|known| known == x).map(|class| class as u32);
                    let names = different.iter().map(f32::to_string).collect();
                    Dataset::classes(set.features, kept.iter().filter_map(class).collect(), names)?
                } else {
                    Dataset::values(set.features, matrix(kept.len(), 1, kept))?
                }
            }
        };
        set.with_feature_names(names)
    }

    fn check_classes(&self, at: usize, classes: usize) -> Result<(), DataError> {
        if classes <= MOST_CLASSES {
            return Ok(());
        }
        Err(self.fault(0, at, &format!("this column has {classes} classes, and {MOST_CLASSES} is the most")))
    }

    fn fault(&self, row: usize, column: usize, what: &str) -> DataError {
        let line = self.lines.get(row).copied().unwrap_or(1);
        DataError {
            place: Place::Field { line, column: column + 1, name: self.names[column].clone() },
            what: what.into(),
        }
    }
}

impl Column {
    fn lacks(&self, row: usize) -> bool {
        match self {
            Self::Numbers(numbers) => numbers[row].is_nan(),
            Self::Words { codes, .. } => codes[row].is_none(),
        }
    }
}

#[cfg(test)]
mod tests;
