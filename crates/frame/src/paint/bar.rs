//! The colour bar: what the colours of a field of numbers mean.

use super::pen::{Hold, Pen, Rect};
use super::pixels::Block;
use super::scale::{Scale, Spread, Tick};
use crate::theme::{Colour, Gradient};
use crate::view::{Axis, ColourMap, Pixels, Raster};
use plotters_backend::DrawingBackend;

/// A colour bar that has its ticks and knows how much room it takes.
pub(super) struct Bar<'a> {
    pub label: &'a str,
    map: ColourMap,
    ticks: Vec<Tick>,
    /// Device pixels that it takes to the right of the picture, its distance from it included.
    pub room: f64,
}

const GAP: f64 = 12.0;
const WIDTH: f64 = 10.0;

impl<'a> Bar<'a> {
    /// The bar of a raster for a picture of `height` device pixels; none where the raster asks for none.
    pub fn of<DB: DrawingBackend>(pen: &Pen<DB>, raster: &'a Raster, height: f64) -> Result<Option<Self>, String> {
        let Pixels::Scalar { range, map, label, .. } = &raster.pixels else { return Ok(None) };
        Self::new(pen, label, *range, *map, height)
    }

    /// The bar of a colour map for a picture of `height` device pixels; none without a label or a sound range.
    pub fn new<DB: DrawingBackend>(
        pen: &Pen<DB>,
        label: &'a str,
        (lo, hi): (f32, f32),
        map: ColourMap,
        height: f64,
    ) -> Result<Option<Self>, String> {
        let sound = lo.is_finite() && hi.is_finite() && lo != hi;
        if label.is_empty() || !sound {
            return Ok(None);
        }
        let scale = Scale::new(&Axis::default().range(lo, hi), Spread::default(), 0.0);
        let ticks = scale.ticks((height / pen.px(44.0)).clamp(2.0, 5.0) as usize);
        let mut widest = 0.0_f64;
        for tick in &ticks {
            widest = widest.max(pen.width(&tick.text, pen.small())?);
        }
        Ok(Some(Self { label, map, ticks, room: pen.px(GAP + WIDTH + 5.0) + widest }))
    }

    /// Draws it to the right of `picture`, as high as that.
    pub fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>, picture: Rect) -> Result<(), String> {
        let left = picture.right + pen.px(GAP);
        let area = Rect::new(left, picture.top, left + pen.px(WIDTH), picture.bottom).snapped();
        let (width, height) = (area.width() as usize, area.height() as usize);
        let gradient = Gradient::new(self.map, pen.theme);
        let mut block = Block::new(width, height, pen.theme.panel);
        for (y, row) in block.rgb.chunks_exact_mut((width * 3).max(1)).enumerate() {
            let Colour(r, g, b) = gradient.at(1.0 - (y as f32 + 0.5) / height as f32).unwrap_or(pen.theme.panel);
            row.chunks_exact_mut(3).for_each(|pixel| pixel.copy_from_slice(&[r, g, b]));
        }
        pen.blit((area.left.max(0.0) as usize, area.top.max(0.0) as usize), (width, height), block.rgb)?;
        pen.frame(area, 1.0, pen.theme.faint, 1.0)?;
        for tick in &self.ticks {
            let y = area.bottom - tick.part * area.height();
            pen.text(&tick.text, (area.right + pen.px(5.0), y), Hold::Start, pen.small())?;
        }
        Ok(())
    }
}
