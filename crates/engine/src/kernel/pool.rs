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
                    let (first, end) = match before {
                        0 => (0, columns),
                        _ => (
                            before.saturating_sub(v).div_ceil(stride),
                            (width + before).saturating_sub(v).div_ceil(stride).min(columns),
                        ),
                    };
                    if first < end {
                        let x = (plane * height + row - above) * width + first * stride + v - before;
                        each(line * columns + first..line * columns + end, x);
                    }
                }
            }
        }
    }
}

/// y_i = f(y_i, x at i strides).
#[inline(always)]
fn combine<T: Copy>(y: &mut [T], x: &[T], stride: usize, f: impl Fn(T, T) -> T) {
    match (stride, x.get(..2 * y.len())) {
        (1, _) => y.iter_mut().zip(x).for_each(|(y, x)| *y = f(*y, *x)),
        // The most frequent stride, as the compiler can put it into lanes.
        (2, Some(x)) => y.iter_mut().zip(x.as_chunks().0).for_each(|(y, [x, _])| *y = f(*y, *x)),
        _ => y.iter_mut().zip(x.iter().step_by(stride)).for_each(|(y, x)| *y = f(*y, *x)),
    }
}

/// The largest number that each window sees. Not a number, if it sees one such.
///
/// # Panics
/// When the sizes do not fit together, or a slice has another length.
pub fn max_pool<T: Real>(pool: &Pool, x: &[T], y: &mut [T]) {
    assert!(x.len() == pool.x_len() && y.len() == pool.y_len(), "max_pool of other sizes");
    y.fill(T::LOWEST);
    pool.each_line(|line, start| {
        combine(&mut y[line], &x[start..], pool.stride[1], |y, x| if exceeds(x, y) { x } else { y });
    });
}

/// Whether a number replaces the largest one so far: what is not a number replaces all, and stays.
#[inline(always)]
#[expect(clippy::neg_cmp_op_on_partial_ord, clippy::eq_op, reason = "what is not a number must answer differently")]
fn exceeds<T: Real>(x: T, largest: T) -> bool {
    !(x <= largest) && largest == largest
}

/// Where in its plane each window sees its largest number, as a number from 0 on; of equal ones the first, row by row.
/// `largest` receives what [`max_pool`] gives.
///
/// # Panics
/// When the sizes do not fit together, or a slice has another length.
pub fn max_pool_index<T: Float>(pool: &Pool, x: &[T], largest: &mut [T], index: &mut [T]) {
    assert!(
        x.len() == pool.x_len() && largest.len() == pool.y_len() && index.len() == pool.y_len(),
        "max_pool_index of other sizes"
    );
    let (plane, stride) = (pool.input[0] * pool.input[1], pool.stride[1]);
    largest.fill(T::LOWEST);
    index.fill(-T::ONE);
    pool.each_line(|line, start| {
        let (step, mut at) = (T::of(stride as f64), T::of((start % plane) as f64));
        let x = x[start..].iter().step_by(stride);
        for ((largest, index), x) in largest[line.clone()].iter_mut().zip(&mut index[line]).zip(x) {
            // What a window sees first is its largest so far, even if it is minus infinity.
            let larger = exceeds(*x, *largest) || *index < T::ZERO;
            (*largest, *index) = if larger { (*x, at) } else { (*largest, *index) };
            at += step;
        }
    });
}

/// The derivative of a loss by x, from dy, its derivative by y = [`max_pool`], and the numbers of [`max_pool_index`]: dx
/// sums dy over the windows whose largest number stands there, in their order, from +0 on.
///
/// # Panics
/// When the sizes do not fit together, a slice has another length, or an index is not below the size of a plane.
pub fn max_pool_input<T: Float>(pool: &Pool, dy: &[T], index: &[T], dx: &mut [T]) {
    assert!(
        dx.len() == pool.x_len() && dy.len() == pool.y_len() && index.len() == pool.y_len(),
        "max_pool_input of other sizes"
    );
    let ([rows, columns], plane) = (pool.sizes(), pool.input[0] * pool.input[1]);
    dx.fill(T::ZERO);
    let lines = dy.chunks_exact(rows * columns).zip(index.chunks_exact(rows * columns));
    for (dx, (dy, index)) in dx.chunks_exact_mut(plane.max(1)).zip(lines) {
        for (dy, index) in dy.iter().zip(index) {
            dx[index.index()] += *dy;
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
        combine(&mut y[line], &x[start..], pool.stride[1], |y, x| y + x);
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
