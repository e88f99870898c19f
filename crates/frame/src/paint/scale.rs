//! From an axis's numbers to a part of its length, and its ticks.

use super::number::{compact, minus, power_below, superscript, ten_to};
use crate::view::{Axis, AxisScale};

/// An axis with its range settled. `lo` is drawn at part 0, `hi` at part 1; they differ and are finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    log: bool,
    /// In powers of ten when `log`.
    lo: f64,
    hi: f64,
}

/// A tick: where, and its number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub part: f64,
    pub text: String,
}

impl Scale {
    /// The axis's own range, else that of the data (`spread`) with a margin of `pad` of its length at both ends.
    pub fn new(axis: &Axis, spread: Spread, pad: f64) -> Self {
        let log = axis.scale == AxisScale::Log;
        let own = axis.range.map(|(lo, hi)| (f64::from(lo), f64::from(hi)));
        let own = own.filter(|(lo, hi)| usable(log, *lo) && usable(log, *hi));
        let (lo, hi) = own.or(spread.0).unwrap_or(if log { (0.1, 10.0) } else { (0.0, 1.0) });
        let (lo, hi) = if log { (libm::log10(lo), libm::log10(hi)) } else { (lo, hi) };
        let size = lo.abs().max(hi.abs());
        if (hi - lo).abs() <= size * 1e-9 {
            // One value only: put it in the middle.
            let around = if log {
                0.5
            } else if size == 0.0 {
                1.0
            } else {
                size / 2.0
            };
            return Self { log, lo: lo - around, hi: hi + around };
        }
        if own.is_some() {
            return Self { log, lo, hi };
        }
        let margin = (hi - lo) * pad;
        // Quantities that are never negative keep zero as their end.
        let (low, high) = (lo - margin, hi + margin);
        let low = if !log && lo >= 0.0 { low.max(0.0) } else { low };
        let high = if !log && hi <= 0.0 { high.min(0.0) } else { high };
        Self { log, lo: low, hi: high }
    }

    /// Where on the axis a value lies: 0 to 1 within the range; not finite when it has no place.
    pub fn part(&self, value: f64) -> f64 {
        let value = match (self.log, value > 0.0) {
            (true, true) => libm::log10(value),
            (true, false) => return f64::NAN,
            (false, _) => value,
        };
        (value - self.lo) / (self.hi - self.lo)
    }

    /// The value at a part of the axis.
    pub fn value(&self, part: f64) -> f64 {
        let at = self.lo + part * (self.hi - self.lo);
        if self.log { libm::exp10(at) } else { at }
    }

    /// Units (decades on a logarithmic axis) along the whole axis; signed.
    pub fn span(&self) -> f64 {
        self.hi - self.lo
    }

    /// Makes the axis `times` as long around its middle.
    pub fn stretch(&mut self, times: f64) {
        let (middle, half) = ((self.lo + self.hi) / 2.0, self.span() / 2.0 * times);
        (self.lo, self.hi) = (middle - half, middle + half);
    }

    /// At most about `most` ticks at round numbers, in ascending order of value.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        let (lo, hi) = (self.lo.min(self.hi), self.lo.max(self.hi));
        if self.log { self.decades(lo, hi, most.max(1)) } else { self.round_steps(lo, hi, most.max(1)) }
    }

    fn round_steps(&self, lo: f64, hi: f64, most: usize) -> Vec<Tick> {
        let rough = (hi - lo) / most as f64;
        if !rough.is_finite() || rough <= 0.0 {
            return Vec::new();
        }
        let mut power = power_below(rough);
        let mut digit = [1.0, 2.0, 5.0, 10.0].into_iter().find(|d| d * ten_to(power) >= rough * 0.75).unwrap_or(10.0);
        if digit == 10.0 {
            (digit, power) = (1.0, power + 1);
        }
        let step = digit * ten_to(power);
        let (first, last) = ((lo / step - 1e-6).ceil(), (hi / step + 1e-6).floor());
        if !(last - first).is_finite() || last - first > 4.0 * most as f64 + 4.0 || last.abs().max(first.abs()) > 1e15 {
            return Vec::new();
        }
        let numbers: Vec<f64> = (0..=(last - first) as i64)
            .map(|i| (first + i as f64) * digit)
            // Dividing by a whole power of ten gives the decimal's nearest number.
            .map(|n| if power < 0 { n / ten_to(-power) } else { n * ten_to(power) })
            .collect();
        let largest = numbers.iter().fold(0.0_f64, |m, n| m.max(n.abs()));
        let print = Print::for_axis(largest, power);
        numbers.into_iter().map(|n| Tick { part: self.part(n), text: print.text(n) }).collect()
    }

    fn decades(&self, lo: f64, hi: f64, most: usize) -> Vec<Tick> {
        let (first, last) = ((lo - 1e-9).ceil() as i32, (hi + 1e-9).floor() as i32);
        if last - first < 1 {
            return self.within_decade(lo, hi, most);
        }
        let stride = ((last - first) as usize).div_ceil(most) as i32;
        let plain = first >= -3 && last <= 3;
        // Zero (the number one) is among the ticks whatever the stride.
        (first..=last)
            .filter(|p| p.rem_euclid(stride) == 0)
            .map(|p| Tick {
                part: (f64::from(p) - self.lo) / self.span(),
                text: if plain { compact(ten_to(p)) } else { format!("10{}", superscript(p)) },
            })
            .collect()
    }

    /// A range of less than two decades: one, two, five; or even steps where that gives too few.
    fn within_decade(&self, lo: f64, hi: f64, most: usize) -> Vec<Tick> {
        let inside = |n: &f64| (lo - 1e-9..=hi + 1e-9).contains(&libm::log10(*n));
        let marks: Vec<f64> = (lo.floor() as i32..=hi.ceil() as i32)
            .flat_map(|p| [1.0, 2.0, 5.0].map(|d| if p < 0 { d / ten_to(-p) } else { d * ten_to(p) }))
            .filter(inside)
            .collect();
        if marks.len() >= 2 {
            return marks.into_iter().map(|n| Tick { part: self.part(n), text: compact(n) }).collect();
        }
        let even = Scale { log: false, lo: libm::exp10(lo), hi: libm::exp10(hi) };
        let ticks = even.ticks(most.min(4));
        ticks.into_iter().map(|t| Tick { part: self.part(even.value(t.part)), ..t }).collect()
    }
}

fn usable(log: bool, value: f64) -> bool {
    value.is_finite() && (!log || value > 0.0)
}

/// The lowest and highest value that an axis can show.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spread(Option<(f64, f64)>);

impl Spread {
    /// Takes in more values; those that the axis cannot show are left out.
    pub fn take(&mut self, axis: &Axis, values: impl IntoIterator<Item = f32>) {
        let log = axis.scale == AxisScale::Log;
        for value in values.into_iter().map(f64::from).filter(|v| usable(log, *v)) {
            self.0 = Some(self.0.map_or((value, value), |(lo, hi)| (lo.min(value), hi.max(value))));
        }
    }
}

/// How the numbers of one axis are printed: all alike.
enum Print {
    /// So many decimals, divided by a power of ten that a letter stands for.
    Plain { decimals: usize, power: i32, letter: &'static str },
    /// So many decimals times ten to the power.
    Power { decimals: usize, power: i32 },
}

impl Print {
    /// For numbers up to `largest` in steps of some units of ten to `step`.
    fn for_axis(largest: f64, step: i32) -> Self {
        let power = if largest > 0.0 { power_below(largest) } else { 0 };
        let decimals = |unit: i32| (unit - step).max(0) as usize;
        match power {
            4..6 => Print::Plain { decimals: decimals(3), power: 3, letter: "k" },
            6..9 => Print::Plain { decimals: decimals(6), power: 6, letter: "M" },
            -3..4 => Print::Plain { decimals: decimals(0), power: 0, letter: "" },
            _ => Print::Power { decimals: decimals(power), power },
        }
    }

    fn text(&self, number: f64) -> String {
        if number == 0.0 {
            return "0".into();
        }
        match *self {
            Print::Plain { decimals, power, letter } => {
                minus(&format!("{:.decimals$}{letter}", number / ten_to(power)))
            }
            Print::Power { decimals, power } => {
                minus(&format!("{:.decimals$}×10{}", number / ten_to(power), superscript(power)))
            }
        }
    }
}
