use super::*;
use crate::memory::walk::Walk;
use ndarray::Array2;
use vivarium_engine::rng::Rng;

const SIGN_RULES: [Rule; 4] = [Rule::Hebb, Rule::PseudoInverse, Rule::Storkey, Rule::Polynomial];

fn random(count: usize, units: usize, seed: u64) -> Array2<f32> {
    let mut patterns = Array2::zeros((count, units));
    Rng::new(seed, "patterns").fill_signs(patterns.as_slice_mut().unwrap());
    patterns
}

fn noisy(pattern: &[f32], flips: usize, rng: &mut Rng) -> Vec<f32> {
    let mut state = pattern.to_vec();
    for i in rng.sample_without_replacement(state.len(), flips) {
        state[i] = -state[i];
    }
    state
}

fn moves(memory: &mut Memory, state: &[f32]) -> usize {
    let mut state = state.to_vec();
    memory.update_all(&mut state, 0.0, || 0.0)
}

#[test]
fn patterns_are_fixed_points_below_capacity() {
    for rule in SIGN_RULES {
        let mut memory = Memory::new(Kind::of(rule), random(12, 200, 1)).unwrap();
        for mu in 0..12 {
            let pattern = memory.pattern(mu).to_vec();
            assert_eq!(moves(&mut memory, &pattern), 0, "{rule:?} forgets pattern {mu}");
        }
    }
}

#[test]
fn the_projection_keeps_as_many_patterns_as_units() {
    for units in [33, 64, 200] {
        for count in [units / 2, units - 2, units] {
            for self_coupling in [false, true] {
                let kind = Kind { self_coupling, ..Kind::of(Rule::PseudoInverse) };
                let mut memory = Memory::new(kind, random(count, units, 2)).unwrap();
                for mu in 0..count {
                    let pattern = memory.pattern(mu).to_vec();
                    assert_eq!(moves(&mut memory, &pattern), 0, "{mu} of {count} on {units}");
                }
            }
        }
    }
    // Hebb cannot.
    let mut memory = Memory::new(Kind::of(Rule::Hebb), random(64, 64, 2)).unwrap();
    assert!((0..64).any(|mu| moves(&mut memory, &random(64, 64, 2).row(mu).to_vec()) > 0));
}

#[test]
fn a_projection_is_one() {
    let kind = Kind { self_coupling: true, ..Kind::of(Rule::PseudoInverse) };
    let memory = Memory::new(kind, random(20, 100, 3)).unwrap();
    let w = memory.weights().unwrap().mapv(|w| f64::from(w) * memory.weight_unit());
    let difference = (&w.dot(&w) - &w).mapv(f64::abs).fold(0.0, |a: f64, b| a.max(*b));
    assert!(difference < 1e-5, "W W differs from W by {difference}");
    assert!((w.diag().sum() - 20.0).abs() < 1e-4);
}

#[test]
fn hebb_counts_agreements() {
    let patterns = random(70, 90, 4);
    let kind = Kind { self_coupling: true, ..Kind::of(Rule::Hebb) };
    let memory = Memory::new(kind, patterns.clone()).unwrap();
    assert_eq!(memory.weights().unwrap(), patterns.t().dot(&patterns));
    assert_eq!(memory.weight_unit(), 1.0 / 90.0);
}

#[test]
fn couplings_are_symmetric_and_exact() {
    for rule in [Rule::Hebb, Rule::PseudoInverse, Rule::Storkey] {
        let memory = Memory::new(Kind::of(rule), random(25, 123, 5)).unwrap();
        let w = memory.weights().unwrap();
        assert_eq!(w, w.t(), "{rule:?}");
        assert!(w.diag().iter().all(|w| *w == 0.0));
        assert!(w.iter().all(|w| w.fract() == 0.0));
        assert!(w.rows().into_iter().all(|row| row.iter().map(|w| f64::from(w.abs())).sum::<f64>() < 16_777_216.0));
    }
}

#[test]
fn storkey_follows_its_definition() {
    let (count, units) = (6, 30);
    let patterns = random(count, units, 6);
    let mut w = Array2::<f64>::zeros((units, units));
    for x in patterns.rows() {
        let old = w.clone();
        let h = |i: usize, j: usize| -> f64 {
            (0..units).filter(|&k| k != i && k != j).map(|k| old[[i, k]] * f64::from(x[k])).sum()
        };
        for i in 0..units {
            for j in 0..units {
                let (xi, xj) = (f64::from(x[i]), f64::from(x[j]));
                w[[i, j]] += (xi * xj - xi * h(j, i) - h(i, j) * xj) / units as f64;
            }
        }
    }
    w.diag_mut().fill(0.0);
    let memory = Memory::new(Kind::of(Rule::Storkey), patterns).unwrap();
    let got = memory.weights().unwrap().mapv(|w| f64::from(w) * memory.weight_unit());
    assert!((&got - &w).iter().all(|d| d.abs() < 1e-6));
}

#[test]
fn degree_two_is_hebb() {
    // 784 is no power of two: the unit of the weights is then no exact number, the decisions are the same all the same.
    for (count, units) in [(9, 64), (30, 101), (40, 784)] {
        let patterns = random(count, units, 7);
        let mut hebb = Memory::new(Kind::of(Rule::Hebb), patterns.clone()).unwrap();
        let mut dense = Memory::new(Kind { degree: 2, ..Kind::of(Rule::Polynomial) }, patterns).unwrap();
        let mut rng = Rng::new(1, "noise");
        let mut a = noisy(hebb.pattern(3), units / 3, &mut rng);
        let mut b = a.clone();
        let constant = count as f64 / 2.0;
        assert!((hebb.energy(&a) - dense.energy(&b) - constant).abs() < 1e-9 * constant);
        for i in 0..units {
            let (ha, hb) = (hebb.local_field(&a, i), dense.local_field(&b, i));
            assert!((ha - hb).abs() <= 1e-6 * (1.0 + ha.abs()), "{ha} {hb}");
            assert_eq!(hebb.update_unit(&mut a, i, 0.0, 0.0), dense.update_unit(&mut b, i, 0.0, 0.0));
        }
        assert_eq!(a, b);
    }
}

#[test]
fn the_field_is_half_the_energy_difference() {
    for rule in SIGN_RULES {
        for degree in 2..=6 {
            let mut memory = Memory::new(Kind { degree, ..Kind::of(rule) }, random(20, 50, 8)).unwrap();
            let mut state = noisy(memory.pattern(0), 12, &mut Rng::new(2, "noise"));
            for i in [0, 17, 49] {
                let field = f64::from(memory.local_field(&state, i));
                state[i] = -1.0;
                let down = memory.energy(&state);
                state[i] = 1.0;
                let up = memory.energy(&state);
                assert!((field - 0.5 * (down - up)).abs() < 1e-5 * (1.0 + field.abs()), "{rule:?} {degree}");
            }
        }
    }
}

#[test]
fn energy_never_rises_when_units_update_one_by_one() {
    for rule in SIGN_RULES {
        for degree in [2, 3, 6] {
            let mut memory = Memory::new(Kind { degree, ..Kind::of(rule) }, random(40, 150, 9)).unwrap();
            let mut rng = Rng::new(3, "noise");
            let mut start = vec![0.0; 150];
            rng.fill_signs(&mut start);
            let mut walk = Walk::new(&mut memory, &start);
            let mut last = walk.energy(&memory);
            for step in 0..3000 {
                let flipped = walk.update_unit(&memory, rng.index(150), 0.0, 0.0);
                let energy = walk.energy(&memory);
                // To the last bit: a flip lowers the energy, all else leaves it.
                assert!(if flipped { energy < last } else { energy == last }, "{rule:?} {degree} at {step}");
                last = energy;
            }
        }
    }
}

#[test]
fn a_walk_keeps_the_bits_of_the_reference() {
    for rule in SIGN_RULES {
        for (temperature, self_coupling) in [(0.0, false), (0.4, false), (0.4, true)] {
            let kind = Kind { self_coupling, degree: 4, ..Kind::of(rule) };
            let mut memory = Memory::new(kind, random(30, 97, 10)).unwrap();
            let mut rng = Rng::new(4, "noise");
            let mut state = noisy(memory.pattern(1), 30, &mut rng);
            let mut walk = Walk::new(&mut memory, &state);
            for _ in 0..500 {
                let (i, u) = (rng.index(97), rng.unit_f32());
                assert_eq!(walk.field(&memory, i).to_bits(), memory.local_field(&state, i).to_bits());
                let flipped = memory.update_unit(&mut state, i, temperature, u);
                assert_eq!(walk.update_unit(&memory, i, temperature, u), flipped);
                assert_eq!(walk.energy(&memory).to_bits(), memory.energy(&state).to_bits());
            }
            let draws = rng.clone();
            let (mut a, mut b) = (draws.clone(), draws);
            memory.update_all(&mut state, temperature, || a.unit_f32());
            walk.update_all(&mut memory, temperature, || b.unit_f32());
            assert_eq!(walk.state(), state);
            assert_eq!(walk.energy(&memory).to_bits(), memory.energy(&state).to_bits());
        }
    }
}

#[test]
fn a_softmax_update_is_attention() {
    let (count, units) = (30, 48);
    for beta in [0.02_f32, 0.2, 1.0] {
        let mut memory = Memory::new(Kind { beta, ..Kind::of(Rule::Softmax) }, random(count, units, 11)).unwrap();
        let state = noisy(memory.pattern(2), 10, &mut Rng::new(5, "noise"));
        let logits: Vec<f64> = (0..count)
            .map(|mu| {
                let products = memory.pattern(mu).iter().zip(&state).map(|(x, s)| f64::from(*x) * f64::from(*s));
                f64::from(beta) * products.sum::<f64>()
            })
            .collect();
        let sum: f64 = logits.iter().map(|l| l.exp()).sum();
        let mut got = state.clone();
        memory.update_all(&mut got, 0.0, || 0.0);
        for (i, got) in got.iter().enumerate() {
            let wanted: f64 = (0..count).map(|mu| logits[mu].exp() / sum * f64::from(memory.pattern(mu)[i])).sum();
            assert!((f64::from(*got) - wanted).abs() < 1e-6, "{got} {wanted}");
        }
    }
}

#[test]
fn softmax_energy_never_rises_and_stays_in_its_bounds() {
    for beta in [0.001_f32, 0.05, 0.3, 3.0] {
        let mut memory = Memory::new(Kind { beta, ..Kind::of(Rule::Softmax) }, random(40, 64, 12)).unwrap();
        let mut state = noisy(memory.pattern(0), 25, &mut Rng::new(6, "noise"));
        let mut last = memory.energy(&state);
        for _ in 0..20 {
            memory.update_all(&mut state, 0.0, || 0.0);
            let energy = memory.energy(&state);
            // 0 <= E <= 2 M^2, up to the rounding of the state.
            assert!(energy <= last + 1e-4 && (-1e-4..=128.0 + 1e-4).contains(&energy), "{beta}: {last} -> {energy}");
            last = energy;
        }
    }
}

#[test]
fn the_three_kinds_of_fixed_points() {
    // Two groups of two close patterns, far from each other.
    let centres = random(2, 64, 13);
    let mut patterns = Array2::zeros((4, 64));
    for mu in 0..4 {
        let x = noisy(centres.row(mu / 2).to_slice().unwrap(), 3, &mut Rng::new(mu as u64, "variants"));
        patterns.row_mut(mu).assign(&ndarray::ArrayView1::from(&x));
    }
    let settle = |beta: f32| {
        let mut memory = Memory::new(Kind { beta, ..Kind::of(Rule::Softmax) }, patterns.clone()).unwrap();
        let start = patterns.row(0).to_vec();
        let mut walk = Walk::new(&mut memory, &start);
        assert!(walk.relax(&mut memory, 200));
        (walk.state().to_vec(), memory.effective_patterns())
    };
    let (state, effective) = settle(1e-6);
    let mean = patterns.mean_axis(ndarray::Axis(0)).unwrap();
    assert!(state.iter().zip(&mean).all(|(a, b)| (a - b).abs() < 1e-3) && effective > 3.6);
    let (state, effective) = settle(0.1);
    let pair = (&patterns.row(0) + &patterns.row(1)) * 0.5;
    assert!(state.iter().zip(&pair).all(|(a, b)| (a - b).abs() < 0.2), "{effective}");
    assert!((1.8..2.2).contains(&effective), "{effective}");
    let (state, effective) = settle(2.0);
    assert!(state.iter().zip(patterns.row(0)).all(|(a, b)| (a - b).abs() < 1e-3) && effective < 1.1);
}

#[test]
fn one_softmax_update_retrieves_a_well_separated_pattern() {
    let mut memory = Memory::new(Kind { beta: 2.0, ..Kind::of(Rule::Softmax) }, random(500, 64, 14)).unwrap();
    for mu in [0, 250, 499] {
        let mut state = noisy(memory.pattern(mu), 8, &mut Rng::new(7, "noise"));
        memory.update_all(&mut state, 0.0, || 0.0);
        let error: f32 = state.iter().zip(memory.pattern(mu)).map(|(a, b)| (a - b) * (a - b)).sum();
        assert!(error.sqrt() < 1e-3, "{error}");
    }
}

#[test]
fn what_cannot_be_stored_is_refused() {
    let complains = |kind: Kind, patterns: Array2<f32>| Memory::new(kind, patterns).err().unwrap().sentence;
    assert!(complains(Kind::of(Rule::Hebb), Array2::zeros((0, 4))).contains("at least one pattern"));
    assert!(complains(Kind::of(Rule::Storkey), Array2::zeros((2, 4))).contains("-1 and +1"));
    assert!(complains(Kind::of(Rule::Softmax), Array2::from_elem((2, 4), f32::NAN)).contains("not a number"));
    assert!(complains(Kind { degree: 7, ..Kind::of(Rule::Polynomial) }, random(2, 4, 0)).contains("2 to 6"));
    assert!(complains(Kind { beta: 0.0, ..Kind::of(Rule::Softmax) }, random(2, 4, 0)).contains("above 0"));
    assert!(complains(Kind::of(Rule::Storkey), random(5000, 16, 0)).contains("without bound"));
    // One unit, one pattern: nothing to do, and nothing breaks.
    for rule in SIGN_RULES {
        let mut memory = Memory::new(Kind::of(rule), Array2::ones((1, 1))).unwrap();
        assert!(Walk::new(&mut memory, &[1.0]).settle(&mut memory, 3, true));
    }
}
