//! Five associative memories behind one face: store patterns, ask for a local field, update, tell the energy.
//!
//! Everything here takes the state as an argument and computes from scratch: it is the reference. [`super::walk::Walk`]
//! follows one state through many updates and keeps fields and energy up to date, with the same results bit for bit.

use super::couplings::Couplings;
use super::dense::Dense;
use ndarray::{Array2, ArrayView2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vivarium_engine::{kernel, math};
use vivarium_frame::Complaint;

/// Which interaction stores the patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Sum of outer products: W = X X^T / d. The rule of 1982.
    #[default]
    #[schemars(title = "Hebb")]
    Hebb,
    /// Projection onto the span of the patterns: W = X (X^T X)^-1 X^T.
    #[schemars(title = "Pseudo-inverse")]
    PseudoInverse,
    /// Outer products, each corrected by what the earlier patterns already say.
    #[schemars(title = "Storkey")]
    Storkey,
    /// Dense memory: energy -sum of (x . xi)^n.
    #[schemars(title = "Polynomial of degree n")]
    Polynomial,
    /// Modern Hopfield network: the state becomes X softmax(beta X^T xi).
    #[schemars(title = "Modern (softmax)")]
    Softmax,
}

impl Rule {
    /// Whether the rule keeps a matrix of couplings.
    pub fn pairwise(self) -> bool {
        matches!(self, Rule::Hebb | Rule::PseudoInverse | Rule::Storkey)
    }
    /// Whether states are signs, -1 or +1; else they are real.
    pub fn signs(self) -> bool {
        self != Rule::Softmax
    }
}

/// A rule with its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// The rule.
    pub rule: Rule,
    /// Degree n of the polynomial, 2 to 6.
    pub degree: u32,
    /// Inverse temperature of the softmax, above 0.
    pub beta: f32,
    /// Whether the pairwise rules keep the diagonal of W.
    pub self_coupling: bool,
}

impl Kind {
    /// This rule with degree 3, beta 1 and no diagonal.
    pub fn of(rule: Rule) -> Self {
        Self { rule, degree: 3, beta: 1.0, self_coupling: false }
    }
}

pub(super) enum Store {
    Pairwise(Couplings),
    Dense(Dense),
    Softmax,
}

/// A memory with its patterns stored.
pub struct Memory {
    kind: Kind,
    patterns: Array2<f32>,
    pub(super) store: Store,
    /// Softmax weights of the last softmax update; one per pattern.
    weights: Vec<f32>,
    products: Vec<i32>,
    next: Vec<f32>,
    /// The largest squared norm of a pattern.
    largest: f64,
}

impl Memory {
    /// Stores `patterns`, one a row: N x d, N and d at least 1; -1 and +1 for the sign rules, real for softmax.
    ///
    /// # Errors
    /// A sentence when there is no pattern, a value is not allowed, or a parameter is out of range.
    pub fn new(kind: Kind, patterns: Array2<f32>) -> Result<Self, Complaint> {
        let patterns = patterns.as_standard_layout().into_owned();
        let (count, units) = patterns.dim();
        if count == 0 || units == 0 {
            return Err(Complaint::new("A memory needs at least one pattern of at least one pixel."));
        }
        if kind.rule.signs() && patterns.iter().any(|x| x.abs() != 1.0) {
            return Err(Complaint::new("This rule stores patterns of -1 and +1 only."));
        }
        if patterns.iter().any(|x| !x.is_finite()) {
            return Err(Complaint::new("A pattern holds a value that is not a number."));
        }
        check_degree(kind.degree)?;
        check_beta(kind.beta)?;
        let store = match kind.rule {
            Rule::Hebb => Store::Pairwise(Couplings::hebb(patterns.view(), kind.self_coupling)),
            Rule::PseudoInverse => Store::Pairwise(Couplings::projection(patterns.view(), kind.self_coupling)),
            Rule::Storkey => Store::Pairwise(Couplings::storkey(patterns.view(), kind.self_coupling)),
            Rule::Polynomial => Store::Dense(Dense::new(patterns.view(), kind.degree)),
            Rule::Softmax => Store::Softmax,
        };
        if let Store::Pairwise(couplings) = &store
            && couplings.whole.iter().any(|w| !w.is_finite())
        {
            return Err(Complaint::about(
                "patterns",
                "With so many patterns the couplings of this rule grow without bound.",
            ));
        }
        let largest = patterns.rows().into_iter().map(|x| dot64(x.as_slice(), x.as_slice())).fold(0.0, f64::max);
        Ok(Self {
            kind,
            store,
            weights: vec![1.0 / count as f32; count],
            products: vec![0; count],
            next: vec![0.0; units],
            largest,
            patterns,
        })
    }

    /// The rule and its parameters.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The stored patterns, N x d.
    pub fn patterns(&self) -> ArrayView2<'_, f32> {
        self.patterns.view()
    }

    /// Pattern `mu`.
    pub fn pattern(&self, mu: usize) -> &[f32] {
        let units = self.units();
        self.patterns.as_slice().map_or(&[], |all| &all[mu * units..(mu + 1) * units])
    }

    /// How many patterns are stored, N.
    pub fn count(&self) -> usize {
        self.patterns.nrows()
    }

    /// How many units there are, d.
    pub fn units(&self) -> usize {
        self.patterns.ncols()
    }

    /// The couplings d x d of a pairwise rule, in whole multiples of [`Memory::weight_unit`].
    pub fn weights(&self) -> Option<ArrayView2<'_, f32>> {
        match &self.store {
            Store::Pairwise(couplings) => Some(couplings.whole.view()),
            _ => None,
        }
    }

    /// What one whole of [`Memory::weights`] stands for: W = weights x unit.
    pub fn weight_unit(&self) -> f64 {
        match &self.store {
            Store::Pairwise(couplings) => couplings.unit,
            _ => 1.0,
        }
    }

    /// Sets the inverse temperature of the softmax.
    ///
    /// # Errors
    /// A sentence unless it is above 0 and finite.
    pub fn set_beta(&mut self, beta: f32) -> Result<(), Complaint> {
        check_beta(beta)?;
        self.kind.beta = beta;
        Ok(())
    }

    /// Sets the degree of the polynomial.
    ///
    /// # Errors
    /// A sentence unless it is 2 to 6.
    pub fn set_degree(&mut self, degree: u32) -> Result<(), Complaint> {
        check_degree(degree)?;
        self.kind.degree = degree;
        if let Store::Dense(dense) = &mut self.store {
            dense.set_degree(degree);
        }
        Ok(())
    }

    /// The local field of unit `i`: half of what the energy loses when the unit goes from -1 to +1. (With the diagonal
    /// kept, a pairwise field contains the unit's own pull.) For softmax: the value that the update gives the unit.
    pub fn local_field(&mut self, state: &[f32], i: usize) -> f32 {
        match &self.store {
            Store::Pairwise(couplings) => (f64::from(kernel::dot(couplings.row(i), state)) * couplings.unit) as f32,
            Store::Dense(dense) => {
                dense.products(state, &mut self.products);
                dense.field(i, state[i], &self.products) as f32
            }
            Store::Softmax => {
                self.attend(state);
                self.weights.iter().zip(self.patterns.column(i)).map(|(p, x)| p * x).sum()
            }
        }
    }

    /// Updates unit `i`: by Glauber's rule at `temperature` above 0 with the uniform number `u` in [0, 1); by the
    /// field's sign at 0, a field of zero keeping the state. Tells whether the unit changed. A softmax unit takes its
    /// new value.
    pub fn update_unit(&mut self, state: &mut [f32], i: usize, temperature: f32, u: f32) -> bool {
        let field = self.local_field(state, i);
        let new = if self.kind.rule.signs() { decide(field, state[i], temperature, u) } else { field };
        let changed = new != state[i];
        state[i] = new;
        changed
    }

    /// Updates all units at once from the same old state; `uniform` gives a number in [0, 1) for each unit in turn
    /// (asked only at a temperature above 0). Tells how many units changed.
    pub fn update_all(&mut self, state: &mut [f32], temperature: f32, mut uniform: impl FnMut() -> f32) -> usize {
        let mut next = std::mem::take(&mut self.next);
        match &self.store {
            Store::Softmax => {
                self.attend(state);
                kernel::gemv_t(self.patterns.as_slice().unwrap_or_default(), &self.weights, &mut next);
            }
            Store::Pairwise(couplings) => {
                for (i, next) in next.iter_mut().enumerate() {
                    let u = if temperature > 0.0 { uniform() } else { 0.0 };
                    let field = (f64::from(kernel::dot(couplings.row(i), state)) * couplings.unit) as f32;
                    *next = decide(field, state[i], temperature, u);
                }
            }
            Store::Dense(dense) => {
                dense.products(state, &mut self.products);
                for (i, next) in next.iter_mut().enumerate() {
                    let u = if temperature > 0.0 { uniform() } else { 0.0 };
                    *next = decide(dense.field(i, state[i], &self.products) as f32, state[i], temperature, u);
                }
            }
        }
        let changed = state.iter().zip(&next).filter(|(old, new)| old != new).count();
        state.copy_from_slice(&next);
        self.next = next;
        changed
    }

    /// The rule's own energy. Pairwise: -1/2 xi^T W xi. Polynomial: -(d/n) sum of (x . xi / d)^n. Softmax:
    /// -lse(beta, X^T xi) + 1/2 xi . xi + ln N / beta + M^2 / 2.
    pub fn energy(&mut self, state: &[f32]) -> f64 {
        match &self.store {
            Store::Pairwise(couplings) => {
                let along = |(i, s): (usize, &f32)| f64::from(*s) * f64::from(kernel::dot(couplings.row(i), state));
                -0.5 * state.iter().enumerate().map(along).sum::<f64>() * couplings.unit
            }
            Store::Dense(dense) => {
                dense.products(state, &mut self.products);
                dense.energy(&self.products)
            }
            Store::Softmax => {
                let beta = f64::from(self.kind.beta);
                let product = |mu: usize| beta * dot64(Some(self.pattern(mu)), Some(state));
                let top = (0..self.count()).map(product).fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = (0..self.count()).map(|mu| math::exp(product(mu) - top)).sum();
                // The two large terms first: near a memory of norm M they cancel.
                let lse = top + math::ln(sum) - math::ln(self.count() as f64);
                0.5 * (dot64(Some(state), Some(state)) + self.largest) - lse / beta
            }
        }
    }

    /// Overlaps m_mu = x_mu . xi / d with every pattern, into `out` (N numbers).
    pub fn overlaps(&self, state: &[f32], out: &mut [f32]) {
        kernel::gemv(self.patterns.as_slice().unwrap_or_default(), state, out);
        kernel::scale(1.0 / self.units() as f32, out);
    }

    /// p = softmax(beta X^T xi) into [`Memory::weights_softmax`].
    pub fn attend(&mut self, state: &[f32]) {
        let patterns = self.patterns.as_slice().unwrap_or_default();
        kernel::gemv(patterns, state, &mut self.weights);
        kernel::scale(self.kind.beta, &mut self.weights);
        math::softmax_in_place(&mut self.weights);
    }

    /// The softmax weights p of the last softmax update (or field); one per pattern.
    pub fn weights_softmax(&self) -> &[f32] {
        &self.weights
    }

    /// The effective number of patterns, exp(H(p)), of the last softmax weights: 1 to N.
    pub fn effective_patterns(&self) -> f64 {
        let entropy: f64 =
            self.weights.iter().map(|&p| f64::from(p)).filter(|&p| p > 0.0).map(|p| -p * math::ln(p)).sum();
        math::exp(entropy)
    }
}

/// The new value of a unit in `field`.
pub(super) fn decide(field: f32, old: f32, temperature: f32, u: f32) -> f32 {
    if temperature > 0.0 {
        let up = 1.0 / (1.0 + math::exp(f64::from(-2.0 * field / temperature)));
        if f64::from(u) < up { 1.0 } else { -1.0 }
    } else if field == 0.0 {
        old
    } else {
        field.signum()
    }
}

fn dot64(a: Option<&[f32]>, b: Option<&[f32]>) -> f64 {
    let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn check_degree(degree: u32) -> Result<(), Complaint> {
    if (2..=6).contains(&degree) {
        Ok(())
    } else {
        Err(Complaint::about("degree", format!("The degree cannot be {degree}: it is 2 to 6.")))
    }
}

fn check_beta(beta: f32) -> Result<(), Complaint> {
    if beta > 0.0 && beta.is_finite() {
        Ok(())
    } else {
        Err(Complaint::about("beta", format!("beta cannot be {beta}: it is above 0.")))
    }
}

#[cfg(test)]
#[path = "nets_tests.rs"]
mod tests;
