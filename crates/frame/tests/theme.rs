//! Colours that can be read and told apart.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use vivarium_frame::theme::{Colour, Gradient, Theme};
use vivarium_frame::view::{ColourMap, Ink};

type Vector = [f64; 3];

/// Linear light.
fn linear(Colour(r, g, b): Colour) -> Vector {
    [r, g, b].map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
}

fn times(m: [Vector; 3], v: Vector) -> Vector {
    m.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// WCAG's contrast of two colours.
fn contrast(a: Colour, b: Colour) -> f64 {
    let luminance = |c| linear(c).iter().zip([0.2126, 0.7152, 0.0722]).map(|(c, w)| c * w).sum::<f64>() + 0.05;
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) / a.min(b)
}

/// Ottosson's OKLab, in which equal distances look about equal.
fn oklab(light: Vector) -> Vector {
    let cones = times(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ],
        light,
    );
    times(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ],
        cones.map(f64::cbrt),
    )
}

fn distance(a: Vector, b: Vector) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// Full colour vision, and none of the red, green or blue receptors (Machado, Oliveira and Fernandes 2009).
const SIGHTS: [[Vector; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
];

fn themes() -> [&'static Theme; 2] {
    [Theme::of(false), Theme::of(true)]
}

#[test]
fn text_can_be_read() {
    for t in themes() {
        for (name, colour) in [
            ("ink", t.ink),
            ("muted", t.muted),
            ("accent", t.accent),
            ("theory", t.theory),
            ("good", t.good),
            ("bad", t.bad),
            ("undecided", t.undecided),
        ] {
            for ground in [t.paper, t.panel] {
                assert!(contrast(colour, ground) >= 4.5, "{name} on {ground}: {:.2}", contrast(colour, ground));
            }
        }
        assert!(contrast(t.accent_ink, t.accent) >= 4.5);
    }
}

#[test]
fn series_stand_out_from_the_panel() {
    for t in themes() {
        for colour in t.series {
            assert!(contrast(colour, t.panel) >= 3.0, "{colour}: {:.2}", contrast(colour, t.panel));
        }
    }
}

#[test]
fn series_differ_for_every_kind_of_sight() {
    for t in themes() {
        let colours: Vec<Colour> = t.series.into_iter().chain([t.accent]).collect();
        for sight in SIGHTS {
            let seen: Vec<Vector> =
                colours.iter().map(|c| oklab(times(sight, linear(*c)).map(|v| v.clamp(0.0, 1.0)))).collect();
            for (i, a) in seen.iter().enumerate() {
                for (j, b) in seen.iter().enumerate().skip(i + 1) {
                    // The first four and the accent carry most plots; 0.02 is about the least that can be seen.
                    let first = |k: usize| k < 4 || k == 8;
                    let least = if first(i) && first(j) { 0.06 } else { 0.04 };
                    let apart = distance(*a, *b);
                    assert!(apart >= least, "{} and {}: {apart:.3}", colours[i], colours[j]);
                }
            }
        }
    }
}

#[test]
fn colour_maps_change_evenly() {
    for t in themes() {
        for map in [ColourMap::Sequential, ColourMap::Diverging] {
            let gradient = Gradient::new(map, t);
            let colours: Vec<Vector> = (0..=16).map(|i| oklab(linear(gradient.at(i as f32 / 16.0).unwrap()))).collect();
            let steps: Vec<f64> = colours.windows(2).map(|w| distance(w[0], w[1])).collect();
            let (least, most) = steps.iter().fold((f64::MAX, 0.0_f64), |(l, m), s| (l.min(*s), m.max(*s)));
            assert!(most / least < 2.2, "{map:?}: {least:.4} to {most:.4}");
        }
    }
}

#[test]
fn colour_maps_meet_their_ends_and_miss_what_is_no_number() {
    for t in themes() {
        let ink = Gradient::new(ColourMap::Ink, t);
        assert_eq!((ink.at(0.0), ink.at(1.0)), (Some(t.panel), Some(t.ink)));
        assert_eq!((ink.at(-9.0), ink.at(9.0)), (Some(t.panel), Some(t.ink)));
        assert_eq!((ink.at(f32::NAN), ink.at(f32::INFINITY)), (None, None));
        let grey = Gradient::new(ColourMap::Grey, t);
        assert_eq!((grey.at(0.0), grey.at(1.0)), (Some(Colour(0, 0, 0)), Some(Colour(255, 255, 255))));
    }
}

#[test]
fn the_stylesheet_gets_every_colour_once() {
    let names = |dark: bool| -> Vec<String> {
        let css = Theme::css_variables(dark);
        css.lines()
            .map(|line| {
                let (name, value) = line.split_once(": ").unwrap();
                assert!(value.len() == 8 && value.starts_with('#') && value.ends_with(';'), "{line}");
                name.to_owned()
            })
            .collect()
    };
    assert_eq!(names(false), names(true));
    assert_eq!(names(false).len(), 19);
    assert_eq!(names(false).iter().collect::<BTreeSet<_>>().len(), 19);
    assert!(names(false).contains(&"--accent-ink".to_owned()) && names(false).contains(&"--series-7".to_owned()));
}

#[test]
fn series_repeat_after_eight() {
    let t = Theme::of(false);
    assert_eq!(t.ink(Ink::Series(9)), t.ink(Ink::Series(1)));
}
