//! Colour maps: numbers from 0 to 1 to colours.

use super::{Colour, Theme};
use crate::view::ColourMap;

/// Viridis (van der Walt and Smith), every sixteenth of the way.
const VIRIDIS: [u32; 17] = [
    0x440154, 0x48186a, 0x472d7b, 0x424086, 0x3b528b, 0x33638d, 0x2c728e, 0x26828e, 0x21918c, 0x1fa088, 0x28ae80,
    0x3fbc73, 0x5ec962, 0x84d44b, 0xaddc30, 0xd8e219, 0xfde725,
];

/// Blue to paper to red: two straight lines of equal length in OKLab, so that equal steps look equal.
const DIVERGING_LIGHT: [u32; 17] = [
    0x185295, 0x3666a1, 0x517aac, 0x6c8db7, 0x87a1c2, 0xa2b5cc, 0xbdc9d7, 0xd9dde0, 0xf6f2ea, 0xecd8ce, 0xe2bfb2,
    0xd6a697, 0xca8e7d, 0xbe7562, 0xb05c49, 0xa2422e, 0x93250e,
];

/// The same for dark: the middle is dark, the ends are bright.
const DIVERGING_DARK: [u32; 17] = [
    0x7cc6ff, 0x70b0e3, 0x639bc7, 0x5786ab, 0x4c7291, 0x405e78, 0x354b5f, 0x2a3947, 0x1f2831, 0x38363b, 0x524546,
    0x6d5450, 0x89635a, 0xa57364, 0xc3826e, 0xe19278, 0xffa282,
];

/// A colour map as a table of 256 colours.
#[derive(Clone, Debug)]
pub struct Gradient {
    colours: Vec<Colour>,
}

impl Gradient {
    /// The table of `map` in `theme`.
    pub fn new(map: ColourMap, theme: &Theme) -> Self {
        let colours = match map {
            ColourMap::Ink => table(&[theme.panel, theme.ink]),
            ColourMap::Grey => table(&[Colour(0, 0, 0), Colour(255, 255, 255)]),
            ColourMap::Sequential => table(&VIRIDIS.map(Colour::hex)),
            ColourMap::Diverging if theme.dark => table(&DIVERGING_DARK.map(Colour::hex)),
            ColourMap::Diverging => table(&DIVERGING_LIGHT.map(Colour::hex)),
        };
        Self { colours }
    }

    /// The colour at `part` (0 to 1; what lies outside gets the end's colour). None when it is no number.
    pub fn at(&self, part: f32) -> Option<Colour> {
        let last = self.colours.len() - 1;
        // An infinite value is no measurement either.
        part.is_finite().then(|| self.colours[(part.clamp(0.0, 1.0) * last as f32 + 0.5) as usize])
    }
}

fn table(stops: &[Colour]) -> Vec<Colour> {
    (0..256)
        .map(|i| {
            let along = i as f32 / 255.0 * (stops.len() - 1) as f32;
            let from = (along as usize).min(stops.len() - 2);
            stops[from].mix(stops[from + 1], along - from as f32)
        })
        .collect()
}
