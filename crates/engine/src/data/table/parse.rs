//! From CSV text to columns.

use super::super::dataset::check_size;
use super::super::lines::{place, quoted, sorted, text};
use super::super::{DataError, Place};
use super::{Column, Header, Table};
use csv::{ReaderBuilder, StringRecord, Trim};

pub(super) fn table(file: &[u8], header: Header) -> Result<Table, DataError> {
    let text = text(file)?;
    let separator = separator(text);
    let mut rows = records(text, separator)?;
    let width = rows.first().map_or(0, |(_, row)| row.len());
    check_size(rows.len().saturating_mul(width))?;
    let named = match header {
        Header::Yes => true,
        Header::No => false,
        Header::Detect => looks_like_header(&rows, separator),
    };
    let names: Vec<String> = match rows.first() {
        Some((_, first)) if named => first.iter().map(str::to_owned).collect(),
        _ => (1..=width).map(|column| format!("column {column}")).collect(),
    };
    rows.drain(..usize::from(named && !rows.is_empty()));
    if rows.is_empty() {
        return Err(DataError::whole("this table has no rows"));
    }
    let told = if named { &names[..] } else { &[] };
    let columns = (0..width).map(|at| column(&rows, at, separator, told));
    let columns = columns.collect::<Result<Vec<Column>, DataError>>()?;
    Ok(Table { names, columns, lines: rows.iter().map(|(line, _)| *line).collect() })
}

/// Comma, semicolon or tab, whichever the first line has most of.
fn separator(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    // Of equals the first.
    [b';', b'\t'].into_iter().fold(b',', |best, other| if count(other) > count(best) { other } else { best })
}

/// The rows, each with its line.
fn records(text: &str, separator: u8) -> Result<Vec<(u64, StringRecord)>, DataError> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut rows: Vec<(u64, StringRecord)> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(1, csv::Position::line);
            DataError::line(line, "this row cannot be read")
        })?;
        let line = record.position().map_or(1, csv::Position::line);
        if let Some((_, first)) = rows.first().filter(|(_, first)| first.len() != record.len()) {
            let (has, should) = (record.len(), first.len());
            return Err(DataError::line(line, format!("this row has {has} fields, the first has {should}")));
        }
        rows.push((line, record));
    }
    Ok(rows)
}

/// Whether no field of the first row is a number, and none comes again in its column.
fn looks_like_header(rows: &[(u64, StringRecord)], separator: u8) -> bool {
    let Some(((_, first), rest)) = rows.split_first() else { return false };
    let words = first.iter().all(|field| !field.is_empty() && number(field, separator).is_none());
    words && first.iter().enumerate().all(|(at, field)| rest.iter().all(|(_, row)| row.get(at) != Some(field)))
}

fn column(rows: &[(u64, StringRecord)], at: usize, separator: u8, names: &[String]) -> Result<Column, DataError> {
    let fields = || {
        rows.iter().map(|(line, row)| (*line, row.get(at).unwrap_or_default())).filter(|(_, field)| !is_missing(field))
    };
    let numbers = fields().filter(|(_, field)| number(field, separator).is_some()).count();
    let words = fields().count() - numbers;
    if words > numbers {
        let words = sorted(fields().map(|(_, field)| field));
        let codes = rows.iter().map(|(_, row)| place(&words, row.get(at).unwrap_or_default())).collect();
        return Ok(Column::Words { codes, words });
    }
    let value = |(line, row): &(u64, StringRecord)| {
        let field = row.get(at).unwrap_or_default();
        if is_missing(field) {
            return Ok(f32::NAN);
        }
        number(field, separator).ok_or_else(|| DataError {
            place: Place::Field { line: *line, column: at + 1, name: names.get(at).cloned().unwrap_or_default() },
            what: format!("{} is no number", quoted(field)),
        })
    };
    rows.iter().map(value).collect::<Result<_, _>>().map(Column::Numbers)
}

fn is_missing(field: &str) -> bool {
    ["", "?", "na", "n/a", "nan", "null"].iter().any(|word| field.eq_ignore_ascii_case(word))
}

/// A finite number; with semicolons between the fields, also one with a decimal comma.
fn number(field: &str, separator: u8) -> Option<f32> {
    let parse = |field: &str| field.parse().ok().filter(|x: &f32| x.is_finite());
    parse(field).or_else(|| if separator == b';' { parse(&field.replacen(',', ".", 1)) } else { None })
}
