//! Colours, for light and dark: one source for the painter and for the page's stylesheet.
//!
//! Warm paper in light, deep blue-grey in dark; everything quiet but one accent, which belongs to the current state.
//! Text colours keep a contrast of at least 4.5 : 1 on paper and on panels, the series at least 3 : 1, and the series
//! stay apart for the three kinds of colour-blindness (`tests/theme.rs` computes all of it).

mod maps;

pub use maps::Gradient;

use crate::view::Ink;
use std::fmt::{self, Write};

/// The font of pictures, as in a stylesheet: where the first is not installed the system's own is taken.
pub const FONT: &str = "Inter, system-ui, sans-serif";

/// An opaque colour: red, green, blue (sRGB).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// The colour `0xRRGGBB`.
    pub const fn hex(rgb: u32) -> Self {
        Self((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
    }

    /// `part` (0 to 1) of the way to `other`, straight in sRGB.
    #[must_use]
    pub fn mix(self, other: Colour, part: f32) -> Self {
        let part = part.clamp(0.0, 1.0);
        let blend = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * part + 0.5) as u8;
        Self(blend(self.0, other.0), blend(self.1, other.1), blend(self.2, other.2))
    }
}

/// The form of stylesheets: `#rrggbb`.
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The colours of one theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether it is the dark one.
    pub dark: bool,
    /// The page.
    pub paper: Colour,
    /// Cards and pictures on the page.
    pub panel: Colour,
    /// Text.
    pub ink: Colour,
    /// Text of less weight: axes, notes.
    pub muted: Colour,
    /// Grid lines and borders.
    pub faint: Colour,
    /// The current state; links; the main button.
    pub accent: Colour,
    /// Text on the accent.
    pub accent_ink: Colour,
    /// Curves from theory.
    pub theory: Colour,
    /// A claim that holds.
    pub good: Colour,
    /// A claim that does not, an error.
    pub bad: Colour,
    /// Neither.
    pub undecided: Colour,
    /// Categories.
    pub series: [Colour; 8],
}

const fn palette(series: [u32; 8]) -> [Colour; 8] {
    let mut colours = [Colour(0, 0, 0); 8];
    let mut i = 0;
    while i < 8 {
        colours[i] = Colour::hex(series[i]);
        i += 1;
    }
    colours
}

static LIGHT: Theme = Theme {
    dark: false,
    paper: Colour::hex(0xfaf7f1),
    panel: Colour::hex(0xfffdf9),
    ink: Colour::hex(0x20262e),
    muted: Colour::hex(0x5d626b),
    faint: Colour::hex(0xe6e0d6),
    accent: Colour::hex(0xc2371b),
    accent_ink: Colour::hex(0xffffff),
    theory: Colour::hex(0x74699a),
    good: Colour::hex(0x1f7048),
    bad: Colour::hex(0xa8232f),
    undecided: Colour::hex(0x806010),
    // The hues of Okabe and Ito without their vermilion (the accent is that), moved apart under simulated
    // colour-blindness.
    series: palette([0x4061be, 0xc18815, 0x3a9188, 0x87338a, 0x3c94d6, 0x856240, 0x957f0d, 0x4f5562]),
};

static DARK: Theme = Theme {
    dark: true,
    paper: Colour::hex(0x121920),
    panel: Colour::hex(0x19222b),
    ink: Colour::hex(0xe9e6df),
    muted: Colour::hex(0xa2abb6),
    faint: Colour::hex(0x2c3843),
    accent: Colour::hex(0xff7d5c),
    accent_ink: Colour::hex(0x1c0d08),
    theory: Colour::hex(0xaaa0d0),
    good: Colour::hex(0x6fcb9b),
    bad: Colour::hex(0xff8f92),
    undecided: Colour::hex(0xe2c15e),
    series: palette([0x2b8fe6, 0xffad03, 0x2ee0a7, 0xeba9f4, 0xacdefd, 0xc8a087, 0xf5f184, 0xc3c9d3]),
};

impl Theme {
    /// The dark theme, or the light one.
    pub fn of(dark: bool) -> &'static Theme {
        if dark { &DARK } else { &LIGHT }
    }

    /// The colour of a mark.
    pub fn ink(&self, ink: Ink) -> Colour {
        match ink {
            Ink::Series(n) => self.series[usize::from(n) % self.series.len()],
            Ink::Accent => self.accent,
            Ink::Theory => self.theory,
            Ink::Muted => self.muted,
            Ink::Text => self.ink,
        }
    }

    /// The theme as declarations of a stylesheet: `--paper: #faf7f1;` and so on, a line each.
    pub fn css_variables(dark: bool) -> String {
        let theme = Self::of(dark);
        let named = [
            ("paper", theme.paper),
            ("panel", theme.panel),
            ("ink", theme.ink),
            ("muted", theme.muted),
            ("faint", theme.faint),
            ("accent", theme.accent),
            ("accent-ink", theme.accent_ink),
            ("theory", theme.theory),
            ("good", theme.good),
            ("bad", theme.bad),
            ("undecided", theme.undecided),
        ];
        let mut css = String::new();
        for (name, colour) in named {
            let _ = writeln!(css, "--{name}: {colour};");
        }
        for (n, colour) in theme.series.iter().enumerate() {
            let _ = writeln!(css, "--series-{n}: {colour};");
        }
        css
    }
}
