//! Text files: from bytes to lines with their numbers.

use super::DataError;

/// No file may be longer than this: 64 MiB.
pub const MOST_BYTES: usize = 1 << 26;

/// The file as text, without the mark that some programs put at the start.
pub(super) fn text(file: &[u8]) -> Result<&str, DataError> {
    if file.len() > MOST_BYTES {
        let (has, most) = (file.len() >> 20, MOST_BYTES >> 20);
        return Err(DataError::whole(format!("this file has {has} MiB, and {most} MiB is the most that can be read")));
    }
    let text = std::str::from_utf8(file).map_err(|e| {
        let packed = file.starts_with(&[0x1f, 0x8b]);
        let hint = if packed { "; a file that ends in .gz must be unpacked first" } else { "" };
        DataError::byte(e.valid_up_to(), format!("this is no text in UTF-8{hint}"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The lines with their numbers, counted from 1, in parts that blank lines separate; no part is empty.
pub(super) fn parts(text: &str) -> Vec<Vec<(u64, &str)>> {
    let mut parts = vec![Vec::new()];
    for (number, line) in (1..).zip(text.lines()) {
        match parts.last_mut() {
            Some(part) if !line.trim().is_empty() => part.push((number, line)),
            Some(part) if !part.is_empty() => parts.push(Vec::new()),
            _ => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Words in alphabetical order, each once.
pub(super) fn sorted<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(str::to_owned).collect()
}

/// The place of a word among sorted ones.
pub(super) fn place(words: &[String], word: &str) -> Option<u32> {
    words.binary_search_by(|known| known.as_str().cmp(word)).ok().map(|at| at as u32)
}

/// What a file says, cut short enough for a message.
pub(super) fn quoted(words: &str) -> String {
    const MOST: usize = 24;
    let short: String = words.chars().take(MOST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let more = if words.chars().nth(MOST).is_some() { "\u{2026}" } else { "" };
    format!("\u{201c}{short}{more}\u{201d}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_told() {
        assert_eq!(text(b"\xef\xbb\xbfabc").unwrap(), "abc");
        assert_eq!(text(b"ab\xff").unwrap_err().to_string(), "Byte 2: this is no text in UTF-8.");
        assert!(text(&[0x1f, 0x8b, 8, 0]).unwrap_err().to_string().contains(".gz must be unpacked"));
        let long = vec![b'a'; MOST_BYTES + 1];
        assert_eq!(
            text(&long).unwrap_err().to_string(),
            "This file has 64 MiB, and 64 MiB is the most that can be read."
        );
    }

    #[test]
    fn blank_lines_part() {
        let got = parts("\n\na\r\nb\n \n\nc\n\n");
        assert_eq!(got, [vec![(3, "a"), (4, "b")], vec![(7, "c")]]);
        assert!(parts("\n \n").is_empty());
    }

    #[test]
    fn words() {
        let known = sorted(["b", "a", "b"].into_iter());
        assert_eq!((known.len(), place(&known, "b"), place(&known, "c")), (2, Some(1), None));
        assert_eq!(quoted("a\tb"), "\u{201c}a\u{fffd}b\u{201d}");
        assert_eq!(quoted(&"x".repeat(30)).chars().count(), 27);
    }
}
