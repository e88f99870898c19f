//! Sizes along the axes of a tensor.

use std::fmt;
use std::hash::{Hash, Hasher};

/// The highest rank of a tensor.
pub const MAX_RANK: usize = 6;

/// The sizes of a tensor along its axes, row-major: the last axis is contiguous. Rank 0 is a scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    dims: [usize; MAX_RANK],
    rank: usize,
}

impl Shape {
    /// A scalar's.
    pub const SCALAR: Self = Self { dims: [0; MAX_RANK], rank: 0 };

    /// The shape with these sizes.
    ///
    /// # Panics
    /// When there are more than [`MAX_RANK`].
    pub fn new(sizes: &[usize]) -> Self {
        assert!(sizes.len() <= MAX_RANK, "a tensor of rank {}: at most {MAX_RANK} is possible", sizes.len());
        let mut dims = [0; MAX_RANK];
        dims[..sizes.len()].copy_from_slice(sizes);
        Self { dims, rank: sizes.len() }
    }

    /// The sizes.
    pub fn dims(&self) -> &[usize] {
        &self.dims[..self.rank]
    }

    /// Number of axes.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Number of entries; 1 for a scalar.
    pub fn len(&self) -> usize {
        self.dims().iter().product()
    }

    /// Whether an axis has size 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Size of the last axis; 1 for a scalar.
    pub fn last(&self) -> usize {
        self.dims().last().copied().unwrap_or(1)
    }

    /// This shape with another size along `axis`.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn with(mut self, axis: usize, size: usize) -> Self {
        self.dims_mut()[axis] = size;
        self
    }

    /// This shape without `axis`.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn without(&self, axis: usize) -> Self {
        let (before, after) = (&self.dims()[..axis], &self.dims()[axis + 1..]);
        Self::joined(&[before, after])
    }

    /// This shape with a new axis of this size before `axis`.
    ///
    /// # Panics
    /// When the rank becomes too high, or `axis` is above the rank.
    pub fn inserted(&self, axis: usize, size: usize) -> Self {
        let (before, after) = self.dims().split_at(axis);
        Self::joined(&[before, &[size], after])
    }

    /// The shape with the sizes of all parts in turn.
    ///
    /// # Panics
    /// When the rank becomes too high.
    pub fn joined(parts: &[&[usize]]) -> Self {
        let mut joined = Self::SCALAR;
        for size in parts.iter().copied().flatten() {
            assert!(joined.rank < MAX_RANK, "a tensor of rank above {MAX_RANK}");
            joined.dims[joined.rank] = *size;
            joined.rank += 1;
        }
        joined
    }

    /// Entries before, along and within `axis`: the tensor is [outer, n, inner].
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn around(&self, axis: usize) -> [usize; 3] {
        around(self.dims(), axis)
    }

    /// The shape that both shapes stretch to, by the usual rule: aligned at the last axis, sizes equal or 1.
    pub fn broadcast(&self, other: &Self) -> Option<Self> {
        let rank = self.rank.max(other.rank);
        let mut dims = [0; MAX_RANK];
        for (i, dim) in dims[..rank].iter_mut().enumerate() {
            *dim = match (self.aligned(rank, i), other.aligned(rank, i)) {
                (a, b) if a == b => a,
                (1, b) => b,
                (a, 1) => a,
                _ => return None,
            };
        }
        Some(Self { dims, rank })
    }

    /// Size along axis i when this shape is aligned at the end with one of rank `rank`.
    pub(crate) fn aligned(&self, rank: usize, i: usize) -> usize {
        if i + self.rank < rank { 1 } else { self.dims[i + self.rank - rank] }
    }

    fn dims_mut(&mut self) -> &mut [usize] {
        &mut self.dims[..self.rank]
    }
}

/// Entries before, along and within `axis`.
///
/// # Panics
/// When there is no such axis.
pub fn around(dims: &[usize], axis: usize) -> [usize; 3] {
    [dims[..axis].iter().product(), dims[axis], dims[axis + 1..].iter().product()]
}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.dims().hash(state);
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(self.dims(), f)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:?}", self.dims())
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(sizes: [usize; N]) -> Self {
        Self::new(&sizes)
    }
}

impl From<&[usize]> for Shape {
    fn from(sizes: &[usize]) -> Self {
        Self::new(sizes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_aligns_at_the_last_axis() {
        let meet = |a: &[usize], b: &[usize]| Shape::new(a).broadcast(&Shape::new(b));
        assert_eq!(meet(&[3, 4], &[4]), Some([3, 4].into()));
        assert_eq!(meet(&[3, 1], &[1, 4]), Some([3, 4].into()));
        assert_eq!(meet(&[], &[2, 2]), Some([2, 2].into()));
        assert_eq!(meet(&[0], &[1]), Some([0].into()));
        assert_eq!(meet(&[3], &[4]), None);
        assert_eq!(meet(&[3, 4], &[3]), None);
    }

    #[test]
    fn axes_come_and_go() {
        let shape = Shape::from([2, 3, 4]);
        assert_eq!(shape.len(), 24);
        assert_eq!(shape.around(1), [2, 3, 4]);
        assert_eq!(shape.without(1), [2, 4].into());
        assert_eq!(shape.inserted(3, 7), [2, 3, 4, 7].into());
        assert_eq!(shape.with(0, 5), [5, 3, 4].into());
        assert_eq!(Shape::SCALAR.len(), 1);
    }
}
