//! Lanes of several widths, for code that is written once.

use super::Real;
use std::array::from_fn;

/// `W` numbers that are computed side by side.
pub(super) trait Lanes<T, const W: usize>: Copy {
    /// One number in all lanes.
    fn splat(number: T) -> Self;
    /// Numbers as lanes.
    fn of(numbers: &[T; W]) -> Self;
    /// Lanes as numbers.
    fn numbers(self) -> [T; W];
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

macro_rules! eights {
    ($groups:literal, $width:literal) => {
        impl<T: Real> Lanes<T, $width> for Eights<T, $groups> {
            #[inline(always)]
            fn splat(number: T) -> Self {
                Self([T::splat(number); $groups])
            }
            #[inline(always)]
            fn of(numbers: &[T; $width]) -> Self {
                let eights = numbers.as_chunks().0;
                Self(from_fn(|g| T::load(&eights[g])))
            }
            #[inline(always)]
            fn numbers(self) -> [T; $width] {
                let mut numbers = [T::default(); $width];
                for (eight, lanes) in numbers.as_chunks_mut().0.iter_mut().zip(self.0) {
                    *eight = T::store(lanes);
                }
                numbers
            }
            #[inline(always)]
            fn add_product(&mut self, a: Self, b: Self) {
                for g in 0..$groups {
                    self.0[g] += a.0[g] * b.0[g];
                }
            }
        }
    };
}

eights!(1, 8);
eights!(4, 32);

/// Few lanes, which the compiler puts together if it can.
#[derive(Clone, Copy)]
pub(super) struct Few<T, const W: usize>([T; W]);

impl<T: Real, const W: usize> Lanes<T, W> for Few<T, W> {
    #[inline(always)]
    fn splat(number: T) -> Self {
        Self([number; W])
    }
    #[inline(always)]
    fn of(numbers: &[T; W]) -> Self {
        Self(*numbers)
    }
    #[inline(always)]
    fn numbers(self) -> [T; W] {
        self.0
    }
    #[inline(always)]
    fn add_product(&mut self, a: Self, b: Self) {
        self.0 = from_fn(|w| self.0[w] + a.0[w] * b.0[w]);
    }
}

/// The first numbers of a slice that is long enough.
#[inline(always)]
pub(super) fn window<T, const W: usize>(numbers: &[T]) -> &[T; W] {
    &numbers[..W].as_chunks().0[0]
}

/// Where windows of `width` start that cover `0..length`; the last one moves back.
#[inline(always)]
pub(super) fn starts(length: usize, width: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by(width).map(move |start| start.min(length - width))
}
