//! Whatever an exhibit puts into a panel, drawing it neither panics nor takes long.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod samples;

use proptest::prelude::*;
use samples::recorder::{Record, Recorder};
use std::time::{Duration, Instant};
use vivarium_frame::paint::{Look, paint, probe};
use vivarium_frame::view::*;

fn panel(picture: Picture) -> Panel {
    let mut frame = Frame::default();
    frame.panel("p", "P", Room::Cell, picture);
    frame.panels.remove(0)
}

fn draw(panel: &Panel, width: u32, height: u32, ratio: f64) -> Record {
    let (backend, record) = Recorder::new(width, height);
    let placed = paint(backend, panel, &Look { dark: width.is_multiple_of(2), ratio }).unwrap();
    let (w, h) = (f64::from(width), f64::from(height));
    for (x, y) in [(0.0, 0.0), (w / 2.0, h / 2.0), (w, h), (w / 3.0, h * 0.9), (f64::NAN, 1.0), (-1e300, 1e300)] {
        let _ = placed.to_data(x, y);
        let _ = probe(panel, &placed, x, y);
    }
    record.take()
}

/// Any number: ordinary ones, and all that are not.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        6 => -10.0..10.0_f32,
        1 => any::<f32>(),
        1 => prop::sample::select(vec![
            0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-45
        ]),
    ]
}

fn numbers() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(number(), 0..40)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), ".{0,12}", "[a-z ]{0,80}"]
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        (numbers(), numbers(), any::<bool>()).prop_map(|(x, y, dashed)| Shape::Line { x, y, dashed }),
        (numbers(), numbers(), number(), any::<bool>()).prop_map(|(x, y, radius, filled)| Shape::Points {
            x,
            y,
            radius,
            filled
        }),
        (numbers(), numbers(), numbers()).prop_map(|(x, lo, hi)| Shape::Band { x, lo, hi }),
        (numbers(), numbers(), number()).prop_map(|(x, y, width)| Shape::Bars { x, y, width }),
        (numbers(), numbers(), numbers()).prop_map(|(x, lo, hi)| Shape::Intervals { x, lo, hi }),
        number().prop_map(Shape::AtX),
        number().prop_map(Shape::AtY),
        (numbers(), numbers(), prop::collection::vec(text(), 0..9)).prop_map(|(x, y, text)| Shape::Words {
            x,
            y,
            text
        }),
    ]
}

fn ink() -> impl Strategy<Value = Ink> {
    prop_oneof![
        any::<u8>().prop_map(Ink::Series),
        prop::sample::select(vec![Ink::Accent, Ink::Theory, Ink::Muted, Ink::Text])
    ]
}

fn axis() -> impl Strategy<Value = Axis> {
    (text(), text(), any::<bool>(), prop::option::of((number(), number()))).prop_map(|(label, unit, log, range)| Axis {
        label,
        unit,
        scale: if log { AxisScale::Log } else { AxisScale::Linear },
        range,
    })
}

fn side() -> impl Strategy<Value = u32> {
    prop_oneof![6 => 0..24_u32, 1 => any::<u32>()]
}

fn raster() -> impl Strategy<Value = Raster> {
    let map = prop::sample::select(vec![ColourMap::Ink, ColourMap::Sequential, ColourMap::Diverging, ColourMap::Grey]);
    let pixels = prop_oneof![
        (prop::collection::vec(number(), 0..300), (number(), number()), map, text())
            .prop_map(|(values, range, map, label)| Pixels::Scalar { values, range, map, label }),
        prop::collection::vec(any::<u8>(), 0..900).prop_map(Pixels::Rgb),
        (prop::collection::vec(0..9_u8, 0..300), prop::collection::vec(text(), 0..9))
            .prop_map(|(index, names)| Pixels::Kinds { index, names }),
    ];
    (side(), side(), pixels).prop_map(|(width, height, pixels)| Raster { width, height, pixels })
}

fn picture() -> impl Strategy<Value = Picture> {
    let mark = (text(), ink(), shape()).prop_map(|(label, ink, shape)| Mark { label, ink, shape });
    let plot = (axis(), axis(), prop::option::of(raster()), prop::collection::vec(mark, 0..6), any::<bool>())
        .prop_map(|(x, y, field, marks, square)| Picture::Plot(Plot { x, y, field, marks, square }));
    let cell = (text(), number()).prop_map(|(label, light)| Cell { label, light });
    let grid = (raster(), side(), prop::collection::vec(cell, 0..20))
        .prop_map(|(images, height, cells)| Picture::Grid(Grid { images, height, cells }));
    let row = prop::collection::vec(text(), 0..5);
    let table = (prop::collection::vec(text(), 0..5), prop::collection::vec(row, 0..30))
        .prop_map(|(columns, rows)| Picture::Table(Table { columns, rows }));
    prop_oneof![
        4 => plot,
        1 => raster().prop_map(Picture::Image),
        2 => grid,
        1 => table,
        3 => network().prop_map(Picture::Network),
        3 => space().prop_map(Picture::Space)
    ]
}

/// Mostly of the right lengths, with any numbers; sometimes not.
fn network() -> impl Strategy<Value = Network> {
    let sizes = prop::collection::vec(prop_oneof![9 => 1..30_u32, 1 => Just(0)], 0..6);
    let rest = (text(), number(), number(), number(), any::<u32>(), 0..9_usize, any::<bool>());
    (sizes, numbers(), prop::collection::vec(0..4_u8, 1..50), text(), rest).prop_map(
        |(sizes, numbers, states, label, (activation, lo, hi, strongest, most, extra, whole))| {
            let units: u32 = sizes.iter().sum();
            let weights: u32 = sizes.windows(2).map(|pair| pair[0] * pair[1]).sum();
            let extra = if whole { 0 } else { extra };
            let number = |i: usize| numbers.get(i % numbers.len().max(1)).copied().unwrap_or(0.5);
            Network {
                names: vec![label.clone(); sizes.len()],
                labels: vec![label; units as usize],
                activations: (0..units as usize + extra).map(number).collect(),
                range: (lo, hi),
                activation,
                weights: (0..weights as usize).map(number).collect(),
                states: (0..weights as usize).map(|i| states[i % states.len()]).collect(),
                strongest,
                most,
                sizes,
            }
        },
    )
}

fn space() -> impl Strategy<Value = Space> {
    let camera = (number(), number(), number(), any::<bool>()).prop_map(|(yaw, pitch, zoom, perspective)| Camera {
        yaw,
        pitch,
        zoom,
        perspective,
    });
    let arrow = (prop::array::uniform3(number()), ink(), any::<bool>(), text())
        .prop_map(|(tip, ink, dashed, label)| Arrow { tip, ink, dashed, label });
    let wire = (numbers(), ink(), any::<bool>(), text(), 0..9_u8).prop_map(|(mut ends, ink, dashed, label, torn)| {
        ends.truncate(if torn == 0 { ends.len() } else { ends.len() / 6 * 6 });
        Wire { ends, ink, dashed, label }
    });
    let parts = (prop::collection::vec(arrow, 0..4), prop::collection::vec(wire, 0..3));
    let rest = (number(), prop::option::of(0..20_u32), prop::option::of(number()), prop::array::uniform3(text()));
    (numbers(), prop::collection::vec(text(), 0..5), parts, rest, camera).prop_map(
        |(mut points, names, (arrows, wires), (radius, chosen, reach, axes), camera)| {
            points.truncate(points.len() / 3 * 3);
            let classes = (0..points.len() / 3).map(|i| (i % 7) as u8).collect();
            Space { axes, points, classes, names, radius, chosen, arrows, wires, reach, camera }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    #[test]
    fn nothing_panics(
        picture in picture(),
        width in prop_oneof![0..3_u32, 3..700_u32],
        height in prop_oneof![0..3_u32, 3..500_u32],
        ratio in prop::sample::select(vec![1.0, 2.0, 0.5, 3.0, 0.0, -1.0, f64::NAN, 1e300]),
    ) {
        let record = draw(&panel(picture), width, height, ratio);
        prop_assert!(record.commands < 100_000, "{} commands", record.commands);
    }
}

#[test]
fn every_sample_survives_every_size() {
    for panel in samples::all() {
        for (width, height) in [(0, 0), (1, 1), (0, 50), (50, 0), (2, 900), (900, 2), (17, 23), (61, 49), (120, 90)] {
            draw(&panel, width, height, 1.0);
        }
    }
}

#[test]
fn a_hundred_thousand_points_become_a_few_commands() {
    let n = 100_000;
    let x: Vec<f32> = (0..n).map(|i| i as f32).collect();
    let y: Vec<f32> = (0..n).map(samples::noise).collect();
    let shapes = [
        Shape::Line { x: x.clone(), y: y.clone(), dashed: false },
        Shape::Line { x: x.clone(), y: y.clone(), dashed: true },
        Shape::Points { x: y.clone(), y: (1..=n).map(samples::noise).collect(), radius: 2.0, filled: true },
        Shape::Band { x: x.clone(), lo: y.clone(), hi: y.iter().map(|y| y + 1.0).collect() },
        Shape::Bars { x: x.clone(), y: y.clone(), width: 1.0 },
    ];
    for shape in shapes {
        let crowd = matches!(shape, Shape::Points { .. });
        let mut plot = Plot::new(Axis::new("n"), Axis::new("noise"));
        plot.mark("noise", Ink::Accent, shape);
        let panel = panel(Picture::Plot(plot));
        let start = Instant::now();
        let record = draw(&panel, 800, 400, 1.0);
        // Generous: the machine may be busy and this build is not a release.
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
        let most = if crowd { 25_000 } else { 4_000 };
        assert!(record.points < most, "{} points", record.points);
    }
}

#[test]
fn pixels_go_over_in_one_piece() {
    assert_eq!(draw(&samples::state(), 400, 300, 1.0).blits, 1);
    assert_eq!(draw(&samples::patterns(), 400, 300, 1.0).blits, 1);
    assert_eq!(draw(&samples::basins(), 400, 300, 1.0).blits, 1);
    // The colour bar is the second.
    assert_eq!(draw(&samples::weights(), 400, 300, 1.0).blits, 2);
}

#[test]
fn axes_say_what_they_measure_in_few_short_numbers() {
    let record = draw(&samples::capacity(), 420, 280, 1.0);
    for expected in ["overlap", "load (patterns per unit)", "theory", "critical load 0.138", "0.10", "1.0"] {
        assert!(record.texts.iter().any(|t| t == expected), "{expected} is not among {:?}", record.texts);
    }
    let record = draw(&samples::log_log(), 420, 280, 1.0);
    for expected in ["10⁰", "10⁴", "0.1", "noise floor"] {
        assert!(record.texts.iter().any(|t| t == expected), "{expected} is not among {:?}", record.texts);
    }
}

/// The numbers along a lone axis.
fn ticks(axis: Axis) -> Vec<String> {
    let mut plot = Plot::new(Axis::new("").range(0.0, 1.0), axis);
    plot.points("", Ink::Accent, vec![0.5], vec![0.5]);
    let texts = draw(&panel(Picture::Plot(plot)), 300, 240, 1.0).texts;
    // The vertical axis's numbers are written before the horizontal one's.
    let own = texts.iter().position(|t| t == "0" || t == "0.0").unwrap_or(texts.len());
    if own == 0 { texts } else { texts[..own].to_vec() }
}

#[test]
fn numbers_on_axes_are_compact() {
    let has = |axis: Axis, expected: &[&str]| {
        let texts = ticks(axis);
        for e in expected {
            assert!(texts.iter().any(|t| t == e), "{e} is not among {texts:?}");
        }
    };
    has(Axis::new("").range(0.0, 50_000.0), &["10k", "50k"]);
    has(Axis::new("").range(0.0, 4e6), &["1M", "4M"]);
    has(Axis::new("").range(1e-5, 5e-5), &["1×10⁻⁵", "5×10⁻⁵"]);
    has(Axis::new("").range(-1.0, 1.0), &["\u{2212}1.0", "\u{2212}0.5"]);
    has(Axis::new("").range(1e10, 4e10), &["1×10¹⁰", "4×10¹⁰"]);
    has(Axis::new("").log().range(2.0, 30.0), &["2", "5", "10", "20"]);
    has(Axis::new("").log().range(3.1, 3.4), &["3.2"]);
    has(Axis::new("").log().range(1e-8, 1e8), &["10⁻⁴", "10⁴"]);
}
