//! The dense associative memory of degree n (Krotov and Hopfield): E = -sum over patterns of F(x_mu . xi), F(z) = z^n.
//!
//! No tensor of couplings: the products z_mu = x_mu . xi are whole numbers, F is a table over them. The table holds whole
//! numbers too, so small that every sum over patterns is exact in `f64`; where z^n is too large for that, it is rounded
//! to a power of two.

use ndarray::ArrayView2;

/// Table and patterns, unit by unit.
pub(super) struct Dense {
    /// `power[d + z]` is F(z) in units of `unit`, for z from -d to d.
    power: Vec<f64>,
    /// F's unit: energies are in those of the Hebb rule, since F(z) = (d / n) (z / d)^n.
    unit: f64,
    /// The patterns' values at unit i: `columns[i * count..(i + 1) * count]`.
    columns: Vec<i8>,
    count: usize,
    units: usize,
}

impl Dense {
    pub(super) fn new(patterns: ArrayView2<f32>, degree: u32) -> Self {
        let (count, units) = patterns.dim();
        let columns =
            patterns.columns().into_iter().flat_map(|c| c.into_iter().map(|&x| x as i8).collect::<Vec<_>>()).collect();
        let mut dense = Self { power: Vec::new(), unit: 1.0, columns, count, units };
        dense.set_degree(degree);
        dense
    }

    pub(super) fn set_degree(&mut self, degree: u32) {
        let d = self.units as i128;
        // Sums of `count` powers must stay below 2^52.
        let bits = degree * self.units.next_power_of_two().ilog2() + self.count.next_power_of_two().ilog2();
        let shift = bits.saturating_sub(52);
        let half = if shift > 0 { 1_i128 << (shift - 1) } else { 0 };
        let rounded = |z: i128| {
            let power = z.unsigned_abs().pow(degree) as i128;
            let size = ((power + half) >> shift) as f64;
            if z < 0 && degree % 2 == 1 { -size } else { size }
        };
        self.power = (-d..=d).map(rounded).collect();
        let mut unit = (1_u128 << shift) as f64 / f64::from(degree);
        for _ in 1..degree {
            unit /= self.units as f64;
        }
        self.unit = unit;
    }

    /// The products of every pattern with `state`, into `z`.
    pub(super) fn products(&self, state: &[f32], z: &mut [i32]) {
        z.fill(0);
        for (i, &s) in state.iter().enumerate() {
            self.add(i, s as i32, z);
        }
    }

    /// Adds `by` times unit `i` to the products.
    pub(super) fn add(&self, i: usize, by: i32, z: &mut [i32]) {
        for (z, &x) in z.iter_mut().zip(self.column(i)) {
            *z += by * i32::from(x);
        }
    }

    fn column(&self, i: usize) -> &[i8] {
        &self.columns[i * self.count..(i + 1) * self.count]
    }

    /// Half of what the energy loses when unit `i` goes from -1 to +1, the others as in `z`; `s` is the unit's value.
    pub(super) fn field(&self, i: usize, s: f32, z: &[i32]) -> f64 {
        let (s, top) = (s as i32, self.power.len() - 1);
        let mut sum = 0.0;
        for (&z, &x) in z.iter().zip(self.column(i)) {
            let x = i32::from(x);
            let without = (z - x * s) + self.units as i32;
            let up = self.power[((without + x).max(0) as usize).min(top)];
            let down = self.power[((without - x).max(0) as usize).min(top)];
            sum += up - down;
        }
        0.5 * sum * self.unit
    }

    /// E for these products.
    pub(super) fn energy(&self, z: &[i32]) -> f64 {
        let d = self.units as i32;
        -self.unit * z.iter().map(|&z| self.power[(z + d) as usize]).sum::<f64>()
    }
}
