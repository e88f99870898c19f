//! Panels of every kind, for the tests and the gallery.
#![allow(dead_code)]

pub mod recorder;

use vivarium_frame::view::*;

/// A repeatable number in 0..1 that looks random.
pub fn noise(n: usize) -> f32 {
    let mixed = (n as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed >> 40) as f32) / (1u64 << 24) as f32
}

fn panel(name: &str, title: &str, picture: Picture) -> Panel {
    let mut frame = Frame::default();
    frame.panel(name, title, Room::Cell, picture).alt(format!("{title}."));
    frame.panels.remove(0)
}

/// A smooth bump without any function of the platform's: x in units of its width.
fn bump(x: f32) -> f32 {
    1.0 / (1.0 + x * x)
}

pub fn energy() -> Panel {
    let x: Vec<f32> = (0..500).map(|i| i as f32).collect();
    let fall = |rate: f32, floor: f32, seed: usize| -> Vec<f32> {
        (0..500).map(|i| floor + (0.1 - floor) * bump(i as f32 * rate) + 0.01 * (noise(i + seed) - 0.5)).collect()
    };
    let mut plot = Plot::new(Axis::new("updates"), Axis::new("energy per unit"));
    plot.line("Hebb", Ink::Series(0), x.clone(), fall(0.02, -0.42, 0));
    plot.line("Storkey", Ink::Series(1), x.clone(), fall(0.012, -0.47, 7000));
    plot.line("pseudo-inverse", Ink::Series(2), x.clone(), fall(0.03, -0.5, 9000));
    plot.line("this run", Ink::Accent, x, fall(0.008, -0.53, 5000));
    panel("energy", "Energy", Picture::Plot(plot))
}

pub fn capacity() -> Panel {
    let x: Vec<f32> = (1..=20).map(|i| i as f32 * 0.01).collect();
    let curve = |x: f32| if x < 0.138 { 1.0 - 0.25 * x * x / 0.019 } else { 0.35 * bump((x - 0.138) * 40.0) };
    let y: Vec<f32> = x.iter().enumerate().map(|(i, x)| curve(*x) + 0.03 * (noise(i) - 0.5)).collect();
    let lo: Vec<f32> = y.iter().map(|y| y - 0.04).collect();
    let hi: Vec<f32> = y.iter().map(|y| (y + 0.04).min(1.0)).collect();
    let fine: Vec<f32> = (0..=200).map(|i| i as f32 * 0.001).collect();
    let theory: Vec<f32> = fine.iter().map(|x| curve(*x)).collect();
    let mut plot =
        Plot::new(Axis::new("load").unit("patterns per unit").range(0.0, 0.2), Axis::new("overlap").range(0.0, 1.05));
    plot.dashes("theory", Ink::Theory, fine, theory);
    plot.mark("", Ink::Series(0), Shape::Intervals { x: x.clone(), lo, hi });
    plot.points("measured, N = 1000", Ink::Series(0), x, y);
    plot.mark("critical load 0.138", Ink::Muted, Shape::AtX(0.138));
    plot.mark("now", Ink::Accent, Shape::Points { x: vec![0.1], y: vec![0.86], radius: 5.0, filled: false });
    panel("capacity", "Retrieval against load", Picture::Plot(plot))
}

pub fn log_log() -> Panel {
    let x: Vec<f32> = (0..40)
        .map(|i| 10.0_f32.powi(i / 8) * [1.0, 1.33, 1.78, 2.37, 3.16, 4.22, 5.62, 7.5][i as usize % 8])
        .collect();
    let y: Vec<f32> = x.iter().enumerate().map(|(i, x)| 3.0 / x.sqrt() * (0.8 + 0.4 * noise(i))).collect();
    let lo = y.iter().map(|y| y * 0.7).collect();
    let hi = y.iter().map(|y| y * 1.4).collect();
    let mut plot = Plot::new(Axis::new("training examples").log(), Axis::new("test loss").unit("nats").log());
    plot.mark("95 % interval", Ink::Series(0), Shape::Band { x: x.clone(), lo, hi });
    plot.line("mean of 8 seeds", Ink::Series(0), x, y);
    plot.mark("noise floor", Ink::Theory, Shape::AtY(0.02));
    panel("scaling", "Loss against data", Picture::Plot(plot))
}

pub fn basins() -> Panel {
    let (width, height) = (64_u32, 64_u32);
    let centres = [(16.0, 20.0), (48.0, 18.0), (34.0, 50.0)];
    let index = (0..width * height)
        .map(|i| {
            let (x, y) = ((i % width) as f32, (i / width) as f32);
            let near = |c: &(f32, f32)| (x - c.0) * (x - c.0) + (y - c.1) * (y - c.1);
            let best = (0..3).min_by(|a, b| near(&centres[*a]).total_cmp(&near(&centres[*b]))).unwrap_or(0);
            if near(&centres[best]) > 600.0 { 3 } else { best as u8 }
        })
        .collect();
    let names = ["A", "B", "C", "a mixture"].map(String::from).to_vec();
    let mut plot = Plot::new(Axis::new("u").range(-1.0, 1.0), Axis::new("v").range(-1.0, 1.0));
    plot.field = Some(Raster { width, height, pixels: Pixels::Kinds { index, names } });
    plot.square = true;
    let path: Vec<f32> = (0..30).map(|i| i as f32 / 30.0).collect();
    plot.line(
        "",
        Ink::Accent,
        path.iter().map(|t| 0.9 - 1.1 * t).collect(),
        path.iter().map(|t| -0.8 + 1.4 * t * t).collect(),
    );
    plot.mark("state", Ink::Accent, Shape::Points { x: vec![-0.17], y: vec![0.53], radius: 5.0, filled: true });
    plot.mark(
        "",
        Ink::Text,
        Shape::Words {
            x: vec![-0.5, 0.5, 0.06],
            y: vec![-0.37, -0.43, 0.56],
            text: vec!["A".into(), "B".into(), "C".into()],
        },
    );
    panel("basins", "Basins of attraction", Picture::Plot(plot))
}

pub fn phase() -> Panel {
    let (width, height) = (48_u32, 32_u32);
    let values = (0..width * height)
        .map(|i| {
            let (x, y) = ((i % width) as f32 / 47.0, (i / width) as f32 / 31.0);
            if i == 700 { f32::NAN } else { (1.0 - y - 4.0 * x * x).clamp(0.0, 1.0) }
        })
        .collect();
    let mut plot = Plot::new(Axis::new("load").range(0.0, 0.2), Axis::new("temperature").range(0.0, 1.2));
    let pixels = Pixels::Scalar { values, range: (0.0, 1.0), map: ColourMap::Sequential, label: "overlap".into() };
    plot.field = Some(Raster { width, height, pixels });
    let x: Vec<f32> = (0..40).map(|i| i as f32 * 0.0025).collect();
    let y = x.iter().map(|x| 1.1 * (1.0 - x * x * 80.0)).collect();
    plot.dashes("boundary in theory", Ink::Text, x, y);
    panel("phase", "Phase diagram", Picture::Plot(plot))
}

pub fn bars() -> Panel {
    let x: Vec<f32> = (0..12).map(|i| i as f32).collect();
    let y: Vec<f32> = (0..12).map(|i| noise(i) * 2.0 - 0.7).collect();
    let mut plot = Plot::new(Axis::new("pattern"), Axis::new("overlap"));
    plot.mark("overlap", Ink::Series(4), Shape::Bars { x, y, width: 0.8 });
    plot.mark("", Ink::Accent, Shape::Bars { x: vec![3.0], y: vec![1.2], width: 0.8 });
    panel("bars", "Overlaps", Picture::Plot(plot))
}

pub fn cloud() -> Panel {
    let mut plot = Plot::new(Axis::new("component 1"), Axis::new("component 2"));
    for k in 0..8_usize {
        let at = |i: usize, s: usize| noise(i * 2 + s + k * 999) + noise(i * 3 + s + k * 77) - 1.0;
        let x = (0..60).map(|i| at(i, 0) + (k % 4) as f32 * 1.5).collect();
        let y = (0..60).map(|i| at(i, 500) + (k / 4) as f32 * 2.0).collect();
        plot.mark(format!("class {k}"), Ink::Series(k as u8), Shape::Points { x, y, radius: 2.5, filled: true });
    }
    plot.square = true;
    panel("cloud", "Hidden units", Picture::Plot(plot))
}

/// A glyph of `side` by `side` pixels in -1..1.
fn glyph(which: usize, side: usize) -> Vec<f32> {
    let half = side as f32 / 2.0;
    (0..side * side)
        .map(|i| {
            let (x, y) = ((i % side) as f32 + 0.5 - half, (i / side) as f32 + 0.5 - half);
            let r = (x * x + y * y).sqrt() / half;
            let on = match which % 6 {
                0 => (0.5..0.8).contains(&r),
                1 => x.abs() < half * 0.2 && y.abs() < half * 0.8,
                2 => (x - y).abs() < half * 0.25 && r < 0.95,
                3 => x.abs().max(y.abs()) < half * 0.7 && x.abs().max(y.abs()) > half * 0.45,
                4 => x.abs() + y.abs() < half * 0.75,
                _ => (x.abs() < half * 0.18 || y.abs() < half * 0.18) && r < 0.9,
            };
            if on { 1.0 } else { -1.0 }
        })
        .collect()
}

pub fn state() -> Panel {
    let values = glyph(0, 32).into_iter().enumerate().map(|(i, v)| if noise(i) < 0.15 { -v } else { v }).collect();
    let pixels = Pixels::Scalar { values, range: (-1.0, 1.0), map: ColourMap::Ink, label: String::new() };
    let mut state = panel("state", "State", Picture::Image(Raster { width: 32, height: 32, pixels }));
    state.room = Room::Stage;
    state
}

pub fn weights() -> Panel {
    let side = 48;
    let values = (0..side * side)
        .map(|i| {
            let (r, c) = (i / side, i % side);
            if r == c {
                f32::NAN
            } else {
                (noise((r * c) % 97) + noise((r + c) % 89) - 1.0) * bump((r as f32 - c as f32) / 14.0)
            }
        })
        .collect();
    let pixels = Pixels::Scalar { values, range: (-1.0, 1.0), map: ColourMap::Diverging, label: "weight".into() };
    panel("weights", "Weights", Picture::Image(Raster { width: side as u32, height: side as u32, pixels }))
}

pub fn photo() -> Panel {
    let rgb = (0..40 * 30).flat_map(|i| [(i % 40 * 6) as u8, (i / 40 * 8) as u8, 120]).collect();
    panel("photo", "Colours", Picture::Image(Raster { width: 40, height: 30, pixels: Pixels::Rgb(rgb) }))
}

pub fn kinds() -> Panel {
    let index = (0..20 * 12).map(|i| if i == 50 { 9 } else { (i / 20 / 3 + i % 20 / 10) as u8 }).collect();
    let names = ["retrieved", "mixed", "spurious", "glass", "unstable"].map(String::from).to_vec();
    panel(
        "kinds",
        "Outcome of each start",
        Picture::Image(Raster { width: 20, height: 12, pixels: Pixels::Kinds { index, names } }),
    )
}

pub fn patterns() -> Panel {
    let cells = (0..11)
        .map(|i| Cell {
            label: format!("pattern {}", i + 1),
            light: if i == 4 {
                1.0
            } else if i == 7 {
                0.4
            } else {
                0.0
            },
        })
        .collect();
    let values = (0..11).flat_map(|i| glyph(i, 16)).collect();
    let pixels = Pixels::Scalar { values, range: (-1.0, 1.0), map: ColourMap::Ink, label: String::new() };
    let images = Raster { width: 16, height: 16 * 11, pixels };
    panel("patterns", "Stored patterns", Picture::Grid(Grid { images, height: 16, cells }))
}

pub fn table() -> Panel {
    let rows = [
        ["Hebb", "0.138", "\u{2212}0.52"],
        ["Storkey", "0.16", "\u{2212}0.55"],
        ["modern, \u{3b2} = 8", "12", "\u{2212}1.2"],
    ];
    let columns = ["rule", "capacity", "energy"].map(String::from).to_vec();
    panel(
        "table",
        "Rules",
        Picture::Table(Table { columns, rows: rows.map(|r| r.map(String::from).to_vec()).to_vec() }),
    )
}

/// A small network with labels, some connections pruned and a few gone.
pub fn network() -> Panel {
    let sizes = vec![3, 6, 5, 2];
    let weights: Vec<f32> = (0..58).map(|i| 2.0 * noise(i + 40) - 1.0).collect();
    let states = weights.iter().map(|w| if w.abs() < 0.12 { 2 } else { u8::from(w.abs() < 0.4) }).collect();
    let labels = ["x1", "x2", "x3", "", "", "", "", "", "", "", "", "", "", "", "no", "yes"].map(String::from).to_vec();
    let network = Network {
        sizes,
        names: ["input", "hidden 1", "hidden 2", "output"].map(String::from).to_vec(),
        labels,
        activations: (0..16).map(noise).collect(),
        range: (0.0, 1.0),
        activation: "activation".into(),
        weights,
        states,
        ..Network::default()
    };
    panel("network", "Network", Picture::Network(network))
}

/// A network too large to be drawn whole.
pub fn large_network() -> Panel {
    let weights: Vec<f32> = (0..196 * 100 + 100 * 10).map(|i| noise(i) + noise(i + 99_999) - 1.0).collect();
    let states = weights.iter().map(|w| u8::from(w.abs() < 0.6)).collect();
    let network = Network {
        sizes: vec![196, 100, 10],
        names: ["pixels", "hidden", "digits"].map(String::from).to_vec(),
        weights,
        states,
        ..Network::default()
    };
    panel("large-network", "Large network", Picture::Network(network))
}

/// Four clouds around the corners of a tetrahedron, `count` points in all.
pub fn space_of(count: usize) -> Panel {
    let corners: [[f32; 3]; 4] = [[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]];
    let spread = |i: usize| 0.9 * (noise(i) + noise(i + 77_777) - 1.0);
    let points = (0..count * 3).map(|i| corners[(i / 3) % 4][i % 3] + spread(i)).collect();
    let arrows = (0..4).flat_map(|k| {
        let mean =
            Arrow { tip: corners[k], ink: Ink::Series(k as u8), dashed: false, label: format!("mean {}", k + 1) };
        let row = corners[k].map(|v| 0.7 * v + 0.08);
        [mean, Arrow { tip: row, ink: Ink::Text, dashed: true, label: String::new() }]
    });
    let ends = (0..4).flat_map(|a| (a + 1..4).flat_map(move |b| [corners[a], corners[b]])).flatten().collect();
    let space = Space {
        axes: ["e1", "e2", "e3"].map(String::from),
        points,
        classes: (0..count).map(|i| (i % 4) as u8).collect(),
        names: ["zero", "one", "two", "three"].map(String::from).to_vec(),
        radius: 2.5,
        chosen: Some(5),
        arrows: arrows.collect(),
        wires: vec![Wire { ends, ink: Ink::Theory, dashed: false, label: "simplex".into() }],
        ..Space::default()
    };
    panel("space", "Features", Picture::Space(space))
}

pub fn space() -> Panel {
    space_of(240)
}

/// One panel of every kind.
pub fn all() -> Vec<Panel> {
    vec![
        energy(),
        capacity(),
        log_log(),
        basins(),
        phase(),
        bars(),
        cloud(),
        state(),
        weights(),
        photo(),
        kinds(),
        patterns(),
        table(),
        network(),
        large_network(),
        space(),
    ]
}

/// A frame like an exhibit's.
pub fn frame() -> Frame {
    let mut frame =
        Frame { step: 312, says: "The state settles in pattern 5; nothing else is near.".into(), ..Frame::default() };
    frame.figure("energy", "Energy", -0.5234, "", "");
    frame.figure("overlap", "Overlap with the nearest pattern", 0.9871, "", "");
    frame.figure("flips", "Flips", 12.0, "per sweep", "");
    frame.panels = vec![state(), energy(), patterns(), capacity(), weights(), basins()];
    frame
}
