//! Places for values that are needed for a time.

use std::ops::Range;

/// Values start at multiples of this, a cache line.
const ALIGN: usize = 16;

/// Hands out stretches of an arena, and takes them back.
#[derive(Debug, Default)]
pub(super) struct Arena {
    /// Stretches that are free, in rising order, none touching the next.
    free: Vec<Range<usize>>,
    end: usize,
}

impl Arena {
    /// Numbers that were in use at any time.
    pub fn len(&self) -> usize {
        self.end
    }

    /// A stretch for `len` numbers that is never taken back, at the very end.
    pub fn append(&mut self, len: usize) -> usize {
        let start = self.end;
        self.end += len.next_multiple_of(ALIGN);
        start
    }

    /// The start of a stretch for `len` numbers: the smallest free one that has room.
    pub fn take(&mut self, len: usize) -> usize {
        let len = len.next_multiple_of(ALIGN);
        let fits = self.free.iter().enumerate().filter(|(_, free)| free.len() >= len);
        match fits.min_by_key(|(_, free)| free.len()).map(|(i, _)| i) {
            Some(i) => {
                let start = self.free[i].start;
                self.free[i].start += len;
                if self.free[i].is_empty() {
                    self.free.remove(i);
                }
                start
            }
            None => {
                // The last free stretch may reach to the end: it grows.
                let start = match self.free.last() {
                    Some(last) if last.end == self.end => self.free.pop().map_or(self.end, |last| last.start),
                    _ => self.end,
                };
                self.end = start + len;
                start
            }
        }
    }

    /// Takes a stretch back.
    pub fn give(&mut self, start: usize, len: usize) {
        let len = len.next_multiple_of(ALIGN);
        if len == 0 {
            return;
        }
        let mut range = start..start + len;
        let at = self.free.partition_point(|free| free.start < start);
        if self.free.get(at).is_some_and(|next| next.start == range.end) {
            range.end = self.free.remove(at).end;
        }
        match at.checked_sub(1).map(|before| &mut self.free[before]) {
            Some(before) if before.end == range.start => before.end = range.end,
            _ => self.free.insert(at, range),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn stretches_in_use_never_meet() {
        let mut rng = Rng::new(0, "arena");
        let mut arena = Arena::default();
        let mut used: Vec<Range<usize>> = Vec::new();
        for _ in 0..2000 {
            if rng.bernoulli(0.55) {
                let len = 1 + rng.index(200);
                let start = arena.take(len);
                assert!(used.iter().all(|other| start >= other.end || start + len <= other.start));
                assert!(start % ALIGN == 0 && start + len <= arena.len());
                used.push(start..start + len);
            } else if !used.is_empty() {
                let gone = used.swap_remove(rng.index(used.len()));
                arena.give(gone.start, gone.len());
            }
        }
        used.drain(..).for_each(|gone| arena.give(gone.start, gone.len()));
        assert_eq!(arena.free.len(), 1);
        assert_eq!(arena.free[0], 0..arena.len());
    }
}
