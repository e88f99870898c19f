//! Planes in a frame of zeros, laid out so that neighbouring windows are neighbours in memory.

use super::{Conv, Real};

/// Numbers behind the last frame: eight are read where fewer are left.
pub(super) const SLACK: usize = 8;

/// Where the numbers of a plane lie in its frame.
///
/// A line of the frame holds the numbers whose place is 0 modulo the stride, then those whose place is 1, and so on. So
/// what the windows of neighbouring outputs see at one tap lies side by side.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    conv: &'a Conv,
    /// Windows above each other, and side by side.
    windows: [usize; 2],
    /// Number of lines.
    height: usize,
    /// Length of the part of a line for one place modulo the stride.
    part: usize,
}

impl<'a> Frame<'a> {
    /// The frame of a convolution with so many outputs.
    pub fn new(conv: &'a Conv, windows: [usize; 2]) -> Self {
        let reach = |axis: usize| conv.dilation[axis] * (conv.kernel[axis] - 1);
        let height = (windows[0] - 1) * conv.stride[0] + reach(0) + 1;
        Self { conv, windows, height, part: windows[1] + reach(1) / conv.stride[1] }
    }

    /// Numbers of a line.
    fn line_len(&self) -> usize {
        self.conv.stride[1] * self.part
    }

    /// Numbers of a frame.
    pub fn plane_len(&self) -> usize {
        self.height * self.line_len()
    }

    /// Numbers of so many frames and what may be read behind them.
    pub fn len(&self, planes: usize) -> usize {
        planes * self.plane_len() + SLACK
    }

    /// The numbers of a line of the input that lie side by side in the frame: where the first one lies, how many places
    /// there are from there on, and which number of the line it is.
    fn parts(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let ([_, stride], [_, before]) = (self.conv.stride, self.conv.padding);
        (0..stride).map(move |part| {
            let inside = before.saturating_sub(part).div_ceil(stride);
            let first = part + inside * stride - before;
            (part * self.part + inside, self.part.saturating_sub(inside), first)
        })
    }

    /// The lines of the input with their lines of the frame, as far as any window sees them.
    fn lines(&self) -> impl Iterator<Item = (usize, usize)> {
        let [above, _] = self.conv.padding;
        (0..self.conv.input[0].min(self.height.saturating_sub(above))).map(move |i| (i, i + above))
    }

    /// Copies planes into frames that hold zeros elsewhere.
    pub fn fill<T: Real>(&self, planes: &[T], framed: &mut [T]) {
        let ([height, width], length) = (self.conv.input, self.line_len());
        let frames = framed.chunks_exact_mut(self.plane_len());
        for (plane, frame) in planes.chunks_exact((height * width).max(1)).zip(frames) {
            for (i, framed) in self.lines() {
                let (line, frame) = (&plane[i * width..][..width], &mut frame[framed * length..][..length]);
                for (place, room, first) in self.parts() {
                    let numbers = line.iter().skip(first).step_by(self.conv.stride[1]);
                    frame.iter_mut().skip(place).take(room).zip(numbers).for_each(|(frame, x)| *frame = *x);
                }
            }
        }
    }

    /// Copies the planes out of their frames; what no window sees becomes zero.
    pub fn take<T: Real>(&self, framed: &[T], planes: &mut [T]) {
        let ([height, width], length) = (self.conv.input, self.line_len());
        planes.fill(T::default());
        let frames = framed.chunks_exact(self.plane_len());
        for (plane, frame) in planes.chunks_exact_mut((height * width).max(1)).zip(frames) {
            for (i, framed) in self.lines() {
                let (line, frame) = (&mut plane[i * width..][..width], &frame[framed * length..][..length]);
                for (place, room, first) in self.parts() {
                    let numbers = line.iter_mut().skip(first).step_by(self.conv.stride[1]);
                    frame.iter().skip(place).take(room).zip(numbers).for_each(|(frame, x)| *x = *frame);
                }
            }
        }
    }

    /// Whether eight windows side by side see at neighbouring taps what lies side by side, too.
    pub fn is_seen_as_it_lies(&self) -> bool {
        self.windows[1] >= 8 && self.conv.stride[1] == 1 && self.conv.dilation[1] == 1
    }

    /// From what a window sees at its first tap to what it sees at tap (u, v) of the same plane, where the stride is 1.
    pub fn tap(&self, u: usize, v: usize) -> usize {
        u * self.conv.dilation[0] * self.line_len() + v * self.conv.dilation[1]
    }

    /// Width of a kernel.
    pub fn kernel_width(&self) -> usize {
        self.conv.kernel[1]
    }

    /// Numbers of an output channel's kernel.
    pub fn taps(&self) -> usize {
        self.conv.taps(self.conv.in_channels)
    }

    /// Where a window at the start sees what stands at the first tap of each line of the kernel, in order.
    pub fn kernel_lines(&self) -> impl Iterator<Item = usize> {
        let (plane, line) = (self.plane_len(), self.conv.dilation[0] * self.line_len());
        let [height, _] = self.conv.kernel;
        (0..self.conv.in_channels / self.conv.groups).flat_map(move |c| (0..height).map(move |u| c * plane + u * line))
    }

    /// From a window to the one below.
    pub fn down(&self) -> usize {
        self.conv.stride[0] * self.line_len()
    }

    /// Where window 0 sees what stands at the tap (c, u, v), by its number.
    pub fn start(&self, tap: usize) -> usize {
        let [height, width] = self.conv.kernel;
        let (c, u, v) = (tap / (height * width), tap / width % height, tap % width);
        let (line, place) = (u * self.conv.dilation[0], v * self.conv.dilation[1]);
        let (part, inside) = (place % self.conv.stride[1], place / self.conv.stride[1]);
        c * self.plane_len() + line * self.line_len() + part * self.part + inside
    }

    /// Copies what eight windows from number `window` on see at each tap, tap by tap, to `panel`, behind which there is
    /// [`SLACK`]. Behind the last window anything is copied.
    pub fn gather<T: Real>(&self, framed: &[T], window: usize, taps: usize, panel: &mut [T]) {
        let [height, width] = self.windows;
        // Windows of one line are copied together. Eight are always written: the next ones mend what is too much.
        let (mut stretches, mut count, mut lane) = ([(0, 0); 8], 0, 0);
        while lane < 8 && window + lane < height * width {
            let (i, j) = ((window + lane) / width, (window + lane) % width);
            stretches[count] = (i * self.down() + j, lane);
            count += 1;
            lane += width - j;
        }
        if let [(start, 0)] = stretches[..count] {
            let mut eights = panel.as_chunks_mut::<8>().0.iter_mut();
            self.each_place(taps, |place| {
                if let (Some(to), Some(from)) = (eights.next(), eight(framed, start + place)) {
                    *to = *from;
                }
            });
            return;
        }
        let mut at = 0;
        self.each_place(taps, |place| {
            for (start, lane) in &stretches[..count] {
                let to = panel.get_mut(at + lane..).and_then(|to| to.first_chunk_mut::<8>());
                if let (Some(to), Some(from)) = (to, eight(framed, start + place)) {
                    *to = *from;
                }
            }
            at += 8;
        });
    }

    /// Gives where window 0 sees each tap, in order.
    #[inline(always)]
    fn each_place(&self, taps: usize, mut each: impl FnMut(usize)) {
        let ([height, width], [_, stride], [down, right]) = (self.conv.kernel, self.conv.stride, self.conv.dilation);
        let (plane, line) = (self.plane_len(), down * self.line_len());
        let (whole, rest) = (right / stride, right % stride);
        for c in 0..taps / (height * width) {
            for u in 0..height {
                let (mut place, mut phase) = (c * plane + u * line, 0);
                for _ in 0..width {
                    each(place);
                    (place, phase) = (place + whole + rest * self.part, phase + rest);
                    if phase >= stride {
                        (place, phase) = (place + 1 - stride * self.part, phase - stride);
                    }
                }
            }
        }
    }
}

/// Eight numbers from `start` on.
#[inline(always)]
fn eight<T>(numbers: &[T], start: usize) -> Option<&[T; 8]> {
    numbers.get(start..).and_then(|numbers| numbers.first_chunk())
}
