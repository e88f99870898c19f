//! Messages survive the trip as bytes; other bytes are refused in words.
#![cfg(feature = "protocol")]

mod samples;

use proptest::prelude::*;
use vivarium_frame::Complaint;
use vivarium_frame::controls::{Value, Values};
use vivarium_frame::finding::{Finding, Sample, Verdict};
use vivarium_frame::protocol::*;
use vivarium_frame::view::{Frame, Phase, Photo, Touch};

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_filter("equal to itself", |x| !x.is_nan()).prop_map(Value::Number),
        any::<bool>().prop_map(Value::Switch),
        ".{0,9}".prop_map(Value::Choice),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let values = prop::collection::btree_map("[a-z-]{1,9}", value(), 0..5);
    let photo = prop::collection::vec(any::<u8>(), 0..64).prop_map(|rgba| Photo {
        name: "p".into(),
        width: 4,
        height: 4,
        rgba,
    });
    let phase = prop_oneof![Just(Phase::Down), Just(Phase::Move), Just(Phase::Up), ".{0,9}".prop_map(Phase::Key)];
    let touch = ("[a-z]{1,9}", phase, -9.0..9.0_f32, -9.0..9.0_f32, any::<bool>())
        .prop_map(|(panel, phase, x, y, shift)| Touch { panel, phase, x, y, shift });
    prop_oneof![
        (any::<u32>(), ".{0,9}", values, any::<u64>(), any::<u64>())
            .prop_map(|(run, exhibit, values, seed, step)| Command::Open { run, exhibit, values, seed, step }),
        (any::<u32>(), photo).prop_map(|(run, photo)| Command::Photo { run, photo }),
        (any::<u32>(), touch).prop_map(|(run, touch)| Command::Touch { run, touch }),
        (any::<u32>(), prop::option::of(0.0..1e9_f64)).prop_map(|(run, pace)| Command::Play { run, pace }),
        any::<bool>().prop_map(Command::Rest),
    ]
}

proptest! {
    #[test]
    fn commands_survive_the_trip(command in command()) {
        prop_assert_eq!(decode::<Command>(&encode(&command).unwrap()).unwrap(), command);
    }

    #[test]
    fn other_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        // They may happen to be a message; they never do harm.
        if let Err(complaint) = decode::<Event>(&bytes) {
            prop_assert!(complaint.sentence.contains("reload"));
        }
        let _ = decode::<Command>(&bytes);
    }

    #[test]
    fn a_torn_message_is_refused(cut in 0..100_usize) {
        let event = Event::Frame { run: 3, frame: samples::frame() };
        let bytes = encode(&event).unwrap();
        let end = bytes.len() * cut / 100;
        prop_assert!(decode::<Event>(&bytes[..end]).is_err());
    }
}

#[test]
fn every_panel_survives_the_trip() {
    for panel in samples::all() {
        // Numbers that are not equal to themselves are compared by their bytes.
        let frame = Frame { panels: vec![panel], ..Frame::default() };
        let bytes = encode(&frame).unwrap();
        assert_eq!(encode(&decode::<Frame>(&bytes).unwrap()).unwrap(), bytes);
    }
}

#[test]
fn pixels_travel_as_they_lie_in_memory() {
    let photo = Photo { name: String::new(), width: 100, height: 100, rgba: vec![200; 40_000] };
    assert!(encode(&Command::Photo { run: 1, photo }).unwrap().len() < 40_050);
}

#[test]
fn findings_and_complaints_survive_the_trip() {
    let finding = Finding {
        id: "modern-hopfield".into(),
        part: "capacity".into(),
        measure: "overlap".into(),
        unit: String::new(),
        baseline: String::new(),
        seeds: vec![
            Sample { seed: 1, value: 0.5, baseline: None },
            Sample { seed: 2, value: 0.6, baseline: Some(0.1) },
        ],
        value: 0.55,
        interval: [0.4, 0.7],
        expected: "at least 0.3".into(),
        verdict: Verdict::Holds,
        version: "0.1.0".into(),
        seconds: 1.5,
    };
    for finding in [Ok(finding), Err(Complaint::about("units", "Too many."))] {
        let event = Event::Concluded { job: 4, finding };
        assert_eq!(decode::<Event>(&encode(&event).unwrap()).unwrap(), event);
    }
    let values = Values::from([("a".into(), Value::Number(-0.0))]);
    let open = Command::Open { run: 1, exhibit: "x".into(), values, seed: u64::MAX, step: 0 };
    assert_eq!(decode::<Command>(&encode(&open).unwrap()).unwrap(), open);
}

#[test]
fn verdicts_use_the_words_of_the_contract() {
    for verdict in [Verdict::Holds, Verdict::Fails, Verdict::Undecided] {
        assert_eq!(serde_json::to_string(&verdict).unwrap(), format!("\"{}\"", verdict.word()));
    }
}

#[test]
fn networks_and_spaces_survive_the_trip() {
    let panels = vec![samples::network(), samples::large_network(), samples::space()];
    let event = Event::Frame { run: 1, frame: Frame { panels, ..Frame::default() } };
    let bytes = encode(&event).unwrap();
    assert_eq!(decode::<Event>(&bytes).unwrap(), event);
}
