//! The lines above a plot: the vertical axis's name, the legend, the colour bar's name.

use super::pen::{Hold, Pen, Rect, Type};
use super::pixels::kind;
use crate::theme::Colour;
use crate::view::{Mark, Pixels, Plot, Shape};
use plotters_backend::DrawingBackend;

/// What stands before a legend's text.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Sample {
    Line { dashed: bool },
    Point { filled: bool },
    Area,
    Block,
    Whisker,
}

/// One thing of a legend.
pub(super) struct Entry {
    text: String,
    colour: Colour,
    sample: Sample,
    /// Left end and row.
    left: f64,
    row: usize,
}

/// The header of a plot, laid out.
pub(super) struct Header {
    name: String,
    bar: String,
    entries: Vec<Entry>,
    /// Height in device pixels; 0 when there is nothing to say.
    pub height: f64,
}

const ROW: f64 = 18.0;
const SAMPLE: f64 = 16.0;
const GAP: f64 = 14.0;

impl Header {
    /// Lays out the header in the width of `whole`, in at most `rows` rows; entries beyond them are left out.
    pub fn new<DB: DrawingBackend>(
        pen: &Pen<DB>,
        plot: &Plot,
        bar: &str,
        whole: Rect,
        rows: usize,
    ) -> Result<Self, String> {
        Self::of(pen, &super::plot::axis_name(&plot.y), entries(pen, plot), bar, whole, rows)
    }

    /// The same for a picture that is no plot: a name at the left, these entries, a name for the colour bar.
    pub fn of<DB: DrawingBackend>(
        pen: &Pen<DB>,
        name: &str,
        mut entries: Vec<Entry>,
        bar: &str,
        whole: Rect,
        rows: usize,
    ) -> Result<Self, String> {
        let name = pen.cut(name, whole.width() * 0.7, pen.small())?;
        let bar = pen.cut(bar, whole.width() * 0.5, pen.small())?;
        let (name_width, bar_width) = (pen.width(&name, pen.small())?, pen.width(&bar, pen.small())?);
        let gap = pen.px(GAP);
        let taken = |width: f64| if width > 0.0 { width + 1.5 * gap } else { 0.0 };
        let mut widths = Vec::with_capacity(entries.len());
        for entry in &mut entries {
            entry.text = pen.cut(&entry.text, whole.width() - pen.px(SAMPLE + 5.0), legend(pen))?;
            widths.push(pen.px(SAMPLE + 5.0) + pen.width(&entry.text, legend(pen))?);
        }
        // On the names' own row if all of it fits there, else on rows below.
        let line: f64 = widths.iter().sum::<f64>() + gap * widths.len().saturating_sub(1) as f64;
        let fits = line <= whole.width() - taken(name_width) - taken(bar_width);
        let names = !name.is_empty() || !bar.is_empty();
        let mut row = usize::from(names && !fits);
        let mut left = whole.left;
        if fits {
            left = if name.is_empty() { whole.left } else { whole.right - taken(bar_width) - line };
        }
        for (entry, width) in entries.iter_mut().zip(&widths) {
            if left > whole.left && left + width > whole.right + 0.5 {
                (row, left) = (row + 1, whole.left);
            }
            (entry.left, entry.row) = (left, row);
            left += width + gap;
        }
        entries.retain(|entry| entry.row < rows);
        let used = entries.iter().map(|e| e.row + 1).max().unwrap_or(0).max(usize::from(names && rows > 0));
        // The uppermost number of an axis or colour bar stands half above the picture.
        let height = if used == 0 { 0.0 } else { pen.px(ROW * used as f64 + 6.0) };
        Ok(Self { name, bar, entries, height })
    }

    pub fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>, whole: Rect) -> Result<(), String> {
        if self.height == 0.0 {
            return Ok(());
        }
        let middle = |row: usize| whole.top + pen.px(ROW) * (row as f64 + 0.5);
        pen.text(&self.name, (whole.left, middle(0)), Hold::Start, pen.small())?;
        pen.text(&self.bar, (whole.right, middle(0)), Hold::End, pen.small())?;
        for entry in &self.entries {
            let y = middle(entry.row);
            entry.draw_sample(pen, y)?;
            pen.text(&entry.text, (entry.left + pen.px(SAMPLE + 5.0), y), Hold::Start, legend(pen))?;
        }
        Ok(())
    }
}

impl Entry {
    pub fn new(text: impl Into<String>, colour: Colour, sample: Sample) -> Self {
        Self { text: text.into(), colour, sample, left: 0.0, row: 0 }
    }

    fn draw_sample<DB: DrawingBackend>(&self, pen: &Pen<DB>, y: f64) -> Result<(), String> {
        let (left, right) = (self.left, self.left + pen.px(SAMPLE));
        let middle = (left + right) / 2.0;
        let box_of =
            |half: f64| Rect::new(middle - pen.px(half), y - pen.px(5.0), middle + pen.px(half), y + pen.px(5.0));
        match self.sample {
            Sample::Line { dashed: false } => pen.rule((left, y), (right, y), 2.0, self.colour, 1.0),
            Sample::Line { dashed: true } => [0.0, 6.0, 12.0].into_iter().try_for_each(|at| {
                pen.rule((left + pen.px(at), y), (left + pen.px(at + 4.0), y), 2.0, self.colour, 1.0)
            }),
            Sample::Point { filled: true } => pen.disc((middle, y), 4.0, self.colour, 1.0),
            Sample::Point { filled: false } => pen.ring((middle, y), 3.5, self.colour, 1.0),
            Sample::Area => pen.fill(box_of(8.0), self.colour, 0.25),
            Sample::Block => pen.fill(box_of(5.0), self.colour, 1.0),
            Sample::Whisker => {
                let half = pen.px(5.0);
                pen.rule((middle, y - half), (middle, y + half), 1.5, self.colour, 1.0)?;
                [y - half, y + half].into_iter().try_for_each(|end| {
                    pen.rule((middle - pen.px(3.0), end), (middle + pen.px(3.0), end), 1.5, self.colour, 1.0)
                })
            }
        }
    }
}

fn legend<DB: DrawingBackend>(pen: &Pen<DB>) -> Type {
    Type { colour: pen.theme.ink, ..pen.small() }
}

/// What needs explaining, each name once. Words and straight lines across the plot carry their names themselves.
fn entries<DB: DrawingBackend>(pen: &Pen<DB>, plot: &Plot) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut add = |text: &str, colour: Colour, sample: Sample| {
        let known = entries.iter().any(|e| e.text == text && e.colour == colour && e.sample == sample);
        if !text.is_empty() && !known {
            entries.push(Entry::new(text, colour, sample));
        }
    };
    if let Some(Pixels::Kinds { index: kinds, names }) = plot.field.as_ref().map(|field| &field.pixels) {
        // Only the kinds that are to be seen: room is scarce in a small panel.
        for (index, name) in (0..=u8::MAX).zip(names).filter(|(index, _)| kinds.contains(index)) {
            add(name, kind(index, pen.theme), Sample::Block);
        }
    }
    for Mark { label, ink, shape } in &plot.marks {
        let sample = match shape {
            Shape::Line { dashed, .. } => Sample::Line { dashed: *dashed },
            Shape::Points { filled, .. } => Sample::Point { filled: *filled },
            Shape::Band { .. } => Sample::Area,
            Shape::Bars { .. } => Sample::Block,
            Shape::Intervals { .. } => Sample::Whisker,
            Shape::AtX(_) | Shape::AtY(_) | Shape::Words { .. } => continue,
        };
        add(label, pen.theme.ink(*ink), sample);
    }
    entries
}
