//! Rasters as coloured pixels, made smaller or larger.

use crate::theme::{Colour, Gradient, Theme};
use crate::view::{Pixels, Raster};

/// More pixels than any raster of a frame can have: a malformed size is not worth the memory.
const MOST: u64 = 1 << 25;

/// A block of RGB bytes to hand to a backend.
pub(super) struct Block {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

impl Block {
    pub fn new(width: usize, height: usize, colour: Colour) -> Self {
        let pixel = [colour.0, colour.1, colour.2];
        Self { width, height, rgb: pixel.repeat(width * height) }
    }
}

/// Coloured pixels; `None` is missing.
pub(super) struct Pixmap {
    pub width: usize,
    pub height: usize,
    pixels: Vec<Option<Colour>>,
}

impl Pixmap {
    /// The raster in the theme's colours. Nothing when it has no pixels or its size is absurd; pixels that its data do
    /// not reach are missing.
    pub fn of(raster: &Raster, theme: &Theme) -> Option<Self> {
        let count = u64::from(raster.width) * u64::from(raster.height);
        if count == 0 || count > MOST {
            return None;
        }
        let count = count as usize;
        let mut pixels: Vec<Option<Colour>> = match &raster.pixels {
            Pixels::Scalar { values, range, map, .. } => {
                let gradient = Gradient::new(*map, theme);
                values.iter().take(count).map(|v| gradient.at(part(*v, *range))).collect()
            }
            Pixels::Rgb(bytes) => bytes.chunks_exact(3).take(count).map(|p| Some(Colour(p[0], p[1], p[2]))).collect(),
            Pixels::Kinds { index, names } => {
                index.iter().take(count).map(|k| (usize::from(*k) < names.len()).then(|| kind(*k, theme))).collect()
            }
        };
        pixels.resize(count, None);
        Some(Self { width: raster.width as usize, height: raster.height as usize, pixels })
    }

    /// Upside down.
    #[must_use]
    pub fn flipped(mut self) -> Self {
        for row in 0..self.height / 2 {
            let (upper, lower) = self.pixels.split_at_mut((self.height - 1 - row) * self.width);
            upper[row * self.width..(row + 1) * self.width].swap_with_slice(&mut lower[..self.width]);
        }
        self
    }

    /// Not larger than `width` by `height`: several pixels become their mean.
    #[must_use]
    pub fn within(self, width: usize, height: usize) -> Self {
        if self.width <= width && self.height <= height {
            return self;
        }
        let (width, height) = (self.width.min(width.max(1)), self.height.min(height.max(1)));
        let mut pixels = Vec::with_capacity(width * height);
        for row in 0..height {
            let rows = row * self.height / height..(row + 1) * self.height / height;
            for column in 0..width {
                let columns = column * self.width / width..(column + 1) * self.width / width;
                pixels.push(self.mean(rows.clone(), columns));
            }
        }
        Self { width, height, pixels }
    }

    fn mean(&self, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> Option<Colour> {
        let (mut sum, mut count) = ([0u32; 3], 0u32);
        for row in rows {
            let line = &self.pixels[row * self.width..(row + 1) * self.width];
            for colour in line[columns.clone()].iter().flatten() {
                sum[0] += u32::from(colour.0);
                sum[1] += u32::from(colour.1);
                sum[2] += u32::from(colour.2);
                count += 1;
            }
        }
        let mean = |s: u32| ((s + count / 2) / count) as u8;
        (count > 0).then(|| Colour(mean(sum[0]), mean(sum[1]), mean(sum[2])))
    }

    /// The rows `from..from + height` on their own.
    #[must_use]
    pub fn rows(&self, from: usize, height: usize) -> Self {
        let (start, end) = (from.saturating_mul(self.width), from.saturating_add(height).saturating_mul(self.width));
        let pixels = self.pixels.get(start..end).map(<[_]>::to_vec).unwrap_or_else(|| vec![None; self.width * height]);
        Self { width: self.width, height, pixels }
    }

    /// Every colour `part` of the way to `colour`.
    pub fn fade(&mut self, colour: Colour, part: f32) {
        for pixel in self.pixels.iter_mut().flatten() {
            *pixel = pixel.mix(colour, part);
        }
    }

    /// Fills the area of `block` with its corner at `(left, top)` and this size: every pixel becomes a rectangle,
    /// missing ones are hatched with stripes `stripe` pixels wide. What lies outside of the block is left out.
    pub fn stretch(
        &self,
        block: &mut Block,
        (left, top): (usize, usize),
        (width, height): (usize, usize),
        stripe: usize,
        theme: &Theme,
    ) {
        let (width, height) =
            (width.min(block.width.saturating_sub(left)), height.min(block.height.saturating_sub(top)));
        if width == 0 {
            return;
        }
        let columns: Vec<usize> = (0..width).map(|x| x * self.width / width).collect();
        let hatch = [theme.panel.mix(theme.muted, 0.12), theme.panel.mix(theme.muted, 0.3)];
        let mut above: Option<usize> = None;
        for y in 0..height {
            let row = y * self.height / height;
            let start = ((top + y) * block.width + left) * 3;
            if above == Some(row) {
                block.rgb.copy_within(start - block.width * 3..start - block.width * 3 + width * 3, start);
                continue;
            }
            let source = &self.pixels[row * self.width..(row + 1) * self.width];
            let mut whole = true;
            for (x, (out, column)) in block.rgb[start..start + width * 3].chunks_exact_mut(3).zip(&columns).enumerate()
            {
                let colour = source[*column].unwrap_or_else(|| {
                    whole = false;
                    hatch[((x + y) / stripe.max(1)) % 2]
                });
                out.copy_from_slice(&[colour.0, colour.1, colour.2]);
            }
            // A hatched row differs from the next one.
            above = whole.then_some(row);
        }
    }
}

/// Where a number lies in a range, as a part; the middle of a range without length.
pub(super) fn part(value: f32, (lo, hi): (f32, f32)) -> f32 {
    if !value.is_finite() {
        return f32::NAN;
    }
    let (lo, hi, value) = (f64::from(lo), f64::from(hi), f64::from(value));
    let part = (value - lo) / (hi - lo);
    if part.is_finite() { part as f32 } else { 0.5 }
}

/// The colour of a kind: paler than a mark of the series, since it fills areas.
pub(super) fn kind(index: u8, theme: &Theme) -> Colour {
    theme.series[usize::from(index) % theme.series.len()].mix(theme.panel, if theme.dark { 0.45 } else { 0.3 })
}
