//! Space: projection, what lies where, what is refused, how fast it is.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod samples;

use proptest::prelude::*;
use samples::recorder::Recorder;
use std::time::{Duration, Instant};
use vivarium_frame::paint::{Look, paint, probe};
use vivarium_frame::view::*;

fn of(points: Vec<f32>, camera: Camera) -> Space {
    Space { points, camera, ..Space::default() }
}

const STRAIGHT: Camera = Camera { yaw: 0.0, pitch: 0.0, zoom: 1.0, perspective: false };

fn close(seen: Option<Seen>, (x, y, near): (f32, f32, f32)) {
    let seen = seen.unwrap();
    let far = (seen.x - x).abs().max((seen.y - y).abs()).max((seen.near - near).abs());
    assert!(far < 1e-6, "{seen:?} is not {x} {y} {near}");
}

#[test]
fn axes_stand_as_described() {
    use std::f32::consts::FRAC_PI_2;
    let seen = |point: [f32; 3], camera: Camera| of(vec![2.0, 0.0, 0.0], camera).seen(point);
    close(seen([2.0, 0.0, 0.0], STRAIGHT), (1.0, 0.0, 0.0));
    close(seen([0.0, 2.0, 0.0], STRAIGHT), (0.0, 0.0, -1.0));
    close(seen([0.0, 0.0, 1.0], STRAIGHT), (0.0, 0.5, 0.0));
    // From above the second axis runs upwards.
    let above = Camera { pitch: FRAC_PI_2, ..STRAIGHT };
    close(seen([0.0, 2.0, 0.0], above), (0.0, 1.0, 0.0));
    close(seen([0.0, 0.0, 2.0], above), (0.0, 0.0, 1.0));
    // A quarter turn brings the second axis to the right.
    close(seen([0.0, 2.0, 0.0], Camera { yaw: FRAC_PI_2, ..STRAIGHT }), (1.0, 0.0, 0.0));
    close(seen([2.0, 0.0, 0.0], Camera { zoom: 3.0, ..STRAIGHT }), (3.0, 0.0, 0.0));
}

proptest! {
    #[test]
    fn turning_keeps_lengths(yaw in -9.0..9.0_f32, pitch in -1.5..1.5_f32, p in prop::array::uniform3(-1.0..1.0_f32)) {
        let space = Space { reach: Some(1.0), ..of(vec![], Camera { yaw, pitch, ..STRAIGHT }) };
        let seen = space.seen(p).unwrap();
        let square = |v: [f32; 3]| v.iter().map(|v| v * v).sum::<f32>();
        prop_assert!((square([seen.x, seen.y, seen.near]) - square(p)).abs() < 1e-5);
    }

    #[test]
    fn a_drag_and_the_same_drag_back_change_nothing(yaw in -3.0..3.0_f32, right in -2.0..2.0_f32, up in -0.4..0.4_f32) {
        let camera = Camera { yaw, pitch: 0.3, ..STRAIGHT };
        let back = camera.orbited(right, up).orbited(-right, -up);
        prop_assert!((back.yaw - yaw).abs() < 1e-5 && (back.pitch - 0.3).abs() < 1e-5);
    }
}

#[test]
fn a_drag_moves_the_front_with_the_pointer() {
    let front = [0.0, -1.0, 0.0];
    let space = |camera| Space { reach: Some(1.0), ..of(vec![], camera) };
    let seen = space(STRAIGHT.orbited(0.1, 0.0)).seen(front).unwrap();
    assert!(seen.x > 0.05 && seen.near > 0.9, "{seen:?}");
    let seen = space(STRAIGHT.orbited(0.0, 0.1)).seen(front).unwrap();
    assert!(seen.y > 0.05 && seen.near > 0.9, "{seen:?}");
    assert_eq!(STRAIGHT.orbited(0.0, -9.0).pitch, std::f32::consts::FRAC_PI_2);
    assert_eq!(STRAIGHT.zoomed(1e9).zoom, 20.0);
}

#[test]
fn a_panel_can_be_turned_without_its_exhibit() {
    let panel = samples::space();
    let camera = STRAIGHT.orbited(0.3, 0.1);
    let turned = panel.seen_from(Some(camera));
    let Picture::Space(space) = &turned.picture else { panic!("no space") };
    assert_eq!(space.camera, camera);
    assert_eq!(*panel.seen_from(None), panel);
    assert_eq!(*samples::table().seen_from(Some(camera)), samples::table());
}

#[test]
fn perspective_enlarges_what_is_near() {
    let camera = Camera { perspective: true, ..STRAIGHT };
    let space = Space { reach: Some(1.0), ..of(vec![], camera) };
    let (front, back) = (space.seen([0.5, -1.0, 0.0]).unwrap(), space.seen([0.5, 1.0, 0.0]).unwrap());
    assert!(front.x > 0.5 && back.x < 0.5 && front.size > back.size);
    assert_eq!(space.seen([0.0, -4.0, 0.0]), None, "behind the eye");
    assert_eq!(space.seen([f32::NAN, 0.0, 0.0]), None);
}

#[test]
fn of_two_points_at_one_place_the_front_one_is_meant() {
    let space = of(vec![0.0, 1.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0, 0.0], STRAIGHT);
    assert_eq!(space.hit(0.0, 0.0, 0.1), Some(Spot::Point(1)));
    assert_eq!(space.hit(1.0, 0.0, 0.1), Some(Spot::Point(2)));
    assert_eq!(space.hit(0.5, 0.5, 0.1), None);
    assert_eq!(space.hit(f32::NAN, 0.0, 0.1), None);
}

#[test]
fn the_pointer_is_told_class_number_and_place() {
    let panel = samples::space();
    let Picture::Space(space) = &panel.picture else { panic!("no space") };
    let (backend, record) = Recorder::new(420, 280);
    let placed = paint(backend, &panel, &Look { dark: false, ratio: 1.0 }).unwrap();
    let told: Vec<String> = (0..280)
        .step_by(3)
        .flat_map(|y| (0..420).step_by(3).map(move |x| (f64::from(x), f64::from(y))))
        .filter_map(|(x, y)| probe(&panel, &placed, x, y))
        .map(|probe| probe.text)
        .collect();
    assert!(told.contains(&space.tell(Spot::Point(5))) && told.contains(&space.tell(Spot::Arrow(0))));
    assert!(space.tell(Spot::Point(5)).starts_with("one, point 6\ne1 "));
    assert_eq!(space.tell(Spot::Arrow(0)), "mean 1\ne1 1, e2 1, e3 1");
    let texts = record.take().texts;
    for expected in ["zero", "three", "simplex", "mean 2", "e1", "e3"] {
        assert!(texts.iter().any(|text| text == expected), "{expected} is not among {texts:?}");
    }
    let words = space.describe();
    assert_eq!(words, "240 points in space (60 zero, 60 one, 60 two, 60 three), 8 arrows from the origin.");
}

#[test]
fn what_does_not_fit_is_refused_in_a_sentence() {
    let arrow = Arrow { tip: [1.0; 3], ink: Ink::Accent, dashed: false, label: String::new() };
    let wire =
        |numbers: usize| Wire { ends: vec![0.5; numbers], ink: Ink::Theory, dashed: false, label: String::new() };
    let wrong = [
        of(vec![1.0; 4], STRAIGHT),
        Space { classes: vec![0; 3], ..of(vec![1.0; 6], STRAIGHT) },
        Space { wires: vec![wire(7)], ..Space::default() },
        Space { wires: vec![wire(6 * (Space::MOST_SEGMENTS + 1))], ..Space::default() },
        Space { arrows: vec![arrow; Space::MOST_ARROWS + 1], ..Space::default() },
        of(vec![0.0; 3 * (Space::MOST_POINTS + 1)], STRAIGHT),
    ];
    for space in wrong {
        let sentence = space.check().unwrap_err().sentence;
        assert!(sentence.ends_with('.'), "{sentence}");
        let panel = Panel { picture: Picture::Space(space), ..samples::space() };
        let (backend, record) = Recorder::new(420, 280);
        let placed = paint(backend, &panel, &Look { dark: false, ratio: 1.0 }).unwrap();
        assert_eq!(record.take().texts.join(" "), sentence, "the picture says why there is none");
        assert_eq!(placed.to_data(200.0, 100.0), None);
    }
}

#[test]
fn five_thousand_points_fit_into_a_frame() {
    let panel = samples::space_of(5_000);
    let once = || {
        let (backend, _) = Recorder::new(800, 600);
        let start = Instant::now();
        paint(backend, &panel, &Look { dark: false, ratio: 1.0 }).unwrap();
        start.elapsed()
    };
    let best = (0..20).map(|_| once()).min().unwrap();
    println!("5,000 points projected, sorted and handed to a backend in {best:?}");
    // One refresh of the screen; this build is not a release.
    assert!(best < Duration::from_millis(16), "{best:?}");
}
