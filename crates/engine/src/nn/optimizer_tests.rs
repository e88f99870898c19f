use super::*;
use crate::math::{powi, sqrt};

const METHODS: [Method; 9] = [
    Method::SGD,
    Method::MOMENTUM,
    Method::NESTEROV,
    Method::Sign,
    Method::RMSPROP,
    Method::RmsProp { alpha: 0.9, epsilon: 1e-8, momentum: 0.9 },
    Method::RPROP,
    Method::ADAM,
    Method::LION,
];

/// Gradients that change from step to step.
fn gradient(step: usize, i: usize) -> f32 {
    ((step * 7 + i * 13) % 11) as f32 * 0.3 - 1.4
}

fn run(optimizer: &mut Optimizer, params: &mut [f32], steps: usize) {
    for step in 0..steps {
        let g: Vec<f32> = (0..params.len()).map(|i| gradient(step, i)).collect();
        optimizer.step(params, &g);
    }
}

/// One parameter by the formulas in double precision.
fn by_hand(method: Method, rate: f64, steps: usize, i: usize, start: f64) -> f64 {
    let (mut p, mut a, mut b) = (start, 0.0f64, if matches!(method, Method::Rprop { .. }) { rate } else { 0.0 });
    for step in 0..steps {
        let g = f64::from(gradient(step, i));
        let sign = |x: f64| if x == 0.0 { 0.0 } else { x.signum() };
        match method {
            Method::Sgd { momentum, nesterov } => {
                a = momentum * a + g;
                p -= rate * if nesterov { g + momentum * a } else { a };
            }
            Method::Sign => p -= rate * sign(g),
            Method::RmsProp { alpha, epsilon, momentum } => {
                a = alpha * a + (1.0 - alpha) * g * g;
                b = momentum * b + g / (sqrt(a) + epsilon);
                p -= rate * b;
            }
            Method::Rprop { shrink, grow, smallest, largest } => {
                let turned = g * a < 0.0;
                b *= if turned {
                    shrink
                } else if g * a > 0.0 {
                    grow
                } else {
                    1.0
                };
                b = b.clamp(smallest, largest);
                a = if turned { 0.0 } else { g };
                p -= sign(a) * b;
            }
            Method::Adam { beta1, beta2, epsilon } => {
                a = beta1 * a + (1.0 - beta1) * g;
                b = beta2 * b + (1.0 - beta2) * g * g;
                let n = step as i32 + 1;
                let (mean, square) = (a / (1.0 - powi(beta1, n)), b / (1.0 - powi(beta2, n)));
                p -= rate * mean / (sqrt(square) + epsilon);
            }
            Method::Adagrad { epsilon } => {
                a += g * g;
                p -= rate * g / (sqrt(a) + epsilon);
            }
            Method::Lion { beta1, beta2 } => {
                p -= rate * sign(beta1 * a + (1.0 - beta1) * g);
                a = beta2 * a + (1.0 - beta2) * g;
            }
        }
    }
    p
}

#[test]
fn steps_are_those_of_the_formulas() {
    // More parameters than a block, and not a multiple of one.
    let n = 2 * BLOCK + 5;
    for method in METHODS.into_iter().chain([Method::ADAGRAD]) {
        let mut params: Vec<f32> = (0..n).map(|i| i as f32 * 0.01).collect();
        run(&mut Optimizer::new(method, 0.01, n), &mut params, 60);
        for (i, p) in params.iter().enumerate() {
            let want = by_hand(method, 0.01, 60, i, i as f64 * 0.01);
            assert!((f64::from(*p) - want).abs() < 2e-5 * want.abs().max(1.0), "{method:?} [{i}]: {p}, not {want}");
        }
    }
}

#[test]
fn descent_on_a_parabola_is_geometric() {
    let mut params = [1.0f32, -3.0];
    let mut optimizer = Optimizer::sgd(0.25, 2);
    for _ in 0..10 {
        let g = params.map(|x| 2.0 * x);
        optimizer.step(&mut params, &g);
    }
    assert_eq!(params, [powi(0.5, 10) as f32, -3.0 * powi(0.5, 10) as f32]);
    assert_eq!(optimizer.steps(), 10);
}

#[test]
fn adam_s_first_step_is_the_rate_against_the_sign() {
    let mut params = [0.0f32; 4];
    Optimizer::adam(1e-3, 4).step(&mut params, &[5.0, -0.01, 1e-4, 0.0]);
    for (p, want) in params.iter().zip([-1e-3, 1e-3, -1e-3, 0.0]) {
        assert!((p - want).abs() < 2e-7, "{params:?}");
    }
}

#[test]
fn decay_is_in_the_gradient_or_beside_it() {
    let mut params = [2.0f32, 2.0];
    let mut l2 = Optimizer { decay: Decay::L2(0.5), ..Optimizer::sgd(0.1, 2) };
    l2.decay_scale_mut()[1] = 0.0;
    l2.step(&mut params, &[1.0, 1.0]);
    assert_eq!(params, [2.0 - 0.1 * 2.0, 2.0 - 0.1]);
    // Without a gradient AdamW only shrinks, and Adam with decay in the gradient steps by the sign.
    let mut params = [2.0f32];
    Optimizer::adamw(0.1, 0.5, 1).step(&mut params, &[0.0]);
    assert_eq!(params, [2.0 * (1.0 - 0.1 * 0.5)]);
    let mut params = [2.0f32];
    Optimizer { decay: Decay::L2(0.5), ..Optimizer::adam(0.1, 1) }.step(&mut params, &[0.0]);
    assert!((params[0] - 1.9).abs() < 1e-6);
}

#[test]
fn a_factor_of_the_rate_gives_the_bits_of_that_rate() {
    let n = BLOCK + 3;
    for method in METHODS {
        let (mut alone, mut scaled) = (vec![1.0; n], vec![1.0; n]);
        run(&mut Optimizer::new(method, 0.013, n), &mut alone, 20);
        let mut optimizer = Optimizer::new(method, 1.0, n);
        optimizer.scale_mut().fill(0.013);
        run(&mut optimizer, &mut scaled, 20);
        assert_eq!(alone, scaled, "{method:?}");
    }
}

#[test]
fn frozen_parameters_stay_and_masked_ones_are_zero() {
    let n = BLOCK + 9;
    for method in METHODS {
        for decay in [Decay::None, Decay::L2(0.1), Decay::Decoupled(0.1)] {
            let mut params = vec![1.5f32; n];
            let mut optimizer = Optimizer { decay, ..Optimizer::new(method, 0.01, n) };
            optimizer.scale_mut()[..3].fill(0.0);
            let mask: Vec<bool> = (0..n).map(|i| i % 3 != 2).collect();
            run(&mut optimizer, &mut params, 3);
            optimizer.set_mask(&mask);
            run(&mut optimizer, &mut params, 5);
            assert_eq!(params[..3], [1.5, 1.5, 0.0], "{method:?}");
            assert!((0..n).all(|i| mask[i] || params[i] == 0.0), "{method:?}");
            assert!((3..n).any(|i| mask[i] && params[i] != 1.5), "{method:?}");
            for state in optimizer.state().into_iter().filter(|state| !state.is_empty()) {
                assert!((0..n).all(|i| mask[i] || state[i] == 0.0), "{method:?}");
            }
        }
    }
}

#[test]
fn reset_starts_anew_and_settings_change_between_steps() {
    for method in METHODS {
        let mut optimizer = Optimizer::new(method, 0.01, 7);
        let (mut first, mut second) = ([0.3; 7], [0.3; 7]);
        run(&mut optimizer, &mut first, 9);
        optimizer.reset();
        run(&mut optimizer, &mut second, 9);
        assert_eq!(first, second, "{method:?}");
    }
    let mut optimizer = Optimizer::adam(0.01, 3);
    run(&mut optimizer, &mut [0.0; 3], 5);
    let before = optimizer.state()[0].to_vec();
    optimizer.set_method(Method::Adam { beta1: 0.5, beta2: 0.9, epsilon: 1e-8 });
    assert_eq!((optimizer.state()[0], optimizer.steps()), (&before[..], 5));
    optimizer.set_method(Method::MOMENTUM);
    assert_eq!((optimizer.state()[0], optimizer.steps()), (&[0.0; 3][..], 0));
    assert!(optimizer.state()[1].is_empty());
}

#[test]
fn no_parameters() {
    let mut optimizer = Optimizer::adam(0.1, 0);
    optimizer.step(&mut [], &[]);
    assert!(optimizer.is_empty());
}
