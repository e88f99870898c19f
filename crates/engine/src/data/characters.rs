//! Text as a sequence of characters' numbers.

use super::DataError;
use super::lines::text;
use crate::rng::Rng;

/// A text and its vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Characters {
    /// Every character that occurs, by its code point.
    vocabulary: Vec<char>,
    /// The text by the characters' places in the vocabulary.
    codes: Vec<u32>,
}

impl Characters {
    /// Reads a text file. Ends of lines become one character each, however the file marks them.
    ///
    /// # Errors
    /// When it is no text, or empty; says where.
    pub fn parse(file: &[u8]) -> Result<Self, DataError> {
        let text = text(file)?.replace("\r\n", "\n");
        if text.is_empty() {
            return Err(DataError::whole("this text is empty"));
        }
        let mut vocabulary: Vec<char> = text.chars().collect();
        vocabulary.sort_unstable();
        vocabulary.dedup();
        let codes = text.chars().filter_map(|c| vocabulary.binary_search(&c).ok()).map(|at| at as u32).collect();
        Ok(Self { vocabulary, codes })
    }

    /// Every character that occurs, in the order of their numbers.
    pub fn vocabulary(&self) -> &[char] {
        &self.vocabulary
    }

    /// The text in numbers.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The first share of the text, and the rest: for training and for testing.
    pub fn split(&self, share: f64) -> (&[u32], &[u32]) {
        self.codes.split_at((share.clamp(0.0, 1.0) * self.codes.len() as f64) as usize)
    }

    /// Other words in numbers.
    ///
    /// # Errors
    /// When a character does not occur in the text.
    pub fn encode(&self, words: &str) -> Result<Vec<u32>, DataError> {
        let code = |c: char| {
            let unknown = |_| DataError::whole(format!("the text has no \u{201c}{}\u{201d}", c.escape_default()));
            self.vocabulary.binary_search(&c).map(|at| at as u32).map_err(unknown)
        };
        words.chars().map(code).collect()
    }

    /// Numbers as words; what is no character's number is left out.
    pub fn decode(&self, codes: &[u32]) -> String {
        codes.iter().filter_map(|&code| self.vocabulary.get(code as usize)).collect()
    }
}

/// Fills rows of `length` with stretches of the text from places by lot, and `next` with the characters that follow each
/// of them: the same stretches one character on.
///
/// # Panics
/// When the text is not longer than `length`, `length` is 0, or the two buffers are not equally many whole rows.
pub fn stretches_into(codes: &[u32], length: usize, rng: &mut Rng, now: &mut [u32], next: &mut [u32]) {
    assert!(length > 0 && codes.len() > length, "a text of {} has no stretch of {length} and one more", codes.len());
    assert!(now.len() == next.len() && now.len().is_multiple_of(length), "buffers that hold no whole rows");
    for (now, next) in now.chunks_exact_mut(length).zip(next.chunks_exact_mut(length)) {
        let start = rng.index(codes.len() - length);
        now.copy_from_slice(&codes[start..start + length]);
        next.copy_from_slice(&codes[start + 1..start + length + 1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let text = Characters::parse("an\r\nna\u{e4}".as_bytes()).unwrap();
        assert_eq!(text.vocabulary(), ['\n', 'a', 'n', '\u{e4}']);
        assert_eq!(text.codes(), [1, 2, 0, 2, 1, 3]);
        assert_eq!(text.decode(text.codes()), "an\nna\u{e4}");
        assert_eq!(text.encode("nana").unwrap(), [2, 1, 2, 1]);
        assert_eq!(text.encode("nanu").unwrap_err().to_string(), "The text has no \u{201c}u\u{201d}.");
        assert_eq!((text.split(0.5).0.len(), text.split(7.0).1.len(), text.split(f64::NAN).0.len()), (3, 0, 0));
        assert_eq!(text.decode(&[9, 1]), "a");
        assert_eq!(Characters::parse(b"").unwrap_err().to_string(), "This text is empty.");
        assert!(Characters::parse(b"a\xc3").is_err());
    }

    #[test]
    fn stretches_and_what_follows() {
        let codes: Vec<u32> = (0..50).collect();
        let (mut now, mut next) = ([0; 200], [0; 200]);
        stretches_into(&codes, 4, &mut Rng::new(0, "stretches"), &mut now, &mut next);
        assert!(now.iter().zip(&next).all(|(a, b)| a + 1 == *b));
        assert!(now.chunks_exact(4).all(|row| row.windows(2).all(|pair| pair[0] + 1 == pair[1])));
        assert!(now.iter().any(|x| *x < 5) && next.iter().any(|x| *x > 44));
        stretches_into(&codes[..5], 4, &mut Rng::new(0, "stretches"), &mut now[..4], &mut next[..4]);
        assert_eq!(next[..4], [1, 2, 3, 4]);
    }
}
