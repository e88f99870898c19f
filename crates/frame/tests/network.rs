//! Networks: what lies where, what is left out, what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod samples;

use samples::recorder::Recorder;
use vivarium_frame::paint::{Look, paint, probe};
use vivarium_frame::view::*;

fn network(panel: &Panel) -> &Network {
    let Picture::Network(network) = &panel.picture else { panic!("no network") };
    network
}

/// A network of these sizes whose weights count up.
fn counted(sizes: &[u32]) -> Network {
    let weights: u32 = sizes.windows(2).map(|pair| pair[0] * pair[1]).sum();
    Network { sizes: sizes.to_vec(), weights: (0..weights).map(|i| i as f32 + 1.0).collect(), ..Network::default() }
}

#[test]
fn arrays_lie_layer_by_layer_and_row_by_row() {
    let network = counted(&[2, 3, 4]);
    assert_eq!((network.unit(0, 1), network.unit(1, 0), network.unit(2, 3)), (Some(1), Some(2), Some(8)));
    assert_eq!((network.unit(1, 3), network.unit(3, 0)), (None, None));
    assert_eq!(
        (network.weight(0, 1, 2), network.weight(1, 0, 0), network.weight(1, 2, 3)),
        (Some(5), Some(6), Some(17))
    );
    assert_eq!((network.weight(0, 2, 0), network.weight(2, 0, 0)), (None, None));
}

#[test]
fn every_drawn_unit_is_hit_where_it_stands() {
    for panel in [samples::network(), samples::large_network()] {
        let network = network(&panel);
        for layer in 0..network.sizes.len() {
            for (unit, y) in network.column(layer) {
                assert_eq!(network.place(layer, unit), Some((layer as f32, y)));
                for x in [-0.1, 0.0, 0.1] {
                    assert_eq!(network.hit(layer as f32 + x, y), Some(Hit::Unit { layer, unit }));
                }
            }
        }
    }
}

#[test]
fn every_connection_is_among_those_brushed_along_its_line() {
    let network = counted(&[3, 5, 2]);
    for (layer, from, to) in (0..3).flat_map(|a| (0..5).map(move |b| (0, a, b))).chain((0..5).map(|a| (1, a, 1))) {
        let (start, end) = (network.place(layer, from).unwrap().1, network.place(layer + 1, to).unwrap().1);
        for part in [0.2_f32, 0.37, 0.5, 0.81] {
            let (x, y) = (layer as f32 + part, start + (end - start) * part);
            assert!(network.brushed(x, y, 0.001).contains(&Hit::Weight { layer, from, to }));
            assert!(matches!(network.hit(x, y), Some(Hit::Weight { .. })));
        }
    }
}

#[test]
fn where_lines_cross_the_living_and_then_the_strong_one_is_meant() {
    let mut network = counted(&[2, 2]);
    // In the middle the lines 0 to 1 (weight 2) and 1 to 0 (weight 3) cross.
    assert_eq!(network.hit(0.5, 0.5), Some(Hit::Weight { layer: 0, from: 1, to: 0 }));
    network.states = vec![ALIVE, ALIVE, GHOST, ALIVE];
    assert_eq!(network.hit(0.5, 0.5), Some(Hit::Weight { layer: 0, from: 0, to: 1 }));
    network.states = vec![ALIVE, ABSENT, GHOST, ALIVE];
    assert_eq!(network.hit(0.5, 0.5), Some(Hit::Weight { layer: 0, from: 1, to: 0 }));
    network.states = vec![ABSENT; 4];
    assert_eq!(network.hit(0.5, 0.5), None);
}

#[test]
fn outside_nothing_is_hit() {
    let network = counted(&[2, 2]);
    for (x, y) in [(-0.2, 0.5), (1.2, 0.5), (0.5, 3.0), (7.0, 0.5), (f32::NAN, 0.5), (0.5, f32::NAN), (f32::MAX, 0.0)] {
        assert_eq!(network.hit(x, y), None, "{x} {y}");
    }
    assert_eq!(Network::default().hit(0.0, 0.5), None);
}

#[test]
fn what_is_not_drawn_is_counted() {
    let panel = samples::large_network();
    let large = network(&panel);
    assert_eq!([0, 1, 2].map(|layer| large.drawn(layer)), [16, 16, 10]);
    let units: Vec<usize> = large.column(0).into_iter().map(|(unit, _)| unit).collect();
    assert_eq!(units, (0..8).chain(188..196).collect::<Vec<_>>());
    assert_eq!(large.hit(0.0, large.gap(0).unwrap()), None, "the gap holds no unit");
    assert!(large.describe().contains("264 units and their connections are not drawn"), "{}", large.describe());
    let (backend, record) = Recorder::new(420, 280);
    paint(backend, &panel, &Look { dark: false, ratio: 1.0 }).unwrap();
    let texts = record.take().texts;
    for expected in ["180 not drawn", "84 not drawn", "pixels", "weight above 0", "below 0", "pruned"] {
        assert!(texts.iter().any(|text| text == expected), "{expected} is not among {texts:?}");
    }
    // However many are asked for, the lines stay few.
    let deep = Network { most: 64, ..counted(&[100; 20]) };
    let lines: usize = (1..20).map(|layer| deep.drawn(layer - 1) * deep.drawn(layer)).sum();
    assert!(lines <= 6000 && deep.drawn(0) >= 16, "{lines}");
}

#[test]
fn the_pointer_is_told_units_and_weights() {
    let panel = samples::network();
    let (backend, record) = Recorder::new(420, 280);
    let placed = paint(backend, &panel, &Look { dark: false, ratio: 1.0 }).unwrap();
    let texts = record.take().texts;
    assert!(["x1", "x3", "no", "yes"].iter().all(|label| texts.iter().any(|text| text == label)), "{texts:?}");
    let mut told: Vec<String> = Vec::new();
    for (x, y) in (0..280).step_by(2).flat_map(|y| (0..420).step_by(2).map(move |x| (f64::from(x), f64::from(y)))) {
        if let Some(found) = probe(&panel, &placed, x, y) {
            // The same function answers the exhibit.
            let (column, height) = placed.to_data(x, y).unwrap();
            let network = network(&panel);
            assert_eq!(found.text, network.tell(network.hit(column, height).unwrap()));
            told.push(found.text);
        }
    }
    for unit in ["input, unit 2 (x2)\nactivation: ", "hidden 2, unit 5\n", "output, unit 2 (yes)\n"] {
        assert!(told.iter().any(|text| text.starts_with(unit)), "{unit}");
    }
    assert!(told.iter().any(|t| t.contains(", pruned\nfrom input, unit ") && t.starts_with("weight: ")));
}

#[test]
fn what_does_not_fit_is_refused_in_a_sentence() {
    let whole = counted(&[2, 3]);
    assert_eq!(whole.check(), Ok(()));
    let wrong = [
        Network::default(),
        counted(&[2, 0, 3]),
        Network { sizes: vec![1; 33], ..Network::default() },
        Network { sizes: vec![u32::MAX; 3], ..Network::default() },
        Network { weights: vec![1.0; 5], ..whole.clone() },
        Network { states: vec![0; 5], ..whole.clone() },
        Network { names: vec!["a".into()], ..whole.clone() },
        Network { labels: vec!["a".into()], ..whole.clone() },
        Network { activations: vec![0.0; 6], ..whole.clone() },
    ];
    for network in wrong {
        let sentence = network.check().unwrap_err().sentence;
        assert!(sentence.ends_with('.'), "{sentence}");
        assert_eq!(network.describe(), sentence);
        let panel = Panel { picture: Picture::Network(network), ..samples::network() };
        let (backend, record) = Recorder::new(420, 280);
        let placed = paint(backend, &panel, &Look { dark: false, ratio: 1.0 }).unwrap();
        assert_eq!(record.take().texts.join(" "), sentence, "the picture says why there is none");
        assert_eq!(placed.to_data(200.0, 100.0), None);
    }
}
