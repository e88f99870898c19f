//! Lanes of several widths, for code that is written once.

use super::Real;
use std::array::from_fn;

/// Numbers that are computed side by side.
pub(super) trait Lanes<T>: Copy {
    /// How many they are.
    const WIDTH: usize;
    /// One number in all lanes.
    fn splat(number: T) -> Self;
    /// The first numbers of a slice.
    fn read(numbers: &[T]) -> Self;
    /// Puts the lanes to the start of a slice.
    fn write(self, out: &mut [T]);
    /// Adds a b.
    fn add_product(&mut self, a: Self, b: Self);
}

/// `G` times eight lanes.
pub(super) struct Eights<T: Real, const G: usize>([T::Eight; G]);

impl<T: Real, const G: usize> Clone for Eights<T, G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Real, const G: usize> Copy for Eights<T, G> {}

impl<T: Real, const G: usize> Lanes<T> for Eights<T, G> {
    const WIDTH: usize = 8 * G;
    #[inline(always)]
    fn splat(number: T) -> Self {
        Self([T::splat(number); G])
    }
    #[inline(always)]
    fn read(numbers: &[T]) -> Self {
        let eights = numbers[..8 * G].as_chunks().0;
        Self(from_fn(|g| T::load(&eights[g])))
    }
    #[inline(always)]
    fn write(self, out: &mut [T]) {
        for (lanes, eight) in self.0.into_iter().zip(out[..8 * G].as_chunks_mut().0) {
            *eight = T::store(lanes);
        }
    }
    #[inline(always)]
    fn add_product(&mut self, a: Self, b: Self) {
        for g in 0..G {
            self.0[g] += a.0[g] * b.0[g];
        }
    }
}

/// Few lanes, which the compiler puts together if it can.
#[derive(Clone, Copy)]
pub(super) struct Few<T, const W: usize>([T; W]);

impl<T: Real, const W: usize> Lanes<T> for Few<T, W> {
    const WIDTH: usize = W;
    #[inline(always)]
    fn splat(number: T) -> Self {
        Self([number; W])
    }
    #[inline(always)]
    fn read(numbers: &[T]) -> Self {
        let numbers = &numbers[..W];
        Self(from_fn(|w| numbers[w]))
    }
    #[inline(always)]
    fn write(self, out: &mut [T]) {
        out[..W].copy_from_slice(&self.0);
    }
    #[inline(always)]
    fn add_product(&mut self, a: Self, b: Self) {
        self.0 = from_fn(|w| self.0[w] + a.0[w] * b.0[w]);
    }
}
