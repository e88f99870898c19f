//! Time series in the .ts format of the UCR and UEA archives.

use super::dataset::{check_size, matrix};
use super::lines::{quoted, sorted, text};
use super::{DataError, Dataset, Grid, Place};

/// What stands before the data.
struct Head {
    /// Whether each series is followed by its class.
    labelled: bool,
    /// The classes, where the file names them.
    classes: Vec<String>,
}

/// Reads a .ts file of single series of one length: lines that begin with @ tell what is in it, lines after @data hold a
/// series each, its numbers separated by commas, then a colon and its class. A missing number (?) becomes NaN.
///
/// # Errors
/// When it is no text, holds no series, or several a case, or of several lengths, or with time stamps, or something is no
/// number or no class; says where.
pub fn parse(file: &[u8]) -> Result<Dataset, DataError> {
    let mut lines = (1..).zip(text(file)?.lines());
    let head = head(&mut lines)?;
    let (mut values, mut labels, mut width) = (Vec::new(), Vec::new(), 0);
    for (line, case) in lines.filter(|(_, case)| !case.trim().is_empty()) {
        let mut fields = case.trim().split(':');
        let (series, label) = (fields.next().unwrap_or_default(), if head.labelled { fields.next() } else { Some("") });
        let Some(label) = label else {
            return Err(DataError::line(line, "a colon and the class should end this line"));
        };
        if fields.next().is_some() {
            return Err(DataError::line(line, "there are several series here, and one a case is all that can be read"));
        }
        let start = values.len();
        for (column, word) in (1..).zip(series.split(',')) {
            values.push(number(word.trim()).ok_or_else(|| DataError {
                place: Place::Field { line, column, name: String::new() },
                what: format!("{} is no number", quoted(word.trim())),
            })?);
        }
        let length = values.len() - start;
        if labels.is_empty() {
            width = length;
        } else if length != width {
            return Err(DataError::line(line, format!("this series has {length} numbers, the first has {width}")));
        }
        check_size(values.len())?;
        labels.push((line, label.trim()));
    }
    if labels.is_empty() {
        return Err(DataError::whole("this file holds no series"));
    }
    let features = matrix(labels.len(), width, values);
    let set = if head.labelled { labelled(features, head.classes, &labels)? } else { Dataset::unlabelled(features) };
    set.with_grid(Grid { height: 1, width, channels: 1 })
}

fn labelled(features: ndarray::Array2<f32>, named: Vec<String>, labels: &[(u64, &str)]) -> Result<Dataset, DataError> {
    let names = if named.is_empty() { sorted(labels.iter().map(|(_, label)| *label)) } else { named };
    let class = |&(line, label): &(u64, &str)| {
        let unknown = || {
            DataError::line(line, format!("there is no class {}: the file names {}", quoted(label), names.join(", ")))
        };
        names.iter().position(|name| name == label).map(|at| at as u32).ok_or_else(unknown)
    };
    let labels = labels.iter().map(class).collect::<Result<Vec<u32>, DataError>>()?;
    Dataset::classes(features, labels, names)
}

/// Reads up to @data.
fn head<'a>(lines: &mut impl Iterator<Item = (u64, &'a str)>) -> Result<Head, DataError> {
    let mut head = Head { labelled: false, classes: Vec::new() };
    let mut last = 0;
    for (line, words) in lines {
        last = line;
        let words = words.trim();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        let mut words_of = words.split_whitespace();
        let (tag, value) =
            (words_of.next().unwrap_or_default().to_ascii_lowercase(), words_of.next().unwrap_or_default());
        match (tag.as_str(), value.eq_ignore_ascii_case("true")) {
            ("@data", _) => return Ok(head),
            ("@classlabel", labelled) => {
                (head.labelled, head.classes) = (labelled, words_of.map(str::to_owned).collect())
            }
            ("@timestamps", true) => return Err(DataError::line(line, "series with time stamps cannot be read")),
            ("@targetlabel", true) => {
                return Err(DataError::line(line, "series with numbers as targets cannot be read"));
            }
            _ if tag.starts_with('@') => {}
            _ => {
                let what = format!("before @data a line begins with @ or #, this is {}", quoted(words));
                return Err(DataError::line(line, what));
            }
        }
    }
    Err(DataError::line(last + 1, "the file ends before a line that says @data"))
}

/// A finite number, or NaN for one that is missing.
fn number(word: &str) -> Option<f32> {
    if word == "?" || word.eq_ignore_ascii_case("nan") {
        return Some(f32::NAN);
    }
    word.parse().ok().filter(|x: &f32| x.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# a comment\n@problemName x\n@timeStamps false\n@classLabel true up down\n@data\n1,2.5,-3e-1:down\n?,0,1 : up\n";

    fn told(file: &str) -> String {
        parse(file.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn series_with_and_without_classes() {
        let set = parse(GOOD.as_bytes()).unwrap();
        assert_eq!((set.labels(), set.class_names().concat()), (&[1, 0][..], "updown".to_owned()));
        assert_eq!((set.example(0), set.grid().map(|g| g.width)), (&[1.0, 2.5, -0.3][..], Some(3)));
        assert!(set.example(1)[0].is_nan());
        let plain = parse(b"@classLabel false\n@DATA\n1,2\n\n3,4").unwrap();
        assert_eq!((plain.len(), plain.labels().len()), (2, 0));
        let unnamed = parse(b"@classLabel true\n@data\n1:b\n2:a").unwrap();
        assert_eq!(unnamed.labels(), [1, 0]);
    }

    #[test]
    fn faults_are_told_with_their_place() {
        assert_eq!(told(&GOOD.replace("2.5", "2,5x")), "Line 6, column 3: \u{201c}5x\u{201d} is no number.");
        assert!(told(&GOOD.replace("-3e-1", "1e99")).starts_with("Line 6, column 3: "));
        assert_eq!(told(&GOOD.replace(",0,1", ",0")), "Line 7: this series has 2 numbers, the first has 3.");
        assert!(
            told(&GOOD.replace(": up", ": sideways"))
                .contains("no class \u{201c}sideways\u{201d}: the file names up, down")
        );
        assert!(told(&GOOD.replace(": up", "")).starts_with("Line 7: a colon"));
        assert!(told(&GOOD.replace(": up", ":1,2:up")).starts_with("Line 7: there are several series"));
        assert_eq!(
            told(&GOOD.replace("@data", "@date")),
            "Line 6: before @data a line begins with @ or #, this is \u{201c}1,2.5,-3e-1:down\u{201d}."
        );
        assert!(told(&GOOD.replace("Stamps false", "Stamps true")).contains("time stamps"));
        assert!(told("@targetlabel true\n@data\n1:2").starts_with("Line 1: "));
        assert_eq!(told("@data\n"), "This file holds no series.");
        assert_eq!(told(""), "Line 1: the file ends before a line that says @data.");
    }
}
