use super::*;
use crate::data;
use crate::memory::cue::{Brush, Hide};
use crate::memory::modern_hopfield::Side;
use crate::memory::names::Named;
use crate::memory::patterns::Set;

fn recall(controls: &Controls) -> Recall {
    Recall::new(controls, 5, &data::store().unwrap()).unwrap()
}

fn to_rest(recall: &mut Recall) -> Named {
    for _ in 0..200_000 {
        if recall.motion != Motion::Moving {
            break;
        }
        recall.update();
    }
    assert_ne!(recall.motion, Motion::Moving);
    recall.name(&recall.overlaps())
}

#[test]
fn a_damaged_cue_comes_back() {
    let base = Controls { side: Side::Sixteen, patterns: 12, noise: 15.0, ..Controls::default() };
    for rule in [Rule::PseudoInverse, Rule::Storkey, Rule::Polynomial, Rule::Softmax] {
        for set in [Set::Random, Set::Digits] {
            let degree = 6;
            let mut recall = recall(&Controls { rule, set, degree, ..base.clone() });
            assert_eq!(recall.updates, 0);
            let named = to_rest(&mut recall);
            assert!(matches!(named, Named::Pattern(0, 0..=5)), "{rule:?} {set:?}: {named:?}");
        }
    }
}

#[test]
fn photographs_come_back_from_a_half_in_one_update() {
    let controls = Controls {
        rule: Rule::Softmax,
        set: Set::Photographs,
        hide: Hide::Left,
        patterns: 5,
        noise: 0.0,
        ..Controls::default()
    };
    let mut recall = recall(&controls);
    assert_eq!(recall.pictures.channels, 3);
    recall.update();
    assert_eq!(recall.name(&recall.overlaps()), Named::Pattern(0, 0));
}

#[test]
fn energy_only_falls_at_zero_temperature() {
    for rule in [Rule::Hebb, Rule::PseudoInverse, Rule::Storkey, Rule::Polynomial] {
        let mut recall = recall(&Controls { rule, side: Side::Sixteen, noise: 40.0, ..Controls::default() });
        let mut last = recall.walk.energy(&recall.memory);
        while recall.motion == Motion::Moving {
            recall.update();
            let energy = recall.walk.energy(&recall.memory);
            assert!(energy <= last, "{rule:?}: {last} -> {energy}");
            last = energy;
        }
    }
}

#[test]
fn spurious_states_are_named() {
    let base = Controls { rule: Rule::Hebb, set: Set::Random, patterns: 5, ..Controls::default() };
    let mut recall = recall(&base);
    let paint = |recall: &mut Recall, state: &[f32]| {
        recall.walk.restart(&mut recall.memory, state);
        recall.touched();
    };
    let x: Vec<Vec<f32>> = (0..3).map(|mu| recall.memory.pattern(mu).to_vec()).collect();
    let mirror: Vec<f32> = x[1].iter().map(|x| -x).collect();
    paint(&mut recall, &mirror);
    assert_eq!(to_rest(&mut recall), Named::Mirror(1, 0));
    let mixed: Vec<f32> = (0..mirror.len()).map(|i| (x[0][i] + x[1][i] - x[2][i]).signum()).collect();
    paint(&mut recall, &mixed);
    let Named::Mixture(mut three, signs) = to_rest(&mut recall) else { panic!("no mixture") };
    assert!(signs.iter().product::<f32>() < 0.0);
    three.sort_unstable();
    assert_eq!(three, [0, 1, 2]);
    // Far above capacity the state ends nowhere that was stored.
    let mut recall = Recall::new(&Controls { patterns: 400, ..base }, 5, &data::store().unwrap()).unwrap();
    assert!(matches!(to_rest(&mut recall), Named::Other(..)));
}

#[test]
fn parallel_updates_can_swing() {
    let mut recall = recall(&Controls {
        rule: Rule::Hebb,
        set: Set::Random,
        side: Side::Sixteen,
        patterns: 200,
        noise: 50.0,
        update: Update::Synchronous,
        ..Controls::default()
    });
    let swings = (0..20).filter(|_| {
        recall.surprise();
        to_rest(&mut recall);
        recall.motion == Motion::Swing
    });
    assert!(swings.count() > 10);
}

#[test]
fn the_visitors_picture_is_stored_and_shown() {
    let photo = Photo {
        name: "cat.png".into(),
        width: 3,
        height: 2,
        rgba: [[200, 10, 10, 255], [0, 0, 90, 255]].concat().repeat(3),
    };
    for rule in [Rule::PseudoInverse, Rule::Softmax] {
        let mut recall = recall(&Controls { rule, patterns: 6, noise: 10.0, ..Controls::default() });
        recall.add(&photo).unwrap();
        assert_eq!((recall.memory.count(), recall.cue), (7, 6));
        assert_eq!(recall.pictures.names[6], "cat.png");
        assert!(matches!(to_rest(&mut recall), Named::Pattern(6, _)), "{rule:?}");
    }
    let broken = Photo { rgba: vec![0; 5], ..photo };
    assert!(recall(&Controls::default()).add(&broken).unwrap_err().sentence.contains("cat.png"));
}

#[test]
fn forgetting_goes_down_to_one_pattern() {
    let mut recall = recall(&Controls { patterns: 4, ..Controls::default() });
    let name = recall.pictures.names[2].clone();
    recall.forget(1);
    assert_eq!((recall.memory.count(), &recall.pictures.names[1]), (3, &name));
    for _ in 0..5 {
        recall.forget(0);
    }
    assert_eq!(recall.memory.count(), 1);
    recall.sweep();
}

#[test]
fn the_brush_draws_erases_flips_and_smudges() {
    let white = |recall: &Recall| recall.walk.state().iter().filter(|s| **s > 0.0).count();
    let base = Controls { noise: 0.0, ..Controls::default() };
    let mut recall = recall(&base);
    let before = white(&recall);
    recall.press(1.0, 1.0, false);
    recall.stroke(30.0, 1.0, false);
    let drawn = white(&recall);
    assert!(drawn > before + 25);
    recall.press(30.0, 1.0, true);
    recall.stroke(1.0, 1.0, true);
    assert!(white(&recall) <= before);
    recall.adjust(&Controls { brush: Brush::Smudge, ..base.clone() }).unwrap();
    recall.press(5.0, 16.0, false);
    recall.stroke(1.0, 16.0, false);
    // The energy that was kept up to date is the one computed from scratch.
    let state = recall.walk.state().to_vec();
    assert_eq!(recall.walk.energy(&recall.memory).to_bits(), recall.memory.energy(&state).to_bits());
    assert_eq!(recall.motion, Motion::Moving);
}

#[test]
fn a_large_memory_shows_the_patterns_nearest_to_the_state() {
    let mut recall = recall(&Controls { set: Set::Random, patterns: 500, ..Controls::default() });
    assert_eq!((recall.wall.len(), recall.wall[0]), (WALL, 0));
    recall.show(77);
    assert_eq!(recall.wall[0], 77);
}
