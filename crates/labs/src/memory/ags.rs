//! Mean field of the Hebb rule at a finite load, replica symmetric.
//!
//! Source throughout: Amit, Gutfreund and Sompolinsky, "Storing infinite numbers of patterns in a spin-glass model of
//! neural networks" (1985) and "Statistical mechanics of neural networks near saturation" (1987).
//!
//! With N units, alpha N random patterns and temperature T = 1 / beta, the overlap m with one pattern, the spin-glass
//! order q and the noise r of the other patterns obey, averaging over a standard Gaussian z,
//!
//! ```text
//! m = < tanh  beta (m + sqrt(alpha r) z) >
//! q = < tanh^2 beta (m + sqrt(alpha r) z) >
//! r = q / (1 - C)^2,   C = beta (1 - q)
//! ```
//!
//! In terms of u = beta m and v = beta sqrt(alpha r) the averages depend on (u, v) alone. So at a given temperature one
//! finds u from v, and reads off alpha: no iteration over the three equations, and the largest alpha on that curve is
//! where retrieval ends.

use std::f64::consts::{FRAC_2_PI, PI};
use vivarium_engine::math::{erf, exp, ln, tanh};

/// A solution of the mean-field equations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order {
    /// Patterns over units.
    pub load: f64,
    /// Overlap with the retrieved pattern, 0 to 1.
    pub overlap: f64,
    /// Mean square activity of a unit, 0 to 1.
    pub freezing: f64,
    /// Noise of the other patterns times the load: `sqrt(alpha r)`.
    noise: f64,
    /// `C = beta (1 - q)`.
    response: f64,
    /// 1 / T; none at T = 0.
    beta: Option<f64>,
}

impl Order {
    /// Free energy per unit, the energy at T = 0.
    pub fn free_energy(&self) -> f64 {
        let Self { load, overlap, freezing, noise, response, beta } = *self;
        // <ln 2 cosh> / beta, which is the mean of |m + noise z| at T = 0.
        let (mixing, local) = match beta {
            None => {
                let x = overlap / noise;
                (0.0, overlap * erf(x * 0.5f64.sqrt()) + noise * FRAC_2_PI.sqrt() * exp(-0.5 * x * x))
            }
            Some(beta) => {
                let [mean] = gauss(beta * overlap, beta * noise, |x| [x.abs() + ln(1.0 + exp(-2.0 * x.abs()))]);
                (ln(1.0 - response) / beta, mean / beta)
            }
        };
        0.5 * (load + overlap * overlap + noise * noise * response + load * mixing)
            - 0.5 * load * freezing / (1.0 - response)
            - local
    }
}

/// Below this temperature the solutions are taken at T = 0: they differ by less than the pictures can show.
const COLD: f64 = 0.02;

/// Averages over a standard Gaussian z at local field `u + v z`.
struct Averages {
    /// `< tanh >`
    first: f64,
    /// `< tanh^2 >`
    second: f64,
}

/// Sums `f(u + v z)` over a Gaussian z by the trapezoid rule. The step follows the width of tanh, so that the error
/// (exponentially small in the distance of the nearest pole over the step) stays below rounding.
fn gauss<const K: usize>(u: f64, v: f64, f: impl Fn(f64) -> [f64; K]) -> [f64; K] {
    const REACH: i32 = 7;
    let per_unit = (3.0 * v).max(6.0).ceil();
    let nodes = REACH * per_unit as i32;
    let norm = 1.0 / (per_unit * (2.0 * PI).sqrt());
    let mut sums = [0.0; K];
    for i in -nodes..=nodes {
        let z = f64::from(i) / per_unit;
        let weight = norm * exp(-0.5 * z * z);
        for (sum, value) in sums.iter_mut().zip(f(u + v * z)) {
            *sum += weight * value;
        }
    }
    sums
}

fn averages(u: f64, v: f64) -> Averages {
    let [first, second] = gauss(u, v, |x| {
        let t = tanh(x);
        [t, t * t]
    });
    Averages { first, second }
}

/// The solution at noise `v` of a network at inverse temperature `beta`, where there is one: with an overlap when
/// `retrieves`, else without.
fn solve(beta: f64, v: f64, retrieves: bool) -> Option<Order> {
    let mut u = if retrieves { beta } else { 0.0 };
    let mut avg = averages(u, v);
    if retrieves {
        // beta <tanh> - u is concave in u > 0 and not positive at u = beta, so Newton's steps from there fall
        // monotonically onto its root.
        for _ in 0..40 {
            let slope = beta * (1.0 - avg.second) - 1.0;
            if slope >= 0.0 {
                return None;
            }
            let change = (beta * avg.first - u) / slope;
            u -= change;
            if u < 1e-6 {
                return None;
            }
            avg = averages(u, v);
            if change.abs() < 1e-10 * u {
                break;
            }
        }
    }
    let (m, q) = (u / beta, avg.second);
    let c = beta * (1.0 - q);
    if c >= 1.0 || q <= 0.0 {
        return None;
    }
    // v = beta sqrt(alpha r) with r = q / (1 - C)^2.
    let root = v * (1.0 - c) / (beta * q.sqrt());
    Some(Order { load: root * root, overlap: m, freezing: q, noise: v / beta, response: c, beta: Some(beta) })
}

/// The point of the largest load on the curve of retrieval states at inverse temperature `beta`: (v, load).
fn peak(beta: f64) -> Option<(f64, f64)> {
    let load = |v: f64| solve(beta, v, true).map_or(0.0, |order| order.load);
    // v = beta sqrt(alpha r), and sqrt(alpha r) stays below one where retrieval exists. The load rises from 0 at v = 0
    // to its peak and falls again: golden section.
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut lo, mut hi) = (0.0, beta);
    let (mut a, mut b) = (hi - golden * (hi - lo), lo + golden * (hi - lo));
    let (mut at_a, mut at_b) = (load(a), load(b));
    for _ in 0..20 {
        if at_a >= at_b {
            (hi, b, at_b) = (b, a, at_a);
            a = hi - golden * (hi - lo);
            at_a = load(a);
        } else {
            (lo, a, at_a) = (a, b, at_b);
            b = lo + golden * (hi - lo);
            at_b = load(b);
        }
    }
    let v = 0.5 * (lo + hi);
    Some((v, load(v))).filter(|(_, load)| *load > 0.0)
}

/// A root of `f`, which is negative at `lo` and not at `hi`, by false position; an end that stays twice has its value
/// halved (the Illinois rule), so that both ends move.
fn root(mut lo: f64, mut hi: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut at_lo, mut at_hi) = (f(lo), f(hi));
    let mut stayed = 0;
    for _ in 0..60 {
        if hi - lo <= 1e-10 * hi.abs() {
            break;
        }
        let part = at_lo / (at_lo - at_hi);
        // Never onto an end: there would be no progress.
        let x = lo + (hi - lo) * part.clamp(1e-3, 1.0 - 1e-3);
        let at_x = f(x);
        if at_x == 0.0 {
            return x;
        }
        if at_x < 0.0 {
            (lo, at_lo) = (x, at_x);
            stayed = if stayed > 0 { stayed + 1 } else { 1 };
        } else {
            (hi, at_hi) = (x, at_x);
            stayed = if stayed < 0 { stayed - 1 } else { -1 };
        }
        match stayed {
            2.. => at_hi *= 0.5,
            ..=-2 => at_lo *= 0.5,
            _ => {}
        }
    }
    if -at_lo < at_hi { lo } else { hi }
}

/// The state without overlap at `load` (above 0) and `temperature` (0 or more): a spin glass below
/// [`glass_temperature`], else none.
pub fn glass(load: f64, temperature: f64) -> Option<Order> {
    if temperature >= glass_temperature(load) {
        return None;
    }
    if temperature < COLD {
        let s = FRAC_2_PI.sqrt();
        return Some(frozen(load, 0.0, s / (load.sqrt() + s)));
    }
    let beta = 1.0 / temperature;
    let load_of = |v: f64| solve(beta, v, false).map_or(0.0, |order| order.load);
    // sqrt(alpha r) is sqrt(alpha) + sqrt(2/pi) at T = 0 and smaller above.
    let v = root(0.0, beta * (load.sqrt() + 1.0), |v| load_of(v) - load);
    solve(beta, v, false)
}

/// The state with an overlap at `load` (above 0) and `temperature` (0 or more), where there is one.
pub fn retrieval(load: f64, temperature: f64) -> Option<Order> {
    if temperature >= 1.0 {
        return None;
    }
    if temperature < COLD {
        let y = y_at_zero(load)?;
        return Some(frozen(load, erf(y), cold_c(y)));
    }
    let beta = 1.0 / temperature;
    let (top, most) = peak(beta)?;
    if load > most {
        return None;
    }
    let v = root(0.0, top, |v| solve(beta, v, true).map_or(0.0, |order| order.load) - load);
    solve(beta, v, true)
}

/// A solution at T = 0 from its overlap and `C`.
fn frozen(load: f64, overlap: f64, response: f64) -> Order {
    Order { load, overlap, freezing: 1.0, noise: load.sqrt() / (1.0 - response), response, beta: None }
}

/// sqrt(2 alpha) at T = 0 as a function of y = m / sqrt(2 alpha r): `erf(y) / y - 2 / sqrt(pi) exp(-y^2)`.
fn root_at_zero(y: f64) -> f64 {
    erf(y) / y - 2.0 / PI.sqrt() * exp(-y * y)
}

/// `C` at T = 0: 1 - C = sqrt(2 alpha) y / m.
fn cold_c(y: f64) -> f64 {
    1.0 - root_at_zero(y) * y / erf(y)
}

/// Where [`root_at_zero`] is largest.
fn y_at_capacity() -> f64 {
    // Its derivative times y^2: 2/sqrt(pi) y exp(-y^2) (1 + 2 y^2) - erf(y), positive before the peak.
    root(1.0, 3.0, |y| erf(y) - 2.0 / PI.sqrt() * y * exp(-y * y) * (1.0 + 2.0 * y * y))
}

fn y_at_zero(load: f64) -> Option<f64> {
    let wanted = (2.0 * load).sqrt();
    let least = y_at_capacity();
    if wanted > root_at_zero(least) {
        return None;
    }
    Some(root(least, 1.0 / wanted + least, |y| wanted - root_at_zero(y)))
}

/// Overlap of the retrieval state at T = 0 and `load` (above 0): the larger solution of `m = erf(y)`,
/// `sqrt(2 alpha) = erf(y) / y - 2 / sqrt(pi) exp(-y^2)`; none beyond [`critical_load`].
pub fn overlap_at_zero(load: f64) -> Option<f64> {
    y_at_zero(load).map(erf)
}

/// The load up to which retrieval states exist at T = 0: 0.1379.
pub fn critical_load() -> f64 {
    let root = root_at_zero(y_at_capacity());
    0.5 * root * root
}

/// The temperature below which the states without overlap are a spin glass: `1 + sqrt(alpha)`.
pub fn glass_temperature(load: f64) -> f64 {
    1.0 + load.sqrt()
}

/// The two curves of the (load, temperature) plane inside which retrieval is possible.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Boundaries {
    /// Temperatures from 0 to 1, rising.
    pub temperature: Vec<f64>,
    /// For each, the load up to which retrieval states exist (the curve T_M).
    pub exist: Vec<f64>,
    /// For each, the load up to which they have the lowest free energy (the curve T_c).
    pub lowest: Vec<f64>,
}

/// Load at which the retrieval state's free energy meets that of the spin glass at `temperature` below 1.
pub fn load_of_lowest(temperature: f64) -> f64 {
    let excess = |state: Option<Order>| {
        let Some(state) = state else { return -1.0 };
        glass(state.load, temperature).map_or(-1.0, |glass| state.free_energy() - glass.free_energy())
    };
    if temperature < COLD {
        return root(1e-3, critical_load(), |load| excess(retrieval(load, 0.0)));
    }
    let beta = 1.0 / temperature;
    let Some((top, _)) = peak(beta) else { return 0.0 };
    let v = root(0.0, top, |v| excess(solve(beta, v, true)));
    solve(beta, v, true).map_or(0.0, |state| state.load)
}

/// Load up to which retrieval states exist at `temperature` below 1.
pub fn load_of_existence(temperature: f64) -> f64 {
    if temperature < COLD { critical_load() } else { peak(1.0 / temperature).map_or(0.0, |(_, load)| load) }
}

impl Boundaries {
    const STEPS: usize = 20;

    /// The whole of the curves.
    pub fn solved() -> Self {
        let mut table = Self::default();
        while table.extend() {}
        table
    }

    /// Solves one temperature more (some milliseconds); false when there are no more.
    pub fn extend(&mut self) -> bool {
        let done = self.temperature.len();
        let t = done as f64 / Self::STEPS as f64;
        // Both curves end at load 0, temperature 1.
        let inside = done < Self::STEPS;
        if done <= Self::STEPS {
            self.temperature.push(t);
            self.exist.push(if inside { load_of_existence(t) } else { 0.0 });
            self.lowest.push(if inside { load_of_lowest(t) } else { 0.0 });
        }
        inside
    }

    /// T_M: the temperature up to which retrieval states exist at `load`; 0 beyond the capacity.
    pub fn existence_temperature(&self, load: f64) -> f64 {
        crossing(&self.temperature, &self.exist, load)
    }

    /// T_c: the temperature up to which they have the lowest free energy; 0 where they never have.
    pub fn lowest_temperature(&self, load: f64) -> f64 {
        crossing(&self.temperature, &self.lowest, load)
    }
}

/// The highest temperature at which the curve `loads` passes `load`.
fn crossing(temperatures: &[f64], loads: &[f64], load: f64) -> f64 {
    let Some(i) = loads.iter().rposition(|l| *l >= load) else { return 0.0 };
    if i + 1 == loads.len() {
        return temperatures[i];
    }
    // In the square root of the load, in which the curves are straight near T = 1.
    let (a, b, x) = (loads[i].sqrt(), loads[i + 1].sqrt(), load.sqrt());
    temperatures[i] + (temperatures[i + 1] - temperatures[i]) * (a - x) / (a - b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not within {tolerance} of {b}");
    }

    #[test]
    fn capacity_at_zero_temperature() {
        // 0.1379 with an overlap of 0.967: the published replica-symmetric numbers.
        near(critical_load(), 0.137906, 1e-6);
        near(overlap_at_zero(critical_load() - 1e-9).unwrap(), 0.967, 1e-3);
        assert_eq!(overlap_at_zero(0.14), None);
        assert!(overlap_at_zero(0.05).unwrap() > 0.9999);
        near(overlap_at_zero(0.1).unwrap(), 0.998, 1e-4);
    }

    #[test]
    fn boundaries_meet_the_published_points() {
        let table = Boundaries::solved();
        near(table.existence_temperature(0.0), 1.0, 1e-12);
        near(load_of_existence(0.0), 0.138, 2e-4);
        near(load_of_lowest(0.0), 0.051, 1e-3);
        near(table.existence_temperature(0.2), 0.0, 1e-12);
        // T_M = 1 - 1.95 sqrt(alpha) and T_c = 1 - 2.6 sqrt(alpha) near alpha = 0.
        near(load_of_existence(0.98).sqrt() * 1.95, 0.02, 0.001);
        near(load_of_lowest(0.98).sqrt() * 2.6, 0.02, 0.001);
        near(glass_temperature(0.04), 1.2, 1e-12);
    }

    #[test]
    fn solutions_satisfy_the_equations() {
        for (load, temperature) in [(0.05, 0.3), (0.02, 0.6), (0.1, 0.1)] {
            for state in [retrieval(load, temperature), glass(load, temperature)] {
                let state = state.unwrap();
                let (beta, q) = (1.0 / temperature, state.freezing);
                let noise = (load * q).sqrt() / (1.0 - beta * (1.0 - q));
                let again = averages(beta * state.overlap, beta * noise);
                near(state.load, load, 1e-8);
                near(again.first, state.overlap, 1e-8);
                near(again.second, q, 1e-8);
            }
        }
        assert_eq!(retrieval(0.1, 0.5), None);
    }

    #[test]
    fn cold_solutions_meet_those_at_zero() {
        for state in [retrieval, glass] {
            let (cold, zero) = (state(0.1, COLD).unwrap(), state(0.1, 0.0).unwrap());
            near(cold.overlap, zero.overlap, 2e-3);
            near(cold.free_energy(), zero.free_energy(), 2e-3);
        }
    }
}
