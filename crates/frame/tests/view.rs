//! The view model's own forms: builders, and JSON for tools outside.

mod samples;

use vivarium_frame::view::*;

#[test]
fn builders_say_what_they_make() {
    let axis = Axis::new("load").unit("patterns").log().range(1.0, 10.0);
    let expected =
        Axis { label: "load".into(), unit: "patterns".into(), scale: AxisScale::Log, range: Some((1.0, 10.0)) };
    assert_eq!(axis, expected);
    let mut plot = Plot::new(axis, Axis::new("overlap"));
    plot.line("a", Ink::Accent, vec![1.0], vec![2.0]).dashes("b", Ink::Theory, vec![], vec![]).points(
        "c",
        Ink::Text,
        vec![],
        vec![],
    );
    let labels: Vec<&str> = plot.marks.iter().map(|m| m.label.as_str()).collect();
    assert_eq!(labels, ["a", "b", "c"]);
    assert!(matches!(plot.marks[1].shape, Shape::Line { dashed: true, .. }));
}

#[test]
fn a_frame_keeps_its_panels_in_order() {
    let mut frame = Frame::default();
    frame.panel("first", "First", Room::Stage, Picture::Plot(Plot::default())).alt("One.").touch("Drag.");
    frame.panel("second", "Second", Room::Cell, Picture::Table(Table::default()));
    let names: Vec<&str> = frame.panels.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["first", "second"]);
    assert_eq!((frame.panels[0].alt.as_str(), frame.panels[0].touch.as_str()), ("One.", "Drag."));
}

#[test]
fn frames_survive_json() {
    for panel in [samples::energy(), samples::bars(), samples::state(), samples::patterns(), samples::table()] {
        let json = serde_json::to_string(&panel).unwrap();
        assert!(json.contains(&panel.name));
        // Byte strings are for the protocol alone; JSON has none to give back.
        assert_eq!(serde_json::from_str::<Panel>(&json).unwrap(), panel);
    }
}
