//! The driver against a run that only counts, on a clock that the test moves.

use super::*;
use std::cell::Cell;
use std::collections::BTreeMap;
use vivarium_frame::controls::Value;
use vivarium_frame::finding::{Finding, Sample};
use vivarium_frame::view::{Frame, Phase, Photo, Touch};
use vivarium_labs::exhibit::{Progress, Run};

/// Counts its steps; finishes at `end`, which each touch puts further off; diverges at step `bad`.
struct Counter {
    count: u64,
    end: u64,
    bad: u64,
}

impl Run for Counter {
    fn step(&mut self) -> Progress {
        self.count += 1;
        match self.count {
            count if count == self.bad => Progress::Diverged("The count left its range.".into()),
            count if count >= self.end => Progress::Finished,
            _ => Progress::Running,
        }
    }
    fn draw(&self, frame: &mut Frame) {
        frame.figure("count", "Count", self.count as f64, "", "");
    }
    fn touch(&mut self, _touch: &Touch) {
        self.end = self.end.saturating_add(10);
    }
    fn photo(&mut self, photo: &Photo) -> Result<(), Complaint> {
        Err(Complaint::about(&photo.name, "No pictures here."))
    }
    fn adjust(&mut self, values: &Values) -> Result<Adjust, Complaint> {
        match values.get("live") {
            Some(Value::Number(end)) => {
                self.end = *end as u64;
                Ok(Adjust::Live)
            }
            Some(_) => Err(Complaint::about("live", "live takes a number.")),
            None => Ok(Adjust::Restart),
        }
    }
    fn pace(&self) -> f64 {
        60.0
    }
}

struct Fake;

impl Library for Fake {
    fn needs(&self, exhibit: &str, _values: &Values) -> Result<Vec<String>, Complaint> {
        match exhibit {
            "counter" => Ok(Vec::new()),
            "reader" => Ok(vec!["digits".into()]),
            _ => Err(Complaint::about(exhibit, "There is no such exhibit.")),
        }
    }
    fn open(&self, _: &str, values: &Values, _: u64, _: &Store) -> Result<(Box<dyn Run>, bool), Complaint> {
        let read = |name: &str| match values.get(name) {
            Some(Value::Number(step)) => *step as u64,
            _ => u64::MAX,
        };
        Ok((Box::new(Counter { count: 0, end: read("end"), bad: read("bad") }), false))
    }
    fn part_needs(&self, exhibit: &str, _part: &str) -> Result<Vec<String>, Complaint> {
        self.needs(exhibit, &Values::new())
    }
    fn measure(&self, _: &str, _: &str, seed: u64, _: &Store) -> Result<Sample, Complaint> {
        Ok(Sample { seed, value: seed as f64 / 2.0, baseline: None })
    }
    fn conclude(&self, _: &str, part: &str, _: Vec<Sample>, _: f64) -> Result<Finding, Complaint> {
        Err(Complaint::about(part, "Nothing to conclude."))
    }
}

/// A driver, and a clock that a step moves on by `cost` milliseconds each time it is looked at.
struct Bench {
    driver: Driver<Fake>,
    time: Cell<f64>,
    cost: f64,
}

impl Bench {
    fn new() -> Self {
        Self { driver: Driver::new(Fake), time: Cell::new(0.0), cost: 0.5 }
    }

    fn opened(values: &[(&str, f64)], step: u64) -> Self {
        let mut bench = Self::new();
        bench.open(1, "counter", values, step);
        bench
    }

    fn open(&mut self, run: RunId, exhibit: &str, values: &[(&str, f64)], step: u64) {
        let values: BTreeMap<_, _> =
            values.iter().map(|&(name, value)| (name.to_owned(), Value::Number(value))).collect();
        self.send(Command::Open { run, exhibit: exhibit.into(), values, seed: 0, step });
    }

    fn send(&mut self, command: Command) {
        self.driver.command(command, self.time.get());
    }

    fn touch(&mut self, phase: Phase) {
        let touch = Touch { panel: "stage".into(), phase, x: 0.0, y: 0.0, shift: false };
        self.send(Command::Touch { run: 1, touch });
    }

    fn slice(&mut self) {
        let (time, cost) = (&self.time, self.cost);
        self.driver.slice(&|| {
            time.set(time.get() + cost);
            time.get()
        });
    }

    /// What a browser would do for `span` milliseconds.
    fn run_for(&mut self, span: f64) {
        let until = self.time.get() + span;
        while self.time.get() < until {
            match self.driver.next(self.time.get()) {
                Next::Now => self.slice(),
                Next::After(delay) if self.time.get() + delay < until => {
                    self.time.set(self.time.get() + delay.ceil());
                    self.slice();
                }
                Next::After(_) | Next::Idle => self.time.set(until),
            }
        }
    }

    fn events(&mut self) -> Vec<Event> {
        self.driver.take_events()
    }

    /// The last status told, with its step.
    fn status(&mut self) -> Option<(Status, u64)> {
        self.events().into_iter().rev().find_map(|event| match event {
            Event::Status { status, step, .. } => Some((status, step)),
            _ => None,
        })
    }

    fn frames(&mut self) -> Vec<u64> {
        self.events()
            .into_iter()
            .filter_map(|event| if let Event::Frame { frame, .. } = event { Some(frame.step) } else { None })
            .collect()
    }
}

#[test]
fn opening_tells_the_pace_then_shows_the_first_frame_paused() {
    let mut bench = Bench::opened(&[], 0);
    let events = bench.events();
    assert!(matches!(events[0], Event::Opened { run: 1, pace: 60.0, photos: false }));
    assert!(matches!(&events[1], Event::Frame { run: 1, frame } if frame.step == 0));
    assert!(matches!(&events[2], Event::Status { status: Status::Paused, step: 0, .. }));
    assert_eq!(bench.driver.next(0.0), Next::Idle);
}

#[test]
fn steps_are_counted_exactly_and_told_once() {
    let mut bench = Bench::opened(&[], 0);
    bench.events();
    bench.send(Command::Step { run: 1, steps: 3 });
    assert!(bench.events().is_empty(), "no flicker of a running status before the steps are made");
    bench.run_for(100.0);
    assert_eq!(bench.status(), Some((Status::Paused, 3)));
    bench.send(Command::Step { run: 1, steps: 0 });
    bench.run_for(100.0);
    assert_eq!(bench.status(), None);
}

#[test]
fn a_pace_is_kept_over_time() {
    for pace in [1.0, 7.0, 60.0, 400.0] {
        let mut bench = Bench::opened(&[], 0);
        bench.cost = 0.01;
        bench.send(Command::Play { run: 1, pace: Some(pace) });
        bench.run_for(10_000.0);
        bench.send(Command::Pause { run: 1 });
        let (status, step) = bench.status().unwrap();
        assert_eq!(status, Status::Paused);
        assert!((step as f64 - 10.0 * pace).abs() <= 1.0 + 0.01 * pace, "{step} steps in ten seconds at {pace}");
    }
}

#[test]
fn changing_the_pace_again_and_again_does_not_hold_a_run_up() {
    let mut bench = Bench::opened(&[], 0);
    for _ in 0..100 {
        bench.send(Command::Play { run: 1, pace: Some(2.0) });
        bench.run_for(50.0);
    }
    bench.send(Command::Pause { run: 1 });
    let (_, step) = bench.status().unwrap();
    assert!((9..=12).contains(&step), "{step}");
}

#[test]
fn slices_are_short_and_leave_room_for_messages() {
    let mut bench = Bench::opened(&[], 0);
    bench.send(Command::Play { run: 1, pace: None });
    let start = bench.time.get();
    bench.slice();
    let spent = bench.time.get() - start;
    assert!((8.0..10.0).contains(&spent), "{spent}");
    assert_eq!(bench.driver.next(bench.time.get()), Next::Now);
}

#[test]
fn an_absurd_pace_means_as_fast_as_possible() {
    for pace in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut bench = Bench::opened(&[], 0);
        bench.send(Command::Play { run: 1, pace: Some(pace) });
        assert_eq!(bench.driver.next(bench.time.get()), Next::Now);
    }
}

#[test]
fn frames_wait_for_the_page_to_paint() {
    let mut bench = Bench::opened(&[], 0);
    assert_eq!(bench.frames(), [0]);
    bench.send(Command::Play { run: 1, pace: None });
    bench.run_for(200.0);
    assert_eq!(bench.frames(), [0_u64; 0], "the first frame is not painted yet");
    bench.send(Command::Painted { run: 1 });
    assert_eq!(bench.frames().len(), 1, "the newest state, at once");
    bench.run_for(200.0);
    assert_eq!(bench.frames(), [0_u64; 0]);
    bench.send(Command::Pause { run: 1 });
    bench.send(Command::Painted { run: 1 });
    let last = bench.frames();
    assert_eq!(last.len(), 1, "the last state is shown after the pause");
    bench.send(Command::Painted { run: 1 });
    assert_eq!(bench.frames(), [0_u64; 0], "nothing new, nothing sent");
}

#[test]
fn a_running_run_tells_its_status_at_least_twice_a_second() {
    let mut bench = Bench::opened(&[], 0);
    bench.send(Command::Play { run: 1, pace: Some(30.0) });
    bench.events();
    bench.run_for(2000.0);
    let told = bench.events().iter().filter(|e| matches!(e, Event::Status { .. })).count();
    assert!((4..=10).contains(&told), "{told}");
}

#[test]
fn late_messages_of_an_old_run_are_dropped() {
    let mut bench = Bench::opened(&[], 0);
    bench.open(2, "counter", &[], 0);
    bench.events();
    bench.send(Command::Play { run: 1, pace: None });
    bench.send(Command::Step { run: 1, steps: 5 });
    bench.touch(Phase::Down);
    bench.open(1, "counter", &[], 0);
    assert!(bench.events().is_empty());
    assert_eq!(bench.driver.next(0.0), Next::Idle);
}

#[test]
fn resting_resumes_at_the_exact_step() {
    let mut bench = Bench::opened(&[], 0);
    bench.send(Command::Play { run: 1, pace: Some(10.0) });
    bench.run_for(1000.0);
    bench.send(Command::Rest(true));
    bench.events();
    let rested = bench.driver.session.as_ref().map(|s| s.status());
    assert_eq!(rested, Some(Status::Running));
    bench.run_for(60_000.0);
    assert!(bench.events().is_empty(), "nothing happens while the page is hidden");
    bench.send(Command::Rest(false));
    bench.run_for(1000.0);
    bench.send(Command::Pause { run: 1 });
    let (_, step) = bench.status().unwrap();
    assert!((19..=22).contains(&step), "a minute's rest is not made up for: {step}");
}

#[test]
fn a_pointer_that_is_down_holds_the_run() {
    let mut bench = Bench::opened(&[], 0);
    bench.send(Command::Play { run: 1, pace: None });
    bench.touch(Phase::Down);
    assert_eq!(bench.driver.next(0.0), Next::Idle);
    bench.touch(Phase::Move);
    assert_eq!(bench.driver.next(0.0), Next::Idle);
    bench.touch(Phase::Up);
    assert_eq!(bench.driver.next(0.0), Next::Now);
}

#[test]
fn a_touch_after_the_end_goes_on_when_play_was_on() {
    let mut bench = Bench::opened(&[("end", 5.0)], 0);
    bench.send(Command::Play { run: 1, pace: None });
    bench.run_for(100.0);
    assert_eq!(bench.status(), Some((Status::Finished, 5)));
    bench.touch(Phase::Key("Enter".into()));
    bench.run_for(100.0);
    assert_eq!(bench.status(), Some((Status::Finished, 15)));
    bench.send(Command::Pause { run: 1 });
    bench.touch(Phase::Key("Enter".into()));
    bench.run_for(100.0);
    assert_eq!(bench.status(), Some((Status::Paused, 15)));
}

#[test]
fn steps_left_over_at_the_end_are_not_made_after_a_touch() {
    let mut bench = Bench::opened(&[("end", 5.0)], 0);
    bench.send(Command::Step { run: 1, steps: 100 });
    bench.run_for(100.0);
    assert_eq!(bench.status(), Some((Status::Finished, 5)));
    bench.touch(Phase::Down);
    bench.touch(Phase::Up);
    bench.run_for(100.0);
    assert_eq!(bench.status(), Some((Status::Paused, 5)));
}

#[test]
fn divergence_stops_the_run_for_good() {
    let mut bench = Bench::opened(&[("bad", 666.0)], 0);
    bench.send(Command::Play { run: 1, pace: None });
    bench.run_for(1000.0);
    assert_eq!(bench.status(), Some((Status::Diverged("The count left its range.".into()), 666)));
    bench.touch(Phase::Key("a".into()));
    bench.send(Command::Play { run: 1, pace: None });
    assert_eq!(bench.driver.next(bench.time.get()), Next::Idle);
}

#[test]
fn live_values_reach_the_run_and_others_ask_for_a_new_one() {
    let mut bench = Bench::opened(&[], 0);
    bench.events();
    bench.send(Command::Adjust { run: 1, values: Values::new() });
    assert_eq!(bench.events(), [Event::Restart { run: 1 }]);
    bench.send(Command::Adjust { run: 1, values: [("live".to_owned(), Value::Number(3.0))].into() });
    bench.send(Command::Step { run: 1, steps: 9 });
    bench.run_for(100.0);
    assert_eq!(bench.status(), Some((Status::Finished, 3)));
    bench.send(Command::Adjust { run: 1, values: [("live".to_owned(), Value::Switch(true))].into() });
    let events = bench.events();
    assert!(matches!(&events[..], [Event::Complained { run: 1, fatal: false, .. }]));
}

#[test]
fn an_address_with_a_step_loads_up_to_it_in_slices_and_waits() {
    let mut bench = Bench::opened(&[], 100);
    bench.cost = 4.0;
    bench.slice();
    assert!(matches!(bench.status(), Some((Status::Loading, 1..100))));
    assert_eq!(bench.frames(), [0_u64; 0], "no frame before the step that was asked for");
    bench.run_for(1000.0);
    assert_eq!(bench.status(), Some((Status::Paused, 100)));
}

#[test]
fn play_during_loading_takes_effect_after_it() {
    let mut bench = Bench::opened(&[("end", 150.0)], 100);
    bench.send(Command::Play { run: 1, pace: None });
    bench.run_for(1000.0);
    assert_eq!(bench.status(), Some((Status::Finished, 150)));
}

#[test]
fn data_are_asked_for_once_and_wishes_wait_for_them() {
    let mut bench = Bench::new();
    bench.open(1, "reader", &[("end", 4.0)], 0);
    assert_eq!(bench.driver.take_wanted(), ["digits"]);
    assert_eq!(bench.status(), Some((Status::Loading, 0)));
    bench.send(Command::Play { run: 1, pace: None });
    bench.driver.arrived("digits", Ok(vec![1]), 0.0);
    bench.run_for(100.0);
    assert_eq!(bench.status(), Some((Status::Finished, 4)));
    bench.open(2, "reader", &[], 0);
    assert!(bench.driver.take_wanted().is_empty(), "kept from before");
}

#[test]
fn missing_data_and_unknown_exhibits_are_complained_of() {
    let mut bench = Bench::new();
    bench.open(1, "reader", &[], 0);
    bench.driver.take_wanted();
    bench.events();
    bench.driver.arrived("digits", Err(Complaint::new("No connection.")), 0.0);
    assert!(matches!(&bench.events()[..], [Event::Complained { run: 1, fatal: true, .. }]));
    bench.open(2, "unicorn", &[], 0);
    assert!(matches!(&bench.events()[..], [Event::Complained { run: 2, fatal: true, .. }]));
    bench.open(3, "reader", &[], 0);
    assert_eq!(bench.driver.take_wanted(), ["digits"], "a new run tries again");
}

#[test]
fn a_picture_that_is_of_no_use_leaves_the_run_as_it_was() {
    let mut bench = Bench::opened(&[], 0);
    bench.events();
    let photo = Photo { name: "cat.png".into(), width: 1, height: 1, rgba: vec![0; 4] };
    bench.send(Command::Photo { run: 1, photo });
    assert!(matches!(&bench.events()[..], [Event::Complained { run: 1, fatal: false, .. }]));
    bench.send(Command::Step { run: 1, steps: 1 });
    bench.run_for(10.0);
    assert_eq!(bench.status(), Some((Status::Paused, 1)));
}

#[test]
fn measurements_are_made_one_a_slice_and_wait_for_their_data() {
    let mut bench = Bench::new();
    let measure = |job, exhibit: &str| Command::Measure { job, exhibit: exhibit.into(), part: "p".into(), seed: 6 };
    bench.send(measure(1, "reader"));
    bench.send(measure(2, "counter"));
    bench.send(measure(3, "unicorn"));
    assert!(matches!(&bench.events()[..], [Event::Measured { job: 3, sample: Err(_), .. }]));
    bench.run_for(50.0);
    let events = bench.events();
    assert!(matches!(&events[..], [Event::Measured { job: 2, sample: Ok(sample), .. }] if sample.value == 3.0));
    bench.driver.arrived("digits", Ok(Vec::new()), 0.0);
    bench.run_for(50.0);
    assert!(matches!(&bench.events()[..], [Event::Measured { job: 1, .. }]));
}

#[test]
#[should_panic(expected = "on purpose")]
fn a_panic_can_be_asked_for() {
    Bench::new().send(Command::Panic);
}

#[test]
fn every_live_exhibit_opens_and_steps_with_the_data_it_asks_for() {
    for entry in vivarium_labs::REGISTRY {
        let mut driver = Driver::new(crate::library::Registry);
        let open = Command::Open { run: 1, exhibit: entry.id.into(), values: Values::new(), seed: 0, step: 0 };
        driver.command(open, 0.0);
        for name in driver.take_wanted() {
            let bytes = vivarium_labs::data::load(&[&name]).and_then(|store| store.get(&name).map(<[u8]>::to_vec));
            driver.arrived(&name, bytes, 0.0);
        }
        driver.command(Command::Step { run: 1, steps: 2 }, 0.0);
        driver.slice(&|| 0.0);
        let events = driver.take_events();
        let photos = entry.photos;
        assert!(events.iter().any(|e| matches!(e, Event::Opened { photos: p, .. } if *p == photos)), "{}", entry.id);
        assert!(events.iter().any(|e| matches!(e, Event::Status { step: 2, .. })), "{}", entry.id);
        driver.command(Command::Measure { job: 1, exhibit: entry.id.into(), part: "none".into(), seed: 0 }, 0.0);
        assert!(matches!(&driver.take_events()[..], [Event::Measured { sample: Err(_), .. }]), "{}", entry.id);
    }
}
