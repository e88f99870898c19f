//! Small pictures: resampling, grey, black and white.

use std::fmt;

/// A picture; row after row from the top, the channels of a pixel side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    width: usize,
    height: usize,
    channels: usize,
    values: Vec<f32>,
}

/// Bytes that are no picture of the size that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageError {
    /// Width, height and channels that were said.
    pub size: [usize; 3],
    /// Bytes that there are.
    pub bytes: usize,
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([width, height, channels], bytes) = (self.size, self.bytes);
        if width == 0 || height == 0 {
            return write!(f, "The picture is empty: it is {width} wide and {height} high.");
        }
        write!(f, "A picture of {width} x {height} with {channels} values a pixel does not have {bytes} values.")
    }
}

impl std::error::Error for ImageError {}

impl Image {
    /// A picture from numbers, 0 black and 1 white (other numbers are kept as they are).
    ///
    /// # Errors
    /// When a side is zero, or there are not width x height x channels numbers.
    pub fn new(width: usize, height: usize, channels: usize, values: Vec<f32>) -> Result<Self, ImageError> {
        let count = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(channels));
        if count == Some(values.len()) && !values.is_empty() {
            Ok(Self { width, height, channels, values })
        } else {
            Err(ImageError { size: [width, height, channels], bytes: values.len() })
        }
    }

    /// A picture from bytes, 0 black and 255 white.
    ///
    /// # Errors
    /// As for [`Image::new`].
    pub fn from_bytes(width: usize, height: usize, channels: usize, bytes: &[u8]) -> Result<Self, ImageError> {
        Self::new(width, height, channels, bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect())
    }

    /// A picture in colour from bytes of red, green, blue and opacity, laid on white.
    ///
    /// # Errors
    /// As for [`Image::new`].
    pub fn from_rgba(width: usize, height: usize, bytes: &[u8]) -> Result<Self, ImageError> {
        let wrong = ImageError { size: [width, height, 4], bytes: bytes.len() };
        let (pixels, []) = bytes.as_chunks::<4>() else { return Err(wrong) };
        let on_white = |[r, g, b, a]: &[u8; 4]| {
            let a = f32::from(*a) / 255.0;
            [r, g, b].map(|c| a * (f32::from(*c) / 255.0) + (1.0 - a))
        };
        Self::new(width, height, 3, pixels.iter().flat_map(on_white).collect()).map_err(|_| wrong)
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Values a pixel: 1 for grey, 3 for red, green and blue.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The values, row after row, the channels of a pixel side by side.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The picture's values alone.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// The picture in grey; a picture of any other number of channels than three keeps its first.
    pub fn grey(&self) -> Self {
        let values = match self.channels {
            3 => grey_from_rgb(&self.values),
            channels => self.values.iter().step_by(channels).copied().collect(),
        };
        Self { channels: 1, values, ..*self }
    }

    /// The largest square about the middle.
    pub fn middle_square(&self) -> Self {
        let side = self.width.min(self.height);
        let (left, top) = ((self.width - side) / 2, (self.height - side) / 2);
        let rows = self.values.chunks_exact(self.width * self.channels).skip(top).take(side);
        let values = rows.flat_map(|row| &row[left * self.channels..(left + side) * self.channels]).copied().collect();
        Self { width: side, height: side, channels: self.channels, values }
    }

    /// The picture at another size. Each new pixel is the mean of the area that it covers, weighted by the share of each
    /// old pixel in it; so a larger picture repeats the old pixels, and the mean of all values stays. A side of zero is
    /// taken as one.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(1), height.max(1));
        let across = resample(&self.values, self.width, self.channels, width);
        let values = resample(&across, self.height, width * self.channels, height);
        Self { width, height, channels: self.channels, values }
    }

    /// 1 where the value is above the mean of all, else -1: a pattern for a network of spins.
    pub fn binarised(&self) -> Vec<f32> {
        binarise_at_mean(&self.values)
    }
}

/// Averages along one axis of `values`, seen as [any, `from`, `inner`], to length `to`.
fn resample(values: &[f32], from: usize, inner: usize, to: usize) -> Vec<f32> {
    if from == to {
        return values.to_vec();
    }
    let (old, new) = (from as u64, to as u64);
    let mut out = Vec::with_capacity(values.len() / from * to);
    let mut sums = vec![0.0f64; inner];
    for line in values.chunks_exact(from * inner) {
        for x in 0..to {
            // In units in which an old pixel is `new` long and a new one `old`, every overlap is a whole number.
            let (start, end) = (x as u64 * old, (x as u64 + 1) * old);
            sums.fill(0.0);
            for i in start / new..end.div_ceil(new) {
                let share = (end.min((i + 1) * new) - start.max(i * new)) as f64;
                let pixel = &line[i as usize * inner..];
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += share * f64::from(*value);
                }
            }
            out.extend(sums.iter().map(|sum| (sum / from as f64) as f32));
        }
    }
    out
}

/// Grey from red, green and blue: the luma of Rec. 709.
pub fn grey_from_rgb(rgb: &[f32]) -> Vec<f32> {
    rgb.as_chunks::<3>().0.iter().map(|[r, g, b]| 0.2126 * r + 0.7152 * g + 0.0722 * b).collect()
}

/// 1 where a value is above the mean of all, else -1.
pub fn binarise_at_mean(values: &[f32]) -> Vec<f32> {
    let mean = values.iter().map(|x| f64::from(*x)).sum::<f64>() / values.len() as f64;
    values.iter().map(|x| if f64::from(*x) > mean { 1.0 } else { -1.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize, channels: usize) -> Image {
        let values = (0..width * height * channels).map(|i| ((i * 29 + 3) % 17) as f32 / 16.0).collect();
        Image::new(width, height, channels, values).unwrap()
    }

    fn mean(image: &Image) -> f64 {
        image.values().iter().map(|x| f64::from(*x)).sum::<f64>() / image.values().len() as f64
    }

    #[test]
    fn halving_averages_and_doubling_repeats() {
        let four = Image::new(4, 2, 1, vec![1.0, 3.0, 5.0, 7.0, 1.0, 3.0, 5.0, 7.0]).unwrap();
        assert_eq!(four.resized(2, 1).values(), [2.0, 6.0]);
        let two = Image::new(2, 1, 1, vec![0.25, 0.75]).unwrap();
        assert_eq!(two.resized(4, 2).values(), [0.25, 0.25, 0.75, 0.75, 0.25, 0.25, 0.75, 0.75]);
        // Three to two: (1 + 2/2) / 1.5 and (2/2 + 3) / 1.5.
        let three = Image::new(3, 1, 1, vec![1.0, 2.0, 3.0]).unwrap();
        let got = three.resized(2, 1);
        assert!((got.values()[0] - 4.0 / 3.0).abs() < 1e-6 && (got.values()[1] - 8.0 / 3.0).abs() < 1e-6);
    }

    #[test]
    fn any_size_keeps_the_mean_and_flat_pictures() {
        for (width, height, channels) in [(1, 1, 1), (7, 5, 1), (13, 31, 3), (28, 28, 1)] {
            let image = picture(width, height, channels);
            let flat = Image::new(width, height, channels, vec![0.3; width * height * channels]).unwrap();
            for side in [1, 2, 9, 28, 33, 64] {
                let resized = image.resized(side, side);
                assert_eq!(resized.values().len(), side * side * channels);
                assert!((mean(&resized) - mean(&image)).abs() < 1e-6, "{width} {height} {side}");
                assert!(flat.resized(side, side).values().iter().all(|x| *x == 0.3));
            }
            assert_eq!(image.resized(width, height), image);
        }
    }

    #[test]
    fn colour_channels_stay_apart() {
        let red = Image::new(2, 2, 3, [1.0, 0.0, 0.0].repeat(4)).unwrap();
        assert_eq!(red.resized(3, 3).values(), [1.0, 0.0, 0.0].repeat(9));
        assert!(red.grey().values().iter().all(|x| (x - 0.2126).abs() < 1e-7));
        assert_eq!(red.grey().channels(), 1);
        assert_eq!(picture(3, 3, 1).grey(), picture(3, 3, 1));
    }

    #[test]
    fn what_is_transparent_is_white() {
        let image = Image::from_rgba(3, 1, &[0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 0, 51]).unwrap();
        let (clear, faint) = (&image.values()[..3], &image.values()[6..]);
        assert_eq!(clear, [1.0; 3]);
        assert_eq!(image.values()[3..6], [1.0, 0.0, 0.0]);
        assert!(faint.iter().all(|x| (x - 0.8).abs() < 1e-6));
    }

    #[test]
    fn black_and_white() {
        let image = Image::from_bytes(2, 2, 1, &[0, 255, 10, 200]).unwrap();
        assert_eq!(image.binarised(), [-1.0, 1.0, -1.0, 1.0]);
        assert_eq!(Image::from_bytes(2, 1, 1, &[9, 9]).unwrap().binarised(), [-1.0, -1.0]);
    }

    #[test]
    fn the_square_is_about_the_middle() {
        let wide = Image::new(4, 2, 1, vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]).unwrap();
        assert_eq!(wide.middle_square().values(), [1.0, 2.0, 5.0, 6.0]);
        let high = Image::new(1, 3, 1, vec![0.0, 1.0, 2.0]).unwrap();
        assert_eq!(high.middle_square().values(), [1.0]);
    }

    #[test]
    fn wrong_sizes_are_told() {
        assert!(Image::from_bytes(0, 5, 1, &[]).unwrap_err().to_string().contains("empty"));
        assert!(Image::from_bytes(2, 2, 1, &[1, 2, 3]).unwrap_err().to_string().contains("2 x 2"));
        assert!(Image::from_rgba(1, 1, &[1, 2, 3]).is_err());
        assert!(Image::from_rgba(usize::MAX, 4, &[0; 16]).is_err());
        assert_eq!(picture(2, 2, 1).resized(0, 0).values().len(), 1);
    }
}
