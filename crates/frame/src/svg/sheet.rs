//! A whole frame on one sheet: what it says, its figures, the stage at the left, the other panels around it.

use super::{Svg, open, place, theme};
use crate::paint::{Hold, Look, Pen, Rect, Type};
use crate::theme::Theme;
use crate::view::{Figure, Frame, Panel, Room};

const MARGIN: u32 = 24;
const GAP: u32 = 16;
/// A card's inner margin and the height of its title.
const PAD: u32 = 12;
const TITLE: u32 = 26;
const LINE: f64 = 22.0;

/// The frame as an SVG document, `width` CSS pixels wide and as high as it needs.
///
/// # Errors
/// When a raster cannot be embedded.
pub fn frame(frame: &Frame, width: u32, look: &Look) -> Result<String, String> {
    let width = width.clamp(160, 16_384);
    // Text is set before the height is known, so it goes into a text of its own.
    let mut words = String::new();
    let top = set_words(&mut words, frame, width, theme(look))?;
    let (cards, height) = arrange(&frame.panels, width, top);
    let mut out = open(width, height, &frame.says);
    {
        let pen = Pen::new(Svg::new(&mut out, (width, height)), theme(look), 1.0);
        pen.fill(pen.whole(), pen.theme.paper, 1.0)?;
    }
    out.push_str(&words);
    for (panel, [left, top, width, height]) in cards {
        {
            let pen = Pen::new(Svg::new(&mut out, (left + width + 1, top + height + 1)), theme(look), 1.0);
            let card = Rect::new(f64::from(left), f64::from(top), f64::from(left + width), f64::from(top + height));
            pen.fill(card, pen.theme.panel, 1.0)?;
            pen.frame(card, 1.0, pen.theme.faint, 1.0)?;
            let font = Type { size: 13.0, colour: pen.theme.ink, bold: true };
            let title = pen.cut(&panel.title, f64::from(width.saturating_sub(2 * PAD)), font)?;
            pen.text(&title, (f64::from(left + PAD), f64::from(top + PAD) + 7.0), Hold::Start, font)?;
        }
        let inner = [
            left + PAD / 2,
            top + PAD + TITLE - 8,
            width.saturating_sub(PAD),
            height.saturating_sub(PAD / 2 + PAD + TITLE - 8),
        ];
        place(&mut out, panel, inner, look)?;
    }
    out.push_str("</svg>\n");
    Ok(out)
}

/// Writes the sentence and the figures; gives the height they take.
fn set_words(out: &mut String, frame: &Frame, width: u32, theme: &'static Theme) -> Result<u32, String> {
    let pen = Pen::new(Svg::new(out, (width, u32::MAX / 4)), theme, 1.0);
    let (left, right) = (f64::from(MARGIN), f64::from(width - MARGIN));
    let mut middle = f64::from(MARGIN) + LINE / 2.0;
    let step = Type { size: 13.0, colour: theme.muted, bold: false };
    let step_text = format!("step {}", frame.step);
    pen.text(&step_text, (right, middle), Hold::End, step)?;
    let says = Type { size: 17.0, colour: theme.ink, bold: true };
    let lines = pen.wrap(&frame.says, right - left - 90.0, says)?;
    for line in &lines {
        pen.text(line, (left, middle), Hold::Start, says)?;
        middle += LINE + 2.0;
    }
    if lines.is_empty() {
        middle += LINE;
    }
    let mut x = left;
    for figure in &frame.figures {
        let (name, value) = (Type { size: 13.0, ..step }, Type { size: 13.0, colour: theme.ink, bold: true });
        let number = figure_text(figure);
        let (name_width, value_width) = (pen.width(&figure.label, name)?, pen.width(&number, value)?);
        let taken = name_width + 6.0 + value_width;
        if x > left && x + taken > right {
            (x, middle) = (left, middle + LINE);
        }
        pen.text(&figure.label, (x, middle), Hold::Start, name)?;
        pen.text(&number, (x + name_width + 6.0, middle), Hold::Start, value)?;
        x += taken + 26.0;
    }
    let end = if frame.figures.is_empty() { middle - LINE / 2.0 } else { middle + LINE / 2.0 };
    Ok(end as u32 + GAP / 2)
}

fn figure_text(figure: &Figure) -> String {
    let number = crate::paint::compact(figure.value);
    if figure.unit.is_empty() { number } else { format!("{number} {}", figure.unit) }
}

/// Where each panel's card lies: left, top, width, height.
type Card<'a> = (&'a Panel, [u32; 4]);

/// The stage takes a little more than half of the width, the next panels the column beside it as long as they fit, the
/// others rows of three below. Also gives the sheet's height.
fn arrange(panels: &[Panel], width: u32, top: u32) -> (Vec<Card<'_>>, u32) {
    let room = width - 2 * MARGIN;
    let narrow = width < 720 || panels.len() < 2;
    let Some((stage, mut rest)) = panels.split_first() else { return (Vec::new(), top + MARGIN) };
    let stage_width = if narrow { room } else { room * 57 / 100 };
    let stage_height = stage_width * 4 / 5 + TITLE;
    let mut cards = vec![(stage, [MARGIN, top, stage_width, stage_height])];
    let mut bottom = top + stage_height;
    if !narrow {
        let left = MARGIN + stage_width + GAP;
        let side = room - stage_width - GAP;
        let fit = rest.len().min(2);
        let height = (stage_height - GAP * (fit as u32 - 1)) / fit as u32;
        for (i, panel) in rest[..fit].iter().enumerate() {
            cards.push((panel, [left, top + (height + GAP) * i as u32, side, height]));
        }
        rest = &rest[fit..];
    }
    let columns = if width < 480 {
        1
    } else if width < 960 {
        2
    } else {
        3
    };
    let cell = (room - GAP * (columns - 1)) / columns;
    let height = cell * 3 / 4 + TITLE;
    let mut column = 0;
    let mut row_top = bottom + GAP;
    for panel in rest {
        let takes = if panel.room == Room::Wide { 2.min(columns) } else { 1 };
        if column + takes > columns {
            (column, row_top) = (0, row_top + height + GAP);
        }
        cards.push((panel, [MARGIN + (cell + GAP) * column, row_top, cell * takes + GAP * (takes - 1), height]));
        bottom = row_top + height;
        column += takes;
    }
    (cards, bottom + MARGIN)
}
