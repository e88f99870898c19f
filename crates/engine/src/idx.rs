//! The IDX format, in which the digit data sets come: a shape, then bytes.
//!
//! Two zero bytes, a byte for the entries' type (8: bytes), a byte for the rank, each dimension as four bytes (largest
//! first), then the entries, the last dimension running fastest. Described on the MNIST page of LeCun, Cortes and Burges.

use std::fmt;

/// An array of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx<'a> {
    shape: Vec<usize>,
    entries: &'a [u8],
}

/// Why bytes are no IDX file that can be used, and at which of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdxError {
    /// Offset of the first byte at fault, counted from 0.
    pub offset: usize,
    /// What is wrong there.
    pub what: Fault,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file does not begin with two zero bytes.
    Magic,
    /// The entries are of the type with this code.
    Type(u8),
    /// The rank is zero: there is nothing to count.
    NoDimensions,
    /// A dimension after the first is zero: the items hold nothing.
    EmptyItems,
    /// The file ends where a part of this many more bytes should be.
    Truncated {
        /// Bytes that are missing.
        missing: u64,
    },
    /// The product of the dimensions is beyond any file.
    TooLarge,
    /// This many bytes follow the last entry.
    Trailing(usize),
}

impl fmt::Display for IdxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.offset;
        match self.what {
            Fault::Magic => write!(
                f,
                "This is no IDX file: it should begin with two zero bytes, but byte {offset} is not zero. A file that ends \
                 in .gz must be unpacked first."
            ),
            Fault::Type(code) => write!(
                f,
                "This IDX file holds entries of type 0x{code:02x} (byte {offset}); only bytes, type 0x08, can be read."
            ),
            Fault::NoDimensions => write!(f, "This IDX file has no dimensions (byte {offset} is 0)."),
            Fault::EmptyItems => {
                write!(f, "The items of this IDX file hold nothing: the dimension at byte {offset} is zero.")
            }
            Fault::Truncated { missing } => {
                write!(f, "This IDX file is cut off: it ends at byte {offset}, and {missing} more should follow.")
            }
            Fault::TooLarge => {
                write!(f, "This IDX file claims more entries than any file holds (dimensions up to byte {offset}).")
            }
            Fault::Trailing(count) => {
                write!(f, "This IDX file goes on after its last entry: {count} bytes too many from byte {offset} on.")
            }
        }
    }
}

impl std::error::Error for IdxError {}

/// Bytes before the dimensions.
const HEAD: usize = 4;
/// The code of unsigned bytes.
const BYTES: u8 = 8;

impl<'a> Idx<'a> {
    /// Reads a whole file, already unpacked.
    ///
    /// # Errors
    /// When it is no IDX file, holds anything but bytes, or its length does not match its shape.
    pub fn parse(file: &'a [u8]) -> Result<Self, IdxError> {
        let fault = |offset, what| Err(IdxError { offset, what });
        if let Some(offset) = file.iter().take(2).position(|byte| *byte != 0) {
            return fault(offset, Fault::Magic);
        }
        let &[_, _, code, rank, ..] = file else {
            return fault(file.len(), Fault::Truncated { missing: (HEAD - file.len()) as u64 });
        };
        if code != BYTES {
            return fault(2, Fault::Type(code));
        }
        if rank == 0 {
            return fault(3, Fault::NoDimensions);
        }
        let start = HEAD + 4 * usize::from(rank);
        let Some(dimensions) = file.get(HEAD..start) else {
            return fault(file.len(), Fault::Truncated { missing: (start - file.len()) as u64 });
        };
        let dimensions: Vec<u32> = dimensions.as_chunks::<4>().0.iter().map(|d| u32::from_be_bytes(*d)).collect();
        if let Some(zero) = dimensions.iter().skip(1).position(|d| *d == 0) {
            return fault(HEAD + 4 * (zero + 1), Fault::EmptyItems);
        }
        // In 64 bits also where usize has 32.
        let count = dimensions.iter().try_fold(1u64, |product, d| product.checked_mul(u64::from(*d)));
        let shape: Option<Vec<usize>> = dimensions.iter().map(|d| usize::try_from(*d).ok()).collect();
        let (Some(count), Some(shape)) = (count, shape) else {
            return fault(start, Fault::TooLarge);
        };
        let entries = &file[start..];
        match count.checked_sub(entries.len() as u64) {
            Some(0) => Ok(Self { shape, entries }),
            Some(missing) => fault(file.len(), Fault::Truncated { missing }),
            // Here `count` is below a length, so it is a length too.
            None => fault(start + count as usize, Fault::Trailing(entries.len() - count as usize)),
        }
    }

    /// The dimensions; at least one.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many items there are: the first dimension.
    pub fn len(&self) -> usize {
        self.shape[0]
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries, item after item.
    pub fn entries(&self) -> &'a [u8] {
        self.entries
    }

    /// The entries of item `index` (one byte for a label, a picture's rows for a picture), if there is one.
    pub fn item(&self, index: usize) -> Option<&'a [u8]> {
        if index >= self.len() {
            return None;
        }
        let size = self.entries.len() / self.len();
        self.entries.get(index * size..(index + 1) * size)
    }

    /// Every item in turn.
    pub fn items(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + '_ {
        (0..self.len()).map(|index| self.item(index).unwrap_or(&[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn file(dimensions: &[u32], entries: &[u8]) -> Vec<u8> {
        let mut file = vec![0, 0, 8, dimensions.len() as u8];
        dimensions.iter().for_each(|d| file.extend(d.to_be_bytes()));
        file.extend(entries);
        file
    }

    fn told(file: &[u8]) -> String {
        Idx::parse(file).unwrap_err().to_string()
    }

    #[test]
    fn labels_and_pictures() {
        let labels = file(&[3], &[7, 1, 9]);
        let labels = Idx::parse(&labels).unwrap();
        assert_eq!((labels.shape(), labels.len(), labels.item(2), labels.item(3)), (&[3][..], 3, Some(&[9][..]), None));
        let pictures = file(&[2, 2, 3], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        let pictures = Idx::parse(&pictures).unwrap();
        assert_eq!(pictures.item(1), Some(&[7, 8, 9, 10, 11, 12][..]));
        assert_eq!(pictures.items().len(), 2);
        assert_eq!(pictures.entries().len(), 12);
        let none = file(&[0, 28, 28], &[]);
        assert!(Idx::parse(&none).unwrap().is_empty());
    }

    #[test]
    fn each_fault_is_told_with_its_place() {
        let good = file(&[2, 2], &[1, 2, 3, 4]);
        assert!(told(&[0x1f, 0x8b, 8, 0]).contains("byte 0 is not zero"));
        assert!(told(&[0, 1, 8, 1]).contains("byte 1"));
        assert!(told(&[]).contains("ends at byte 0, and 4 more"));
        assert!(told(&good[..3]).contains("ends at byte 3, and 1 more"));
        assert!(told(&[0, 0, 0x0d, 1]).contains("type 0x0d (byte 2)"));
        assert!(told(&[0, 0, 8, 0]).contains("no dimensions (byte 3"));
        assert!(told(&good[..9]).contains("ends at byte 9, and 3 more"));
        assert!(told(&good[..14]).contains("ends at byte 14, and 2 more"));
        assert!(told(&file(&[2, 2], &[1, 2, 3, 4, 5, 6])).contains("2 bytes too many from byte 16 on"));
        assert!(told(&file(&[u32::MAX; 3], &[])).contains("more entries than any file"));
        assert!(told(&file(&[u32::MAX, u32::MAX], &[])).contains("18446744065119617025 more"));
        assert!(told(&file(&[4, 3, 0], &[])).contains("dimension at byte 12 is zero"));
    }

    #[test]
    fn no_bytes_whatever_bring_it_down() {
        let good = file(&[3, 2, 2], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        let mut rng = Rng::new(0, "mutations");
        for _ in 0..100_000 {
            let mut bytes = good.clone();
            for _ in 0..=rng.below(4) {
                let at = rng.index(bytes.len());
                match rng.below(4) {
                    0 => bytes[at] = rng.next_u64() as u8,
                    1 => bytes[at] ^= 1 << rng.below(8),
                    2 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, rng.next_u64() as u8),
                }
            }
            match Idx::parse(&bytes) {
                Ok(idx) => {
                    assert!(idx.items().map(<[u8]>::len).sum::<usize>() == idx.entries().len());
                    assert_eq!(idx.shape().iter().product::<usize>(), idx.entries().len());
                }
                Err(error) => assert!(error.offset <= bytes.len() && !error.to_string().is_empty()),
            }
        }
    }
}
