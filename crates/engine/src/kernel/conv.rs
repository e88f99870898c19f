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
//! see. Its panels are gathered when they are needed, from the images in a frame of zeros, one sample at a time.

use super::Real;
use super::conv_frame::{Frame, SLACK};
use super::matmul::{COLUMNS, DEPTH, ROWS, Stored, block, tiles, turn};
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
        let weight = strips_len(to, sizes.depth()) + COLUMNS * sizes.depth() + sizes.frame.len(from);
        forward.max(input).max(weight)
    }

    /// [`Conv::out`] of sizes that fit.
    fn sizes(&self) -> [usize; 2] {
        match self.out() {
            Ok(sizes) => sizes,
            Err(misfit) => panic!("{misfit}"),
        }
    }

    /// Numbers of a kernel that sees so many channels in all groups.
    fn taps(&self, channels: usize) -> usize {
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

    /// Lines of windows that the derivative by w takes together.
    fn lines(&self) -> usize {
        (DEPTH / self.out[1]).clamp(1, self.out[0])
    }

    fn depth(&self) -> usize {
        self.lines() * self.out[1]
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
    let Sizes { ref frame, from, to, taps, windows, .. } = sizes;
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
        for j in (0..windows).step_by(COLUMNS) {
            frame.gather(framed, j, taps, panel);
            let panel = &panel.as_chunks().0[..taps];
            tiles(strips.as_chunks().0, panel, [to, COLUMNS.min(windows - j)], &mut y[j..], windows, true);
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
    let Sizes { ref frame, from, to, taps, windows, out: [height, width], .. } = sizes;
    let (strips, scratch) = scratch.split_at_mut(strips_len(to, sizes.depth()));
    let (panel, scratch) = scratch.split_at_mut(COLUMNS * sizes.depth());
    let framed = &mut scratch[..frame.len(from)];
    framed.fill(T::default());
    dw.fill(T::default());
    for (_, [x_part, w_part, y_part]) in sizes.parts() {
        let (dy, dw) = (Stored { numbers: &dy[y_part], along: false, lines: to, k: windows }, &mut dw[w_part]);
        frame.fill(&x[x_part], framed);
        for i in (0..height).step_by(sizes.lines()) {
            let lines = sizes.lines().min(height - i);
            let depth = lines * width;
            dy.pack_all(i * width, depth, strips.as_chunks_mut::<ROWS>().0);
            for tap in (0..taps).step_by(COLUMNS) {
                let panel = &mut panel.as_chunks_mut().0[..depth];
                // Taps beyond the last are computed, and not stored.
                let starts: [usize; COLUMNS] = from_fn(|c| frame.start((tap + c).min(taps - 1)));
                for (i, panel) in (i..).zip(panel.chunks_exact_mut(width)) {
                    turn(starts.map(|start| &framed[start + i * frame.down()..][..width]), panel);
                }
                tiles(strips.as_chunks().0, panel, [to, COLUMNS.min(taps - tap)], &mut dw[tap..], taps, false);
            }
        }
    }
}
