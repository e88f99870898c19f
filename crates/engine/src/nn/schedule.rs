//! How the learning rate changes over time.

use crate::math;

/// A factor of the learning rate for each step, the first of which has number 0.
///
/// ```
/// use vivarium_engine::nn::Schedule;
/// let schedule = Schedule::Cosine { steps: 100, end: 0.0 }.warmed_up(10);
/// assert_eq!(schedule.factor(4), 0.5);
/// assert_eq!(schedule.factor(10), 1.0);
/// assert_eq!(schedule.factor(60), 0.5);
/// assert_eq!(schedule.factor(500), 0.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Schedule {
    /// 1.
    #[default]
    Constant,
    /// Times `factor` after every so many steps.
    Step {
        /// Steps between two falls.
        every: u64,
        /// What is left after each.
        factor: f64,
    },
    /// Times `factor` at each of these steps.
    MultiStep {
        /// The steps, in any order.
        at: Vec<u64>,
        /// What is left after each.
        factor: f64,
    },
    /// Times `factor` at every step.
    Exponential {
        /// What is left after each step.
        factor: f64,
    },
    /// From 1 to `end` along half a cosine (Loshchilov and Hutter 2017, equation 5), then `end`.
    Cosine {
        /// Steps until the end.
        steps: u64,
        /// The last factor.
        end: f64,
    },
    /// Cosines one after another, each from 1 to `end` and `growth` times as long as the one before (SGDR, the same paper).
    Restarts {
        /// Steps of the first cosine.
        first: u64,
        /// How many times longer the next is.
        growth: u64,
        /// What each falls to.
        end: f64,
    },
    /// From `start` to `end` along a line, then `end`.
    Linear {
        /// Steps until the end.
        steps: u64,
        /// The first factor.
        start: f64,
        /// The last factor.
        end: f64,
    },
    /// From 1 to `end` as a power of the steps that are left: (1 - end) (1 - t)^power + end, then `end`.
    Polynomial {
        /// Steps until the end.
        steps: u64,
        /// The power.
        power: f64,
        /// The last factor.
        end: f64,
    },
    /// sqrt(s / (s + step + 1)): after a warm-up of s steps, the schedule of the transformer (Vaswani et al. 2017,
    /// equation 3).
    InverseSquareRoot {
        /// s.
        steps: u64,
    },
    /// Up from `start` to 1 along half a cosine, then down to `end` along another (Smith and Topin 2018).
    OneCycle {
        /// Steps of both parts.
        steps: u64,
        /// The share of steps that go up.
        rise: f64,
        /// The first factor.
        start: f64,
        /// The last factor.
        end: f64,
    },
    /// In equal steps up to 1, then another schedule from its first step on.
    WarmUp {
        /// Steps below 1: 1 / steps is the first factor.
        steps: u64,
        /// What follows.
        then: Box<Schedule>,
    },
}

impl Schedule {
    /// PyTorch's one-cycle schedule: three tenths of the steps up from 1/25, then down to 1/25 of 10^-4.
    pub fn one_cycle(steps: u64) -> Self {
        Self::OneCycle { steps, rise: 0.3, start: 0.04, end: 0.04e-4 }
    }

    /// This schedule after a rise in so many equal steps.
    pub fn warmed_up(self, steps: u64) -> Self {
        Self::WarmUp { steps, then: Box::new(self) }
    }

    /// The factor of the learning rate at a step.
    pub fn factor(&self, step: u64) -> f32 {
        self.at(step) as f32
    }

    fn at(&self, step: u64) -> f64 {
        match *self {
            Self::Constant => 1.0,
            Self::Step { every, factor } => power(factor, step / every.max(1)),
            Self::MultiStep { ref at, factor } => power(factor, at.iter().filter(|at| **at <= step).count() as u64),
            Self::Exponential { factor } => power(factor, step),
            Self::Cosine { steps, end } => cosine(1.0, end, share(step, steps)),
            Self::Restarts { first, growth, end } => {
                let (mut at, mut length) = (step, first.max(1));
                while at >= length {
                    at -= length;
                    length = length.saturating_mul(growth.max(1));
                    if growth <= 1 {
                        at %= length;
                    }
                }
                cosine(1.0, end, share(at, length))
            }
            Self::Linear { steps, start, end } => start + (end - start) * share(step, steps),
            Self::Polynomial { steps, power, end } => (1.0 - end) * math::pow(1.0 - share(step, steps), power) + end,
            Self::InverseSquareRoot { steps } => {
                let steps = steps.max(1) as f64;
                math::sqrt(steps / (steps + step as f64 + 1.0))
            }
            Self::OneCycle { steps, rise, start, end } => {
                let top = rise * steps as f64 - 1.0;
                let (step, last) = (step as f64, steps as f64 - 1.0);
                if step < top {
                    cosine(start, 1.0, step / top)
                } else {
                    let left = last - top;
                    cosine(1.0, end, if left > 0.0 { ((step - top) / left).min(1.0) } else { 1.0 })
                }
            }
            Self::WarmUp { steps, .. } if step < steps => (step + 1) as f64 / steps as f64,
            Self::WarmUp { steps, ref then } => then.at(step - steps),
        }
    }
}

/// How much of `steps` has passed.
fn share(step: u64, steps: u64) -> f64 {
    if step < steps { step as f64 / steps as f64 } else { 1.0 }
}

/// Between two values along half a cosine.
fn cosine(from: f64, to: f64, share: f64) -> f64 {
    to + (from - to) * 0.5 * (1.0 + math::cos(std::f64::consts::PI * share))
}

fn power(x: f64, n: u64) -> f64 {
    math::powi(x, n.min(i32::MAX as u64) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factors(schedule: &Schedule, steps: impl IntoIterator<Item = u64>) -> Vec<f64> {
        steps.into_iter().map(|step| schedule.at(step)).collect()
    }

    fn near(schedule: Schedule, steps: impl IntoIterator<Item = u64>, want: &[f64]) {
        let got = factors(&schedule, steps);
        assert!(got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-12), "{schedule:?}: {got:?}, not {want:?}");
    }

    #[test]
    fn values_at_known_steps() {
        use Schedule as S;
        near(S::Constant, [0, 9], &[1.0, 1.0]);
        near(S::Step { every: 10, factor: 0.1 }, [0, 9, 10, 20], &[1.0, 1.0, 0.1, 0.01]);
        near(S::MultiStep { at: vec![3, 5], factor: 0.5 }, [2, 3, 4, 5], &[1.0, 0.5, 0.5, 0.25]);
        near(S::Exponential { factor: 0.5 }, 0..4, &[1.0, 0.5, 0.25, 0.125]);
        near(S::Cosine { steps: 4, end: 0.5 }, [0, 2, 4, 9], &[1.0, 0.75, 0.5, 0.5]);
        near(
            S::Restarts { first: 2, growth: 2, end: 0.0 },
            0..7,
            &[1.0, 0.5, 1.0, 0.853_553_390_593_273_8, 0.5, 0.146_446_609_406_726_2, 1.0],
        );
        near(S::Restarts { first: 2, growth: 1, end: 0.0 }, [0, 1, 2, u64::MAX], &[1.0, 0.5, 1.0, 0.5]);
        near(S::Linear { steps: 4, start: 1.0, end: 0.0 }, [0, 1, 4, 5], &[1.0, 0.75, 0.0, 0.0]);
        near(S::Polynomial { steps: 4, power: 2.0, end: 0.2 }, [0, 2, 4], &[1.0, 0.4, 0.2]);
        near(S::InverseSquareRoot { steps: 4 }, [11, 59], &[0.5, 0.25]);
        near(S::Constant.warmed_up(4), 0..6, &[0.25, 0.5, 0.75, 1.0, 1.0, 1.0]);
        near(S::Constant.warmed_up(0), [0], &[1.0]);
    }

    #[test]
    fn the_transformer_s_schedule() {
        // d^-1/2 min(n^-1/2, n w^-3/2) for step n from 1 on, here over its largest value.
        let warm = 40u64;
        let schedule = Schedule::InverseSquareRoot { steps: warm }.warmed_up(warm);
        for step in 0..200u64 {
            let n = (step + 1) as f64;
            let w = warm as f64;
            let want = (1.0 / math::sqrt(n)).min(n / (w * math::sqrt(w))) * math::sqrt(w);
            let got = schedule.at(step);
            assert!((got - want).abs() < 1e-12, "{step}: {got} {want}");
        }
    }

    #[test]
    fn one_cycle_rises_and_falls() {
        let all = factors(&Schedule::one_cycle(100), 0..100);
        assert!((all[0] - 0.04).abs() < 1e-15);
        assert_eq!(all[29], 1.0);
        assert!((all[99] - 0.04e-4).abs() < 1e-15);
        assert!(all[..30].is_sorted() && all[29..].iter().rev().is_sorted());
    }

    #[test]
    fn no_steps_at_all() {
        for schedule in [
            Schedule::Step { every: 0, factor: 0.5 },
            Schedule::Cosine { steps: 0, end: 0.0 },
            Schedule::Restarts { first: 0, growth: 0, end: 0.0 },
            Schedule::Linear { steps: 0, start: 1.0, end: 0.0 },
            Schedule::Polynomial { steps: 0, power: 1.0, end: 0.0 },
            Schedule::InverseSquareRoot { steps: 0 },
            Schedule::one_cycle(0),
            Schedule::one_cycle(1),
        ] {
            assert!(factors(&schedule, [0, 1, 1000]).iter().all(|x| x.is_finite()), "{schedule:?}");
        }
    }
}
