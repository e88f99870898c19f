//! Convolutions over planes, as neural networks have them: cross-correlations with stride, zero padding, dilation and
//! groups.
//!
//! All arrays are row-major: images `[batch, channels, height, width]`, kernels `[out_channels, in_channels / groups,
//! kernel height, kernel width]`. A convolution over lines has height 1.
//!
//! Three products belong together, each linear in both its arguments, and each other's derivatives: [`conv2d`] of x and w,
//! [`conv2d_input`] of dy and w, [`conv2d_weight`] of x and dy.
//!
//! All three are products of matrices, one of which is never written down: the one whose columns are what the windows
//! see. Images lie in a frame of zeros, one sample at a time; what eight neighbouring windows see is read there, where it
//! lies side by side, and gathered otherwise.

use super::Real;
use super::conv_frame::{Frame, SLACK};
use super::matmul::{COLUMNS, ROWS, Stored, block, tiles};
use std::array::from_fn;
use std::ops::Range;

/// The sizes of a convolution.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Conv {
    /// Number of images.
    pub batch: usize,
    /// Number of groups: an output channel sees the input channels of its group only.
    pub groups: usize,
    /// Channels of x.
    pub in_channels: usize,
    /// Channels of y.
    pub out_channels: usize,
    /// Height and width of x.
    pub input: [usize; 2],
    /// Height and width of a kernel.
    pub kernel: [usize; 2],
    /// Steps from an output to the next.
    pub stride: [usize; 2],
    /// Zeros before and behind x.
    pub padding: [usize; 2],
    /// Steps from a number of the kernel to the next.
    pub dilation: [usize; 2],
}

impl Conv {
    /// Height and width of y.
    ///
    /// # Errors
    /// A sentence when the sizes do not fit together.
    pub fn out(&self) -> Result<[usize; 2], String> {
        let Self { groups, in_channels, out_channels, .. } = *self;
        if groups == 0 || in_channels % groups != 0 || out_channels % groups != 0 {
            return Err(format!("{in_channels} to {out_channels} channels cannot be split into {groups} groups"));
        }
        let count = |axis: usize| {
            windows(self.input[axis], self.kernel[axis], self.stride[axis], self.padding[axis], self.dilation[axis])
        };
        Ok([count(0)?, count(1)?])
    }

    /// How many numbers x has.
    pub fn x_len(&self) -> usize {
        self.batch * self.in_channels * self.input[0] * self.input[1]
    }

    /// How many numbers w has.
    pub fn w_len(&self) -> usize {
        self.out_channels * self.taps(self.in_channels)
    }

    /// How many numbers y has.
    pub fn y_len(&self) -> usize {
        let [height, width] = self.sizes();
        self.batch * self.out_channels * height * width
    }

    /// Numbers of scratch that any of the three products needs.
    pub fn scratch_len(&self) -> usize {
        let sizes = Sizes::new(self);
        let Sizes { from, to, taps, windows, .. } = sizes;
        let forward = strips_len(to, taps) + COLUMNS * taps + SLACK + sizes.frame.len(from);
        let input = strips_len(taps, to) + (windows.div_ceil(COLUMNS) * COLUMNS) * (to + ROWS) + sizes.frame.len(from);
        let lines = taps.next_multiple_of(ROWS);
        let weight = to.next_multiple_of(COLUMNS) * (windows + lines) + sizes.frame.len(from);
        let input = self.mirrored().map_or(input, |mirrored| {
            let Sizes { frame, from, to, taps, .. } = Sizes::new(&mirrored);
            strips_len(to, taps) + frame.len(from)
        });
        forward.max(input).max(weight)
    }

    /// The convolution that brings y's sizes to x's, when it can be computed by eight places side by side.
    fn mirrored(&self) -> Option<Self> {
        let out = self.sizes();
        let padding = |axis: usize| (self.dilation[axis] * (self.kernel[axis] - 1)).checked_sub(self.padding[axis]);
        let fits = self.stride == [1; 2] && self.input[1] >= COLUMNS && self.w_len() > 0;
        fits.then_some(())?;
        Some(Self {
            in_channels: self.out_channels,
            out_channels: self.in_channels,
            input: out,
            padding: [padding(0)?, padding(1)?],
            ..self.clone()
        })
    }

    /// [`Conv::out`] of sizes that fit.
    fn sizes(&self) -> [usize; 2] {
        match self.out() {
            Ok(sizes) => sizes,
            Err(misfit) => panic!("{misfit}"),
        }
    }

    /// Numbers of a kernel that sees so many channels in all groups.
    pub(super) fn taps(&self, channels: usize) -> usize {
        channels / self.groups * self.kernel[0] * self.kernel[1]
    }
}

/// How many windows of `kernel` numbers fit into `length` numbers and the padding.
///
/// # Errors
/// A sentence when none does, or a size is zero.
pub(super) fn windows(
    length: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
) -> Result<usize, String> {
    if kernel == 0 || stride == 0 || dilation == 0 {
        return Err("a kernel's size, stride and dilation must not be zero".to_owned());
    }
    let reach = dilation * (kernel - 1) + 1;
    match (length + 2 * padding).checked_sub(reach) {
        Some(free) => Ok(free / stride + 1),
        None => Err(format!("a kernel that reaches over {reach} does not fit into {length} padded by {padding}")),
    }
}

/// Numbers of `lines` vectors of length `k`, packed in strips.
fn strips_len(lines: usize, k: usize) -> usize {
    lines.next_multiple_of(ROWS) * k
}

/// What all three products ask for.
struct Sizes<'a> {
    conv: &'a Conv,
    frame: Frame<'a>,
    /// Input channels of a group.
    from: usize,
    /// Output channels of a group.
    to: usize,
    /// Numbers of an output channel's kernel: taps.
    taps: usize,
    /// Windows above each other, and side by side.
    out: [usize; 2],
    /// Windows of an image.
    windows: usize,
}

impl<'a> Sizes<'a> {
    fn new(conv: &'a Conv) -> Self {
        let out = conv.sizes();
        let (from, to) = (conv.in_channels / conv.groups, conv.out_channels / conv.groups);
        let taps = conv.taps(conv.in_channels);
        Self { conv, frame: Frame::new(conv, out), from, to, taps, out, windows: out[0] * out[1] }
    }

    /// All samples group by group: the number of the sample, and the numbers of its parts of x, w and y.
    fn parts(&self) -> impl Iterator<Item = (usize, [Range<usize>; 3])> {
        let x = self.from * self.conv.input[0] * self.conv.input[1];
        let (w, y) = (self.to * self.taps, self.to * self.windows);
        let Conv { batch, groups, .. } = *self.conv;
        let part = |i: usize, length: usize| i * length..(i + 1) * length;
        (0..groups).flat_map(move |group| {
            (0..batch).map(move |sample| {
                let plane = sample * groups + group;
                (sample, [part(plane, x), part(group, w), part(plane, y)])
            })
        })
    }
}

/// y = x * w: y at (b, o, i, j) sums x at (b, c, i s + u d - p, j s + v d - p) times w at (o, c, u, v), over (c, u, v) in
/// order, from +0 on. Outside, x is zero.
///
/// # Panics
/// When the sizes do not fit together, or a slice has another length, or `scratch` is too short.
pub fn conv2d<T: Real>(conv: &Conv, x: &[T], w: &[T], scratch: &mut [T], y: &mut [T]) {
    assert!(x.len() == conv.x_len() && w.len() == conv.w_len() && y.len() == conv.y_len(), "conv2d of other sizes");
    let sizes = Sizes::new(conv);
    let Sizes { ref frame, from, to, taps, windows, out: [height, width], .. } = sizes;
    let (strips, scratch) = scratch.split_at_mut(strips_len(to, taps));
    let (panel, scratch) = scratch.split_at_mut(COLUMNS * taps + SLACK);
    let framed = &mut scratch[..frame.len(from)];
    framed.fill(T::default());
    if taps == 0 {
        y.fill(T::default());
        return;
    }
    for (sample, [x_part, w_part, y_part]) in sizes.parts() {
        let y = &mut y[y_part];
        if sample == 0 {
            Stored { numbers: &w[w_part], along: false, lines: to, k: taps }.pack_all(
                0,
                taps,
                strips.as_chunks_mut::<ROWS>().0,
            );
        }
        frame.fill(&x[x_part], framed);
        if frame.is_seen_as_it_lies() {
            for i in 0..height {
                for j in (0..width).step_by(COLUMNS).map(|j| j.min(width - COLUMNS)) {
                    see(frame, &framed[i * frame.down() + j..], strips, &mut y[i * width + j..], [to, windows]);
                }
            }
            continue;
        }
        for j in (0..windows).step_by(COLUMNS) {
            frame.gather(framed, j, taps, panel);
            let panel = &panel.as_chunks().0[..taps];
            tiles(strips.as_chunks().0, panel, [to, COLUMNS.min(windows - j)], &mut y[j..], windows, true);
        }
    }
}

/// Puts the outputs of eight neighbouring windows, the first of which sees the start of `framed`, for all output channels,
/// `windows` apart.
#[inline(always)]
fn see<T: Real>(frame: &Frame, framed: &[T], strips: &[T], y: &mut [T], [to, windows]: [usize; 2]) {
    let strips = strips.as_chunks::<ROWS>().0;
    for (o, strip) in (0..to).step_by(ROWS).zip(strips.chunks_exact(frame.taps())) {
        let mut acc = [T::splat(T::default()); ROWS];
        for (line, taps) in frame.kernel_lines().zip(strip.chunks_exact(frame.kernel_width())) {
            let line = &framed[line..][..taps.len() + COLUMNS - 1];
            for (eight, taps) in line.windows(COLUMNS).zip(taps) {
                if let Some(eight) = eight.first_chunk() {
                    let eight = T::load(eight);
                    for (acc, w) in acc.iter_mut().zip(taps) {
                        *acc += T::splat(*w) * eight;
                    }
                }
            }
        }
        for (acc, o) in acc.into_iter().zip(o..to) {
            if let Some(eight) = y[o * windows..].first_chunk_mut() {
                *eight = T::store(acc);
            }
        }
    }
}

/// The derivative of a loss by x, from dy, its derivative by y: dx at (b, c, i, j) sums, over all (u, v) in order that lead
/// there, from +0 on, the sums over o in order, from +0 on, of dy times w. Also known as the transposed convolution.
///
/// # Panics
/// When the sizes do not fit together, or a slice has another length, or `scratch` is too short.
pub fn conv2d_input<T: Real>(conv: &Conv, dy: &[T], w: &[T], scratch: &mut [T], dx: &mut [T]) {
    assert!(
        dy.len() == conv.y_len() && w.len() == conv.w_len() && dx.len() == conv.x_len(),
        "conv2d_input of other sizes"
    );
    if let Some(mirrored) = conv.mirrored() {
        return conv2d_input_by_places(&mirrored, dy, w, scratch, dx);
    }
    let sizes = Sizes::new(conv);
    let Sizes { ref frame, from, to, taps, windows, out: [height, width], .. } = sizes;
    let room = windows.next_multiple_of(COLUMNS);
    let (strips, scratch) = scratch.split_at_mut(strips_len(taps, to));
    let (panels, scratch) = scratch.split_at_mut(room * to);
    let (sums, scratch) = scratch.split_at_mut(room * ROWS);
    let framed = &mut scratch[..frame.len(from)];
    if to == 0 {
        dx.fill(T::default());
        return;
    }
    for (sample, [x_part, w_part, y_part]) in sizes.parts() {
        if sample == 0 {
            Stored { numbers: &w[w_part], along: true, lines: taps, k: to }.pack_all(
                0,
                to,
                strips.as_chunks_mut::<ROWS>().0,
            );
        }
        let dy = Stored { numbers: &dy[y_part], along: true, lines: windows, k: to };
        dy.pack_all(0, to, panels.as_chunks_mut::<COLUMNS>().0);
        framed.fill(T::default());
        for (tap, strip) in (0..taps).step_by(ROWS).zip(strips.as_chunks().0.chunks_exact(to)) {
            for (j, panel) in (0..windows).step_by(COLUMNS).zip(panels.as_chunks().0.chunks_exact(to)) {
                block(strip, panel, &mut sums[j..], room, true);
            }
            for (tap, sums) in (tap..taps).zip(sums.chunks_exact(room)) {
                let start = frame.start(tap);
                for (i, sums) in sums.chunks_exact(width).enumerate().take(height) {
                    add(&mut framed[start + i * frame.down()..][..width], sums);
                }
            }
        }
        frame.take(framed, &mut dx[x_part]);
    }
}

/// y_i += x_i.
fn add<T: Real>(y: &mut [T], x: &[T]) {
    let ((y, y_rest), (x, x_rest)) = (y.as_chunks_mut(), x.as_chunks());
    for (y, x) in y.iter_mut().zip(x) {
        *y = T::store(T::load(y) + T::load(x));
    }
    for (y, x) in y_rest.iter_mut().zip(x_rest) {
        *y += *x;
    }
}

/// [`conv2d_input`] as a convolution itself, of dy with mirrored kernels: so each number of dx is written but once.
fn conv2d_input_by_places<T: Real>(mirrored: &Conv, dy: &[T], w: &[T], scratch: &mut [T], dx: &mut [T]) {
    let sizes = Sizes::new(mirrored);
    let Sizes { ref frame, from, to, taps, windows, out: [height, width], .. } = sizes;
    let [rows, columns] = mirrored.kernel;
    let (strips, scratch) = scratch.split_at_mut(strips_len(to, taps));
    let framed = &mut scratch[..frame.len(from)];
    framed.fill(T::default());
    for (sample, [y_part, w_part, x_part]) in sizes.parts() {
        if sample == 0 {
            pack_by_taps(&w[w_part], [to, from, rows * columns], strips.as_chunks_mut().0);
        }
        frame.fill(&dy[y_part], framed);
        let dx = &mut dx[x_part];
        let starts = || (0..width).step_by(COLUMNS).map(|j| j.min(width - COLUMNS));
        for (i, j) in (0..height).flat_map(|i| starts().map(move |j| (i, j))) {
            let start = i * frame.down() + j;
            for (c, strip) in (0..to).step_by(ROWS).zip(strips.as_chunks().0.chunks_exact(taps)) {
                let mut sums = [T::splat(T::default()); ROWS];
                let taps = (0..rows).rev().flat_map(|u| (0..columns).rev().map(move |v| (u, v)));
                for ((u, v), strip) in taps.zip(strip.chunks_exact(from)) {
                    let acc = see_planes(frame, framed, start + frame.tap(u, v), strip);
                    sums.iter_mut().zip(acc).for_each(|(sum, acc)| *sum += acc);
                }
                for (sum, c) in sums.into_iter().zip(c..to) {
                    if let Some(eight) = dx[c * windows + i * width + j..].first_chunk_mut() {
                        *eight = T::store(sum);
                    }
                }
            }
        }
    }
}

/// The sums over planes, in order, of eight numbers of each times four weights.
#[inline(always)]
fn see_planes<T: Real>(frame: &Frame, framed: &[T], start: usize, strip: &[[T; ROWS]]) -> [T::Eight; ROWS] {
    let mut acc = [T::splat(T::default()); ROWS];
    for (plane, weights) in framed.chunks_exact(frame.plane_len()).zip(strip) {
        if let Some(eight) = plane[start..].first_chunk() {
            let eight = T::load(eight);
            for (acc, w) in acc.iter_mut().zip(weights) {
                *acc += T::splat(*w) * eight;
            }
        }
    }
    acc
}

/// Kernels [out, in, taps] in strips of four input channels, in which output channels are the innermost.
fn pack_by_taps<T: Real>(w: &[T], [inputs, outputs, taps]: [usize; 3], strips: &mut [[T; ROWS]]) {
    strips.fill([T::default(); ROWS]);
    for (o, w) in w.chunks_exact(inputs * taps).enumerate() {
        for (c, w) in w.chunks_exact(taps).enumerate() {
            for (tap, w) in w.iter().enumerate() {
                strips[(c / ROWS * taps + tap) * outputs + o][c % ROWS] = *w;
            }
        }
    }
}

/// The derivative of a loss by w, from dy, its derivative by y: dw at (o, c, u, v) sums x at (b, c, i s + u d - p,
/// j s + v d - p) times dy at (b, o, i, j), over (b, i, j) in order, from +0 on.
///
/// # Panics
/// When the sizes do not fit together, or a slice has another length, or `scratch` is too short.
pub fn conv2d_weight<T: Real>(conv: &Conv, x: &[T], dy: &[T], scratch: &mut [T], dw: &mut [T]) {
    assert!(
        x.len() == conv.x_len() && dy.len() == conv.y_len() && dw.len() == conv.w_len(),
        "conv2d_weight of other sizes"
    );
    let sizes = Sizes::new(conv);
    let Sizes { ref frame, from, to, taps, windows, out: [_, width], .. } = sizes;
    dw.fill(T::default());
    if dw.is_empty() {
        return;
    }
    let (channels, lines) = (to.next_multiple_of(COLUMNS), taps.next_multiple_of(ROWS));
    let (panels, scratch) = scratch.split_at_mut(channels * windows);
    let (sums, scratch) = scratch.split_at_mut(channels * lines);
    let framed = &mut scratch[..frame.len(from)];
    framed.fill(T::default());
    for (sample, [x_part, w_part, y_part]) in sizes.parts() {
        if sample == 0 {
            sums.fill(T::default());
        }
        // The columns are output channels: what taps see is then read where it lies.
        let dy = Stored { numbers: &dy[y_part], along: false, lines: to, k: windows };
        dy.pack_all(0, windows, panels.as_chunks_mut::<COLUMNS>().0);
        frame.fill(&x[x_part], framed);
        let panels = panels.as_chunks().0.chunks_exact(windows);
        for (panel, sums) in panels.zip(sums.as_chunks_mut().0.chunks_exact_mut(lines)) {
            for (tap, sums) in (0..taps).step_by(ROWS).zip(sums.as_chunks_mut().0) {
                // Taps beyond the last are computed, and not stored.
                let starts = from_fn(|r| frame.start((tap + r).min(taps - 1)));
                add_seen(framed, starts, frame.down(), panel, width, sums);
            }
        }
        if sample + 1 == conv.batch {
            for (o, dw) in dw[w_part].chunks_exact_mut(taps).enumerate() {
                let sums = sums[o / COLUMNS * COLUMNS * lines + o % COLUMNS..].iter().step_by(COLUMNS);
                dw.iter_mut().zip(sums).for_each(|(dw, sum)| *dw = *sum);
            }
        }
    }
}

/// Adds, over all windows in order, what some taps see there times eight numbers of the window.
#[inline(never)]
fn add_seen<T: Real>(
    framed: &[T],
    starts: [usize; ROWS],
    step: usize,
    panel: &[[T; COLUMNS]],
    width: usize,
    sums: &mut [[T; COLUMNS]; ROWS],
) {
    let mut acc = sums.each_ref().map(T::load);
    for (i, panel) in panel.chunks_exact(width).enumerate() {
        let [a, b, c, d] = starts.map(|start| &framed[start + i * step..][..width]);
        for (eight, ((a, b), (c, d))) in panel.iter().zip(a.iter().zip(b).zip(c.iter().zip(d))) {
            let eight = T::load(eight);
            for (acc, x) in acc.iter_mut().zip([a, b, c, d]) {
                *acc += T::splat(*x) * eight;
            }
        }
    }
    *sums = acc.map(T::store);
}
