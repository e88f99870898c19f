//! The view model: what an exhibit emits to be drawn.
//!
//! A [`Frame`] holds the figures and panels of one moment. It says what there is to see in the exhibit's own units;
//! [`crate::paint`] decides on pixels, fonts and colours.

mod network;
mod space;

pub use network::{ABSENT, ALIVE, GHOST, Hit, Network};
pub use space::{Arrow, Camera, Projection, Seen, Space, Spot, Wire};

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Everything that an exhibit shows at one step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Steps made so far.
    pub step: u64,
    /// One sentence on what is to be seen right now ("The state is a mixture of 3, 5 and 8."); may be empty.
    pub says: String,
    /// Named numbers.
    pub figures: Vec<Figure>,
    /// Pictures in reading order; the first is the stage.
    pub panels: Vec<Panel>,
}

/// A named number, shown as text beside the pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Identifier (`data-figure`): lower case, words joined by hyphens.
    pub name: String,
    /// What the page calls it.
    pub label: String,
    /// The number. Printed in Rust's shortest round-trip form.
    pub value: f64,
    /// Unit; may be empty.
    pub unit: String,
    /// One sentence on what it measures.
    pub about: String,
}

/// A picture with its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Identifier (`data-panel`): lower case, words joined by hyphens.
    pub name: String,
    /// Heading.
    pub title: String,
    /// What the picture shows at this moment, in words and figures: the canvas's text alternative.
    pub alt: String,
    /// How much room it asks for.
    pub room: Room,
    /// What the pointer does here ("Drag to draw, shift-drag to erase"); empty when the panel takes no touches.
    pub touch: String,
    /// The picture itself.
    pub picture: Picture,
}

/// How much room a panel asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Room {
    /// The main picture.
    Stage,
    /// One cell of the grid of panels.
    Cell,
    /// Two cells beside each other.
    Wide,
}

/// The kinds of picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Picture {
    /// Axes with marks, over an optional field of colours: line charts, scatters, bars, bands, maps, trajectories.
    Plot(Plot),
    /// A field of square pixels without axes.
    Image(Raster),
    /// Many small images.
    Grid(Grid),
    /// Numbers and words in rows.
    Table(Table),
    /// Layers of units with the weights between them.
    Network(Network),
    /// Points, arrows and wires in space.
    Space(Space),
}

/// How an axis divides its range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AxisScale {
    /// Equal distances.
    #[default]
    Linear,
    /// Equal ratios, base 10; values at or below zero are not drawn.
    Log,
}

/// One axis of a plot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What is measured.
    pub label: String,
    /// Unit; may be empty.
    pub unit: String,
    /// Scale.
    pub scale: AxisScale,
    /// The range to show, or that of the marks (with a margin) when none is given.
    pub range: Option<(f32, f32)>,
}

impl Axis {
    /// A linear axis that fits its marks.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }
    /// With a unit.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }
    /// Logarithmic.
    #[must_use]
    pub fn log(mut self) -> Self {
        self.scale = AxisScale::Log;
        self
    }
    /// From `lo` to `hi`.
    #[must_use]
    pub fn range(mut self, lo: f32, hi: f32) -> Self {
        self.range = Some((lo, hi));
        self
    }
}

/// A plot: axes, marks, an optional field behind them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// A field of colours that fills the axes' ranges (both must be given); row 0 is at the bottom.
    pub field: Option<Raster>,
    /// Marks, drawn in order.
    pub marks: Vec<Mark>,
    /// Whether x and y have the same scale in pixels (for maps of a plane).
    pub square: bool,
}

/// The role of a mark's colour; the theme chooses the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ink {
    /// The n-th of the categorical palette (colour-blind safe, repeats after eight).
    Series(u8),
    /// What the eye should find first: the current state.
    Accent,
    /// A theory or reference curve.
    Theory,
    /// Less important.
    Muted,
    /// The text colour.
    Text,
}

/// A named set of shapes in one colour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Name in the legend and on hover; empty keeps it out of the legend.
    pub label: String,
    /// Colour role.
    pub ink: Ink,
    /// The shapes.
    pub shape: Shape,
}

/// Shapes; `x` and `y` are of equal length, in the axes' units. Points that are not finite leave a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// A line through the points.
    Line {
        /// Abscissae.
        x: Vec<f32>,
        /// Ordinates.
        y: Vec<f32>,
        /// Whether it is dashed.
        dashed: bool,
    },
    /// Single points.
    Points {
        /// Abscissae.
        x: Vec<f32>,
        /// Ordinates.
        y: Vec<f32>,
        /// Radius in CSS pixels.
        radius: f32,
        /// Filled discs, else rings.
        filled: bool,
    },
    /// The area between two lines.
    Band {
        /// Abscissae.
        x: Vec<f32>,
        /// Lower ends.
        lo: Vec<f32>,
        /// Upper ends.
        hi: Vec<f32>,
    },
    /// Upright bars from zero, centred at `x`.
    Bars {
        /// Centres.
        x: Vec<f32>,
        /// Heights.
        y: Vec<f32>,
        /// Width in units of x.
        width: f32,
    },
    /// Whiskers: vertical intervals.
    Intervals {
        /// Abscissae.
        x: Vec<f32>,
        /// Lower ends.
        lo: Vec<f32>,
        /// Upper ends.
        hi: Vec<f32>,
    },
    /// A straight line across the plot at `x` (vertical).
    AtX(f32),
    /// A straight line across the plot at `y` (horizontal).
    AtY(f32),
    /// Words beside points.
    Words {
        /// Abscissae.
        x: Vec<f32>,
        /// Ordinates.
        y: Vec<f32>,
        /// One text a point.
        text: Vec<String>,
    },
}

/// A field of pixels, row by row; row 0 is at the top of an image, at the bottom of a plot's field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Raster {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What the pixels hold.
    pub pixels: Pixels,
}

/// What the pixels of a raster hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Pixels {
    /// Numbers, through a colour map.
    Scalar {
        /// `width * height` numbers; those not finite are drawn as missing.
        values: Vec<f32>,
        /// The numbers at the colour map's ends.
        range: (f32, f32),
        /// The colour map.
        map: ColourMap,
        /// What the numbers are, for the colour bar; empty means no colour bar.
        label: String,
    },
    /// Colours: three bytes a pixel.
    Rgb(#[serde(with = "bytes")] Vec<u8>),
    /// One of several kinds: an index into `names`; larger ones are drawn as missing.
    Kinds {
        /// One index a pixel.
        #[serde(with = "bytes")]
        index: Vec<u8>,
        /// What the kinds are called, for the legend and on hover.
        names: Vec<String>,
    },
}

/// Perceptually uniform colour maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColourMap {
    /// From background to ink: a picture of a pattern (-1 or 0 is paper, +1 is ink), in both themes.
    Ink,
    /// Dark to bright (viridis).
    Sequential,
    /// Blue through neutral to red, centred in the range.
    Diverging,
    /// Black to white in both themes: photographs.
    Grey,
}

/// Many small images of the same size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// All images one below the other: a raster of `width` by `height * cells.len()`.
    pub images: Raster,
    /// Rows of one image.
    pub height: u32,
    /// One entry an image.
    pub cells: Vec<Cell>,
}

/// One small image of a grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Short text under it; may be empty.
    pub label: String,
    /// How strongly it is lit, 0 to 1.
    pub light: f32,
}

/// Numbers and words in rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Column headings.
    pub columns: Vec<String>,
    /// Rows, each as long as `columns`.
    pub rows: Vec<Vec<String>>,
}

/// A pointer or key on a panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Touch {
    /// The panel's name.
    pub panel: String,
    /// What happened.
    pub phase: Phase,
    /// Where, in the panel's own coordinates: a plot's units; an image's pixels from its top left corner (fractional);
    /// a grid's cell number (`y` is 0); a table's column and row; a network's layer and height (see [`Network`]); a
    /// space's plane of projection (see [`Space`]).
    pub x: f32,
    /// See `x`.
    pub y: f32,
    /// Whether the visitor asks for the opposite: shift, or the secondary button.
    pub shift: bool,
}

/// What happened to the pointer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Pressed.
    Down,
    /// Moved while pressed.
    Move,
    /// Released, or lost.
    Up,
    /// A key with the panel in focus, as the browser names it ("ArrowLeft", " ", "Enter").
    Key(String),
}

/// A picture that the visitor gave: RGBA, four bytes a pixel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// The file's name, for sentences about it.
    pub name: String,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `4 * width * height` bytes.
    #[serde(with = "bytes")]
    pub rgba: Vec<u8>,
}

/// Byte strings as one run of bytes instead of a sequence of numbers.
mod bytes {
    use serde::de::{Deserializer, Error, Visitor};
    use serde::ser::Serializer;

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Vec<u8>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: Error>(self, v: &[u8]) -> Result<Vec<u8>, E> {
                Ok(v.to_vec())
            }
            fn visit_byte_buf<E: Error>(self, v: Vec<u8>) -> Result<Vec<u8>, E> {
                Ok(v)
            }
        }
        deserializer.deserialize_byte_buf(Bytes)
    }
}

impl Frame {
    /// Adds a figure.
    pub fn figure(&mut self, name: &str, label: &str, value: f64, unit: &str, about: &str) {
        self.figures.push(Figure {
            name: name.into(),
            label: label.into(),
            value,
            unit: unit.into(),
            about: about.into(),
        });
    }

    /// Adds a panel.
    pub fn panel(&mut self, name: &str, title: impl Into<String>, room: Room, picture: Picture) -> &mut Panel {
        self.panels.push(Panel {
            name: name.into(),
            title: title.into(),
            alt: String::new(),
            room,
            touch: String::new(),
            picture,
        });
        let last = self.panels.len() - 1;
        &mut self.panels[last]
    }
}

impl Panel {
    /// Sets the text alternative.
    pub fn alt(&mut self, alt: impl Into<String>) -> &mut Self {
        self.alt = alt.into();
        self
    }
    /// Makes the panel take touches; `touch` tells the visitor what they do.
    pub fn touch(&mut self, touch: impl Into<String>) -> &mut Self {
        self.touch = touch.into();
        self
    }
}

impl Panel {
    /// The panel as seen from another camera, so that a page can turn a space without asking the exhibit. Panels that
    /// are no space, and all without a camera, stay as they are.
    pub fn seen_from(&self, camera: Option<Camera>) -> Cow<'_, Self> {
        match (camera, &self.picture) {
            (Some(camera), Picture::Space(_)) => {
                let mut turned = self.clone();
                if let Picture::Space(space) = &mut turned.picture {
                    space.camera = camera;
                }
                Cow::Owned(turned)
            }
            _ => Cow::Borrowed(self),
        }
    }
}

impl Plot {
    /// An empty plot.
    pub fn new(x: Axis, y: Axis) -> Self {
        Self { x, y, ..Self::default() }
    }
    /// Adds a mark.
    pub fn mark(&mut self, label: impl Into<String>, ink: Ink, shape: Shape) -> &mut Self {
        self.marks.push(Mark { label: label.into(), ink, shape });
        self
    }
    /// Adds a solid line.
    pub fn line(&mut self, label: impl Into<String>, ink: Ink, x: Vec<f32>, y: Vec<f32>) -> &mut Self {
        self.mark(label, ink, Shape::Line { x, y, dashed: false })
    }
    /// Adds a dashed line.
    pub fn dashes(&mut self, label: impl Into<String>, ink: Ink, x: Vec<f32>, y: Vec<f32>) -> &mut Self {
        self.mark(label, ink, Shape::Line { x, y, dashed: true })
    }
    /// Adds filled points.
    pub fn points(&mut self, label: impl Into<String>, ink: Ink, x: Vec<f32>, y: Vec<f32>) -> &mut Self {
        self.mark(label, ink, Shape::Points { x, y, radius: 3.0, filled: true })
    }
}
