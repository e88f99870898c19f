//! What every exhibit must do. One walk over the registry tests them all, so that a new one needs no test of this kind.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use std::collections::BTreeSet;
use vivarium_frame::controls::{Control, Kind, RESERVED, Scale, Value, Values};
use vivarium_frame::files;
use vivarium_frame::paint::Look;
use vivarium_frame::view::{Frame, Phase, Picture, Pixels, Room, Touch};
use vivarium_labs::exhibit::{Adjust, Entry, Progress, Run};
use vivarium_labs::{REGISTRY, data};

fn start(entry: &Entry, values: &Values, seed: u64) -> Box<dyn Run> {
    let store = data::load(&entry.needs(values).unwrap()).unwrap();
    entry.start(values, seed, &store).unwrap_or_else(|complaint| panic!("{} with {values:?}: {complaint}", entry.id))
}

fn draw(run: &dyn Run) -> Frame {
    let mut frame = Frame::default();
    run.draw(&mut frame);
    frame
}

fn advance(run: &mut dyn Run, steps: usize) {
    for _ in 0..steps {
        if run.step() != Progress::Running {
            break;
        }
    }
}

/// Every figure's bits, by name.
fn bits(frame: &Frame) -> Vec<(String, u64)> {
    frame.figures.iter().map(|f| (f.name.clone(), f.value.to_bits())).collect()
}

/// The values at a control's ends, or all of a choice.
fn extremes(control: &Control) -> Vec<Value> {
    match &control.kind {
        Kind::Number { min, max, .. } => vec![Value::Number(*min), Value::Number(*max)],
        Kind::Switch => vec![Value::Switch(false), Value::Switch(true)],
        Kind::Choice(options) => options.iter().map(|o| Value::Choice(o.id.clone())).collect(),
    }
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// No panel may show a frame that a reader cannot name, and no number may be missing its meaning.
fn assert_sound(id: &str, frame: &Frame) {
    assert_eq!(frame.panels.first().map(|p| p.room), Some(Room::Stage), "{id}: the first panel is the stage");
    let names: BTreeSet<&str> = frame.panels.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names.len(), frame.panels.len(), "{id}: two panels of one name");
    for panel in &frame.panels {
        assert!(is_identifier(&panel.name), "{id}: panel {}", panel.name);
        assert!(!panel.title.is_empty() && !panel.alt.is_empty(), "{id}: panel {} without title or text", panel.name);
        match &panel.picture {
            Picture::Plot(plot) => {
                assert!(
                    !plot.x.label.is_empty() && !plot.y.label.is_empty(),
                    "{id}: {} has a nameless axis",
                    panel.name
                );
            }
            Picture::Image(raster) => {
                let pixels = (raster.width * raster.height) as usize;
                let held = match &raster.pixels {
                    Pixels::Scalar { values, .. } => values.len(),
                    Pixels::Rgb(bytes) => bytes.len() / 3,
                    Pixels::Kinds { index, .. } => index.len(),
                };
                assert_eq!(held, pixels, "{id}: {}", panel.name);
            }
            Picture::Network(network) => assert_eq!(network.check(), Ok(()), "{id}: {}", panel.name),
            Picture::Space(space) => assert_eq!(space.check(), Ok(()), "{id}: {}", panel.name),
            Picture::Grid(_) | Picture::Table(_) => {}
        }
    }
    let figures: BTreeSet<&str> = frame.figures.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(figures.len(), frame.figures.len(), "{id}: two figures of one name");
    for figure in &frame.figures {
        assert!(is_identifier(&figure.name), "{id}: figure {}", figure.name);
        assert!(figure.value.is_finite(), "{id}: {} is {}", figure.name, figure.value);
        assert!(!figure.label.is_empty() && !figure.about.is_empty(), "{id}: {} is not explained", figure.name);
    }
}

#[test]
fn ids_are_unique() {
    let ids: BTreeSet<&str> = REGISTRY.iter().map(|e| e.id).collect();
    assert_eq!(ids.len(), REGISTRY.len());
}

#[test]
fn controls_are_complete() {
    for entry in REGISTRY {
        for control in &entry.schema().controls {
            let Control { name, label, about, kind, default, .. } = control;
            assert!(is_identifier(name) && !RESERVED.contains(&name.as_str()), "{}: control {name}", entry.id);
            assert!(!label.is_empty() && !about.is_empty(), "{}: {name} is not explained", entry.id);
            assert_eq!(control.validate(default), Ok(()), "{}", entry.id);
            match kind {
                Kind::Number { min, max, scale, .. } => {
                    assert!(min < max && (*scale == Scale::Linear || *min > 0.0), "{}: {name}", entry.id);
                }
                Kind::Choice(options) => assert!(options.iter().all(|o| !o.label.is_empty()), "{}: {name}", entry.id),
                Kind::Switch => {}
            }
        }
    }
}

#[test]
fn addresses_round_trip() {
    for entry in REGISTRY {
        let schema = entry.schema();
        for control in &schema.controls {
            for value in extremes(control) {
                let mut values = schema.defaults();
                values.insert(control.name.clone(), value);
                let query = schema.read_query(&schema.write_query(&values, 7));
                assert_eq!(query.complaints, [], "{}", entry.id);
                assert_eq!(query.seed, Some(7));
                assert_eq!(schema.complete(&query.values), Ok(values), "{}", entry.id);
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bits() {
    for entry in REGISTRY {
        let [mut a, mut b] = [1, 1].map(|seed| start(entry, &Values::new(), seed));
        advance(a.as_mut(), 200);
        advance(b.as_mut(), 200);
        assert_eq!(bits(&draw(a.as_ref())), bits(&draw(b.as_ref())), "{}", entry.id);
    }
}

#[test]
fn every_control_works_at_both_ends() {
    for entry in REGISTRY {
        let schema = entry.schema();
        let mut live = start(entry, &Values::new(), 0);
        for control in &schema.controls {
            for value in extremes(control) {
                let values = Values::from([(control.name.clone(), value.clone())]);
                let mut run = start(entry, &values, 0);
                advance(run.as_mut(), 20);
                assert_sound(&format!("{} with {}={value}", entry.id, control.name), &draw(run.as_ref()));
                if control.live {
                    let adjusted = live.adjust(&schema.complete(&values).unwrap());
                    assert_eq!(adjusted, Ok(Adjust::Live), "{}: {}={value}", entry.id, control.name);
                    advance(live.as_mut(), 20);
                    assert_sound(&format!("{} turned to {}={value}", entry.id, control.name), &draw(live.as_ref()));
                    live.adjust(&schema.defaults()).unwrap();
                }
            }
        }
    }
}

#[test]
fn touches_anywhere_are_survived() {
    for entry in REGISTRY {
        let mut run = start(entry, &Values::new(), 0);
        for panel in draw(run.as_ref()).panels {
            for (x, y) in [(0.0, 0.0), (-3.0, 1e9), (2.5, 2.5), (f32::NAN, f32::INFINITY), (1e9, -1e9)] {
                let keys = [" ", "Enter", "ArrowLeft", "r"].map(|key| Phase::Key(key.to_owned()));
                for phase in [Phase::Down, Phase::Move, Phase::Up].into_iter().chain(keys) {
                    for shift in [false, true] {
                        run.touch(&Touch { panel: panel.name.clone(), phase: phase.clone(), x, y, shift });
                    }
                }
                advance(run.as_mut(), 3);
            }
        }
        assert_sound(entry.id, &draw(run.as_ref()));
    }
}

/// Stored pictures show in review what a change does to what visitors see. `UPDATE_PICTURES=1` stores them anew.
#[test]
fn pictures_are_as_stored() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures");
    for entry in REGISTRY {
        let mut run = start(entry, &Values::new(), 0);
        advance(run.as_mut(), 100);
        let svg = files::frame_svg(&draw(run.as_ref()), 1200, &Look { dark: false, ratio: 1.0 }).unwrap();
        let path = folder.join(format!("{}.svg", entry.id));
        if std::env::var_os("UPDATE_PICTURES").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &svg).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            svg == stored,
            "{}: the picture has changed; store it with UPDATE_PICTURES=1 if that is meant",
            entry.id
        );
    }
}

#[test]
fn checks_are_explained() {
    for entry in REGISTRY {
        let check = entry.check();
        assert!(!check.parts.is_empty(), "{} has no check", entry.id);
        let ids: BTreeSet<&str> = check.parts.iter().map(|p| p.id).collect();
        assert_eq!(ids.len(), check.parts.len(), "{}", entry.id);
        for part in &check.parts {
            assert!(is_identifier(part.id), "{}: {}", entry.id, part.id);
            assert!(!part.measure.is_empty() && !part.because.is_empty() && part.seeds > 0 && part.cost > 0.0);
            assert!(data::load(part.needs).is_ok());
        }
    }
}
