//! Largest numbers and means over windows of planes.

use super::Real;
use super::conv::windows;
use crate::float::Float;
use std::ops::Range;

/// The sizes of a pooling. Images are `[batch, channels, height, width]`, row-major; each channel is a plane of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pool {
    /// Number of planes: batch times channels.
    pub planes: usize,
    /// Height and width of a plane of x.
    pub input: [usize; 2],
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Steps from a window to the next.
    pub stride: [usize; 2],
    /// Numbers before and behind x that windows may reach: none for the largest, zeros for the mean.
    pub padding: [usize; 2],
}

impl Pool {
    /// Height and width of a plane of y.
    ///
    /// # Errors
    /// A sentence when the sizes do not fit together, or a window could lie outside.
    pub fn out(&self) -> Result<[usize; 2], String> {
        let count = |axis: usize| {
            let (kernel, padding) = (self.kernel[axis], self.padding[axis]);
            if 2 * padding > kernel {
                return Err(format!("padding of {padding} is more than half of a window of {kernel}"));
            }
            windows(self.input[axis], kernel, self.stride[axis], padding, 1)
        };
        Ok([count(0)?, count(1)?])
    }

    /// How many numbers x has.
    pub fn x_len(&self) -> usize {
        self.planes * self.input[0] * self.input[1]
    }

    /// How many numbers y has.
    pub fn y_len(&self) -> usize {
        let [height, width] = self.sizes();
        self.planes * height * width
    }

    /// [`Pool::out`] of sizes that fit.
    fn sizes(&self) -> [usize; 2] {
        match self.out() {
            Ok(sizes) => sizes,
            Err(misfit) => panic!("{misfit}"),
        }
    }

    /// What a window sees along an axis.
    #[inline(always)]
    fn seen(&self, axis: usize, i: usize) -> Range<usize> {
        let (start, padding) = (i * self.stride[axis], self.padding[axis]);
        start.saturating_sub(padding)..(start + self.kernel[axis] - padding).min(self.input[axis])
    }

    /// The lines of all windows in order: for each line of y and each (u, v) of a window in order, `each` gets the range of
    /// the line in y, as far as its windows see x there, and the number in x of what the first of them sees.
    #[inline(always)]
    fn each_line(&self, mut each: impl FnMut(Range<usize>, usize)) {
        let ([height, width], [rows, columns]) = (self.input, self.sizes());
        let ([kernel_height, kernel_width], [_, stride], [above, before]) = (self.kernel, self.stride, self.padding);
        for line in 0..self.planes * rows {
            let (plane, i) = (line / rows, line % rows);
            for u in 0..kernel_height {
                let row = i * self.stride[0] + u;
                if row < above || row - above >= height {
                    continue;
                }
                for v in 0..kernel_width {
                    let first = before.saturating_sub(v).div_ceil(stride);
                    let end = (width + before).saturating_sub(v).div_ceil(stride).min(columns);
                    if first < end {
                        let x = (plane * height + row - above) * width + first * stride + v - before;
                        each(line * columns + first..line * columns + end, x);
                    }
                }
            }
        }
    }
}

/// Whether a number replaces the largest one so far: what is not a number replaces all, and stays.
#[inline(always)]
#[expect(clippy::neg_cmp_op_on_partial_ord, clippy::eq_op, reason = "what is not a number must answer differently")]
fn exceeds<T: Real>(x: T, largest: T) -> bool {
    !(x <= largest) && largest == largest
}

/// Where in its plane each window sees its largest number, as a number from 0 on; of equal ones the first, row by row. What
/// is not a number counts as larger than all, the first such as the largest.
///
/// # Panics
/// When the sizes do not fit together, or a slice has another length.
pub fn max_pool_index<T: Float>(pool: &Pool, x: &[T], index: &mut [T]) {
    assert!(x.len() == pool.x_len() && index.len() == pool.y_len(), "max_pool_index of other sizes");
    let ([height, width], [rows, columns]) = (pool.input, pool.sizes());
    let planes = x.chunks_exact((height * width).max(1)).zip(index.chunks_exact_mut(rows * columns));
    for (x, index) in planes {
        for (i, index) in index.chunks_exact_mut(columns).enumerate() {
            let lines = pool.seen(0, i);
            for (j, index) in index.iter_mut().enumerate() {
                let columns = pool.seen(1, j);
                let mut best = lines.start * width + columns.start;
                for line in lines.clone() {
                    for at in line * width + columns.start..line * width + columns.end {
                        // A choice between whole numbers, that the processor need not guess.
                        best = if exceeds(x[at], x[best]) { at } else { best };
                    }
                }
                *index = T::of(best as f64);
            }
        }
    }
}

/// The mean of what each window sees, zeros outside included: the sum, in order from +0 on, over the window's size.
///
/// # Panics
/// When the sizes do not fit together, or a slice has another length.
pub fn mean_pool<T: Float>(pool: &Pool, x: &[T], y: &mut [T]) {
    assert!(x.len() == pool.x_len() && y.len() == pool.y_len(), "mean_pool of other sizes");
    y.fill(T::ZERO);
    pool.each_line(|line, start| {
        for (y, x) in y[line].iter_mut().zip(x[start..].iter().step_by(pool.stride[1])) {
            *y += *x;
        }
    });
    let size = T::of((pool.kernel[0] * pool.kernel[1]) as f64);
    y.iter_mut().for_each(|y| *y = *y / size);
}

/// The derivative of a loss by x, from dy, its derivative by y = [`mean_pool`]: dx sums dy over the windows that see it,
/// in order of (line of y, place in the window), from +0 on, and divides by the window's size.
///
/// # Panics
/// When the sizes do not fit together, or a slice has another length.
pub fn mean_pool_input<T: Float>(pool: &Pool, dy: &[T], dx: &mut [T]) {
    assert!(dx.len() == pool.x_len() && dy.len() == pool.y_len(), "mean_pool_input of other sizes");
    dx.fill(T::ZERO);
    pool.each_line(|line, start| {
        for (dx, dy) in dx[start..].iter_mut().step_by(pool.stride[1]).zip(&dy[line]) {
            *dx += *dy;
        }
    });
    let size = T::of((pool.kernel[0] * pool.kernel[1]) as f64);
    dx.iter_mut().for_each(|dx| *dx = *dx / size);
}
