//! Optimisers and schedules.

use serde::Deserialize;
use std::collections::BTreeMap;
use vivarium_engine::graph::Graph;
use vivarium_engine::nn::{Decay, Method, Optimizer, Schedule};
use vivarium_engine::plan::Plan;

/// How far a parameter may be from the stored one: everything is of the size of 1, and 40 steps of single precision.
const NEAR: f64 = 5e-6;

#[derive(Deserialize)]
struct Stored {
    start: Vec<f32>,
    every: usize,
    paths: BTreeMap<String, Vec<Vec<f64>>>,
    schedules: BTreeMap<String, Vec<f64>>,
}

fn stored() -> Stored {
    serde_json::from_str(include_str!("optimisers.json")).unwrap_or_else(|why| panic!("no file of paths: {why}"))
}

fn optimizer(name: &str, n: usize) -> Optimizer {
    let decayed = |mut optimizer: Optimizer| {
        optimizer.decay = Decay::L2(0.25);
        optimizer
    };
    match name {
        "sgd" => Optimizer::sgd(0.005, n),
        "sgd with decay" => decayed(Optimizer::sgd(0.005, n)),
        "momentum" => Optimizer::momentum(0.002, 0.9, n),
        "nesterov" => Optimizer::new(Method::NESTEROV, 0.002, n),
        "nesterov with decay" => decayed(Optimizer::new(Method::Sgd { momentum: 0.5, nesterov: true }, 0.002, n)),
        "rmsprop" => Optimizer::new(Method::RMSPROP, 0.01, n),
        "rmsprop with momentum" => {
            Optimizer::new(Method::RmsProp { alpha: 0.9, epsilon: 1e-6, momentum: 0.5 }, 0.005, n)
        }
        "rprop" => Optimizer::new(Method::RPROP, 0.01, n),
        "adagrad" => Optimizer::new(Method::ADAGRAD, 0.1, n),
        "adam" => Optimizer::adam(0.02, n),
        "adam with decay" => decayed(Optimizer::new(Method::Adam { beta1: 0.8, beta2: 0.99, epsilon: 1e-5 }, 0.02, n)),
        "adamw" => Optimizer::adamw(0.02, 0.25, n),
        _ => panic!("no optimiser for the path {name}"),
    }
}

#[test]
fn optimisers_go_the_same_way() {
    let stored = stored();
    let graph = Graph::new();
    let n = stored.start.len();
    let x = graph.input("x", [n]);
    let (now, next) = (x.slice(0, 0, n - 1), x.slice(0, 1, n - 1));
    let valley = (1.0 - now).square().sum_all() + (next - now.square()).square().sum_all() * 5.0;
    let [slope] = graph.gradient(valley, [x]);
    let mut plan = Plan::new(&graph, &[slope]);
    for (name, path) in &stored.paths {
        let mut optimizer = optimizer(name, n);
        let mut place = stored.start.clone();
        let mut worst: f64 = 0.0;
        for (i, want) in path.iter().enumerate() {
            for _ in 0..stored.every {
                plan.set(x, &place);
                if let Err(fault) = plan.run() {
                    panic!("{fault}");
                }
                optimizer.step(&mut place, plan.values(slope));
            }
            for (got, want) in place.iter().zip(want) {
                let gap = (f64::from(*got) - want).abs();
                assert!(gap < NEAR, "{name}: at {place:?} after {} steps, not at {want:?}", (i + 1) * stored.every);
                worst = worst.max(gap);
            }
        }
        println!("{name}: at most {worst:.1e} apart");
    }
}

#[test]
fn schedules_give_the_same_rates() {
    for (name, rates) in &stored().schedules {
        let schedule = match &**name {
            "step" => Schedule::Step { every: 7, factor: 0.5 },
            "multi-step" => Schedule::MultiStep { at: vec![4, 5, 20], factor: 0.25 },
            "exponential" => Schedule::Exponential { factor: 0.9 },
            "cosine" => Schedule::Cosine { steps: 32, end: 0.125 },
            "restarts" => Schedule::Restarts { first: 4, growth: 2, end: 0.125 },
            "linear" => Schedule::Linear { steps: 16, start: 0.25, end: 0.75 },
            "polynomial" => Schedule::Polynomial { steps: 16, power: 2.0, end: 0.0 },
            "one-cycle" => Schedule::one_cycle(30),
            _ => panic!("no schedule {name}"),
        };
        for (step, want) in rates.iter().enumerate() {
            let got = f64::from(schedule.factor(step as u64));
            assert!((got - want).abs() < 1e-7, "{name}: {got} at step {step}, not {want}");
        }
    }
}
