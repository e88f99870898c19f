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

    /// Where a number of the input's line lies, if any window sees it.
    fn place(&self, j: usize) -> Option<usize> {
        let place = j + self.conv.padding[1];
        let (part, inside) = (place % self.conv.stride[1], place / self.conv.stride[1]);
        (inside < self.part).then_some(part * self.part + inside)
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
                if self.conv.stride[1] == 1 {
                    let frame = frame.get_mut(self.conv.padding[1]..).unwrap_or_default();
                    frame.iter_mut().zip(line).for_each(|(frame, x)| *frame = *x);
                } else {
                    for (j, x) in line.iter().enumerate() {
                        if let Some(place) = self.place(j) {
                            frame[place] = *x;
                        }
                    }
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
                for (j, x) in line.iter_mut().enumerate() {
                    if let Some(place) = self.place(j) {
                        *x = frame[place];
                    }
                }
            }
        }
    }

    /// Where window 0 of line `i` sees what stands at the tap (c, u, v), by its number.
    #[inline(always)]
    pub fn start(&self, i: usize, tap: usize) -> usize {
        let [height, width] = self.conv.kernel;
        let (c, u, v) = (tap / (height * width), tap / width % height, tap % width);
        let (line, place) = (i * self.conv.stride[0] + u * self.conv.dilation[0], v * self.conv.dilation[1]);
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
            stretches[count] = (self.start(i, 0) + j, lane);
            count += 1;
            lane += width - j;
        }
        let stretches = &stretches[..count];
        let [_, kernel_width] = self.conv.kernel;
        let (mut place, mut tap) = (0, 0);
        while tap < taps {
            if tap % kernel_width == 0 {
                place = self.start(0, tap);
            }
            for (start, lane) in stretches {
                let (from, to) = (framed.get(start + place..), panel.get_mut(8 * tap + lane..));
                if let (Some(from), Some(to)) =
                    (from.and_then(|s| s.first_chunk::<8>()), to.and_then(|s| s.first_chunk_mut::<8>()))
                {
                    *to = *from;
                }
            }
            tap += 1;
            place = if self.conv.stride[1] == 1 { place + self.conv.dilation[1] } else { self.start(0, tap) };
        }
    }
}
