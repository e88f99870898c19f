//! Speed of the associative memories: `cargo bench -p vivarium-labs`.
//!
//! Items a second are updates of one unit. The arithmetic limit beside them: an update from scratch reads a row of
//! couplings once (`field_from_scratch`: one multiply-add a number, bound by memory at 4096 units); an update that keeps
//! the fields up to date reads a row only where the unit flips (`flips`), and nothing where it does not (`quiet`).

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use ndarray::Array2;
use vivarium_engine::rng::Rng;
use vivarium_frame::controls::{Value, Values};
use vivarium_frame::view::Frame;
use vivarium_labs::memory::nets::{Kind, Memory, Rule};
use vivarium_labs::memory::walk::Walk;
use vivarium_labs::{data, find};

fn main() {
    divan::main();
}

const SIZES: [usize; 2] = [1024, 4096];

fn patterns(count: usize, units: usize) -> Array2<f32> {
    let mut rng = Rng::new(0, "bench");
    Array2::from_shape_simple_fn((count, units), || rng.sign())
}

#[divan::bench(args = SIZES)]
fn field_from_scratch(bencher: Bencher, units: usize) {
    let Ok(mut memory) = Memory::new(Kind::of(Rule::Hebb), patterns(units / 20, units)) else { return };
    let state = memory.pattern(0).to_vec();
    bencher
        .counter(ItemsCount::new(units))
        .bench_local(|| (0..units).map(|i| memory.local_field(black_box(&state), i)).sum::<f32>());
}

#[divan::bench(args = SIZES)]
fn quiet(bencher: Bencher, units: usize) {
    let Ok(mut memory) = Memory::new(Kind::of(Rule::Hebb), patterns(units / 20, units)) else { return };
    let state = memory.pattern(0).to_vec();
    let mut walk = Walk::new(&mut memory, &state);
    bencher
        .counter(ItemsCount::new(units))
        .bench_local(|| (0..units).filter(|&i| walk.update_unit(black_box(&memory), i, 0.0, 0.0)).count());
}

#[divan::bench(args = SIZES)]
fn flips(bencher: Bencher, units: usize) {
    let Ok(mut memory) = Memory::new(Kind::of(Rule::Hebb), patterns(units / 20, units)) else { return };
    let state = memory.pattern(0).to_vec();
    let mut walk = Walk::new(&mut memory, &state);
    bencher.counter(ItemsCount::new(units)).bench_local(|| {
        (0..units).for_each(|i| walk.flip(black_box(&memory), i));
    });
}

/// A whole recall from a fifth of the pixels flipped: restart, sweeps until nothing moves.
#[divan::bench(args = SIZES)]
fn recall(bencher: Bencher, units: usize) {
    let Ok(mut memory) = Memory::new(Kind::of(Rule::Hebb), patterns(units / 20, units)) else { return };
    let mut cue = memory.pattern(0).to_vec();
    let mut rng = Rng::new(1, "bench");
    for i in rng.sample_without_replacement(units, units / 5) {
        cue[i] = -cue[i];
    }
    let mut walk = Walk::new(&mut memory, &cue);
    bencher.bench_local(|| {
        walk.restart(&mut memory, &cue);
        walk.relax(&mut memory, 50)
    });
}

/// One softmax update with 64 units.
#[divan::bench(args = [64, 4096, 50_000])]
fn softmax(bencher: Bencher, count: usize) {
    let Ok(mut memory) = Memory::new(Kind::of(Rule::Softmax), patterns(count, 64)) else { return };
    let mut state = memory.pattern(0).to_vec();
    bencher.counter(ItemsCount::new(2 * 64 * count)).bench_local(|| memory.update_all(&mut state, 0.0, || 0.0));
}

/// From the controls to the first frame's data.
#[divan::bench(args = ["pseudo-inverse 1024", "hebb 4096", "pseudo-inverse 4096", "storkey 4096", "polynomial 4096", "softmax 4096"])]
fn open(bencher: Bencher, what: &str) {
    let (Some((rule, side)), Some(entry), Ok(store)) = (what.split_once(' '), find("modern-hopfield"), data::store())
    else {
        return;
    };
    let choice = |id: &str| Value::Choice(id.to_owned());
    let values = Values::from([("rule".to_owned(), choice(rule)), ("side".to_owned(), choice(side))]);
    bencher.bench_local(|| entry.start(&values, 0, &store).is_ok());
}

/// One frame's data.
#[divan::bench(args = ["1024 24", "4096 24", "64 50000"])]
fn draw(bencher: Bencher, what: &str) {
    let (Some((side, count)), Some(entry), Ok(store)) = (what.split_once(' '), find("modern-hopfield"), data::store())
    else {
        return;
    };
    let choice = |id: &str| Value::Choice(id.to_owned());
    let mut values = Values::from([("rule".to_owned(), choice("softmax")), ("set".to_owned(), choice("random"))]);
    values.insert("side".to_owned(), choice(side));
    values.insert("patterns".to_owned(), Value::Number(count.parse().unwrap_or(1.0)));
    let Ok(run) = entry.start(&values, 0, &store) else { return };
    bencher.bench_local(|| {
        let mut frame = Frame::default();
        run.draw(&mut frame);
        frame
    });
}
