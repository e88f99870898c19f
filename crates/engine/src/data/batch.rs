//! Batches: which examples come next.

use crate::rng::Rng;

/// The indices of one batch after another; allocates nothing after it is made.
///
/// The order of an epoch depends on the generator that was given and the epoch's number alone.
#[derive(Clone, Debug)]
pub struct Batches {
    order: Vec<usize>,
    size: usize,
    /// Indices already dealt out in this epoch.
    dealt: usize,
    epoch: u64,
    rng: Option<Rng>,
    drop_last: bool,
}

impl Batches {
    /// Batches of `size` out of `count` examples, in a new random order each epoch. A size of 0 is taken as 1, one above
    /// `count` as `count`.
    pub fn new(count: usize, size: usize, rng: Rng) -> Self {
        let mut batches = Self { rng: Some(rng), ..Self::in_order(count, size) };
        batches.shuffle();
        batches
    }

    /// Batches of `size` out of `count` examples, in their own order each epoch.
    pub fn in_order(count: usize, size: usize) -> Self {
        let size = size.clamp(1, count.max(1));
        Self { order: (0..count).collect(), size, dealt: 0, epoch: 0, rng: None, drop_last: false }
    }

    /// Leaves out the last batch of an epoch when it is smaller than the others.
    pub fn drop_last(mut self) -> Self {
        self.drop_last = true;
        self
    }

    /// The number of the present epoch, counted from 0.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Examples in a batch; the last of an epoch may have fewer.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many batches an epoch has.
    pub fn in_an_epoch(&self) -> usize {
        if self.drop_last { self.order.len() / self.size } else { self.order.len().div_ceil(self.size) }
    }

    /// The next batch; none when the epoch is over, once, after which the next epoch begins.
    pub fn next_in_epoch(&mut self) -> Option<&[usize]> {
        let start = self.dealt;
        let end = (start + self.size).min(self.order.len());
        if start == end || self.drop_last && end - start < self.size {
            self.begin(self.epoch + 1);
            return None;
        }
        self.dealt = end;
        Some(&self.order[start..end])
    }

    /// The next batch, of the next epoch when this one is over; empty only when there are no examples.
    pub fn draw(&mut self) -> &[usize] {
        let left = self.order.len() - self.dealt;
        if left == 0 || self.drop_last && left < self.size {
            self.begin(self.epoch + 1);
        }
        // A new epoch has a batch whenever there is an example.
        self.next_in_epoch().unwrap_or_default()
    }

    /// Goes to the start of the epoch with this number.
    pub fn begin(&mut self, epoch: u64) {
        (self.epoch, self.dealt) = (epoch, 0);
        self.shuffle();
    }

    fn shuffle(&mut self) {
        let Some(rng) = &self.rng else { return };
        self.order.iter_mut().enumerate().for_each(|(at, index)| *index = at);
        rng.nth(self.epoch).shuffle(&mut self.order);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epoch(batches: &mut Batches) -> Vec<Vec<usize>> {
        let mut all = Vec::new();
        while let Some(batch) = batches.next_in_epoch() {
            all.push(batch.to_vec());
        }
        all
    }

    #[test]
    fn an_epoch_deals_each_example_once_and_the_next_one_in_another_order() {
        let mut batches = Batches::new(23, 5, Rng::new(0, "batches"));
        let (first, second) = (epoch(&mut batches), epoch(&mut batches));
        for all in [&first, &second] {
            assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 5, 5, 3]);
            let mut flat = all.concat();
            flat.sort_unstable();
            assert_eq!(flat, (0..23).collect::<Vec<_>>());
        }
        assert_ne!(first, second);
        assert_eq!((batches.epoch(), batches.in_an_epoch()), (2, 5));
        let mut again = Batches::new(23, 5, Rng::new(0, "batches"));
        again.begin(1);
        assert_eq!(epoch(&mut again), second);
    }

    #[test]
    fn the_last_batch_may_be_dropped() {
        let mut batches = Batches::new(23, 5, Rng::new(1, "batches")).drop_last();
        assert_eq!(batches.in_an_epoch(), 4);
        assert!(epoch(&mut batches).iter().all(|batch| batch.len() == 5));
        let mut even = Batches::new(20, 5, Rng::new(1, "batches")).drop_last();
        assert_eq!(epoch(&mut even).len(), 4);
    }

    #[test]
    fn drawing_goes_on_through_the_epochs() {
        for drop_last in [false, true] {
            let mut batches = Batches::new(7, 3, Rng::new(2, "batches"));
            batches.drop_last = drop_last;
            let mut walked = batches.clone();
            let expected: Vec<Vec<usize>> = (0..4).flat_map(|_| epoch(&mut walked)).collect();
            let drawn: Vec<Vec<usize>> = expected.iter().map(|_| batches.draw().to_vec()).collect();
            assert_eq!(drawn, expected);
        }
    }

    #[test]
    fn order_sizes_and_nothing_at_all() {
        assert_eq!(epoch(&mut Batches::in_order(5, 2)), [vec![0, 1], vec![2, 3], vec![4]]);
        assert_eq!(epoch(&mut Batches::in_order(2, 0)), [vec![0], vec![1]]);
        assert_eq!(epoch(&mut Batches::in_order(2, 100).drop_last()), [vec![0, 1]]);
        let mut none = Batches::new(0, 4, Rng::new(0, "batches")).drop_last();
        assert!(none.next_in_epoch().is_none() && none.next_in_epoch().is_none());
        assert!(none.draw().is_empty());
    }

    #[test]
    fn no_batch_moves_the_buffer() {
        let mut batches = Batches::new(100, 7, Rng::new(0, "batches"));
        let place = batches.order.as_ptr();
        (0..100).for_each(|_| assert!(!batches.draw().is_empty()));
        assert_eq!((batches.order.as_ptr(), batches.order.capacity()), (place, 100));
    }
}
