//! One error for everything that can be wrong with data.

use std::fmt;

/// Why data cannot be used, and where the fault lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataError {
    /// Where.
    pub place: Place,
    /// What, as the end of a sentence that may begin with the place; without a full stop.
    pub what: String,
}

/// Where a fault lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere in particular: the whole is at fault.
    Whole,
    /// The byte at this offset, counted from 0.
    Byte(usize),
    /// A line, counted from 1.
    Line(u64),
    /// A field of a line: line and column counted from 1, and the column's name if it has one.
    Field {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
        /// The column's name; empty if it has none.
        name: String,
    },
}

impl DataError {
    /// An error about the whole.
    pub fn whole(what: impl Into<String>) -> Self {
        Self { place: Place::Whole, what: what.into() }
    }

    /// An error about a byte.
    pub fn byte(offset: usize, what: impl Into<String>) -> Self {
        Self { place: Place::Byte(offset), what: what.into() }
    }

    /// An error about a line.
    pub fn line(line: u64, what: impl Into<String>) -> Self {
        Self { place: Place::Line(line), what: what.into() }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match &self.place {
            Place::Whole => {
                let mut letters = what.chars();
                letters.next().map_or(Ok(()), |first| write!(f, "{}{}.", first.to_uppercase(), letters.as_str()))
            }
            Place::Byte(offset) => write!(f, "Byte {offset}: {what}."),
            Place::Line(line) => write!(f, "Line {line}: {what}."),
            Place::Field { line, column, name } if name.is_empty() => {
                write!(f, "Line {line}, column {column}: {what}.")
            }
            Place::Field { line, column, name } => write!(f, "Line {line}, column {column} ({name}): {what}."),
        }
    }
}

impl std::error::Error for DataError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_makes_a_sentence() {
        let field = |name: &str| DataError {
            place: Place::Field { line: 3, column: 2, name: name.into() },
            what: "this is no number".into(),
        };
        assert_eq!(DataError::whole("the file is empty").to_string(), "The file is empty.");
        assert_eq!(DataError::byte(7, "this is no text").to_string(), "Byte 7: this is no text.");
        assert_eq!(DataError::line(7, "this is no fact").to_string(), "Line 7: this is no fact.");
        assert_eq!(field("").to_string(), "Line 3, column 2: this is no number.");
        assert_eq!(field("width").to_string(), "Line 3, column 2 (width): this is no number.");
        assert_eq!(DataError::whole("").to_string(), "");
    }
}
