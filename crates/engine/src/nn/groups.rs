//! Which parameters of a plan's flat vector belong together: to a layer, to a copy of the model.

use crate::kernel::{self, LANES};
use crate::plan::{Layout, Plan, Slot};

/// The flat vector of a plan, taken apart by parameter and by copy.
///
/// ```
/// use vivarium_engine::graph::Graph;
/// use vivarium_engine::nn::{Activation, Groups, Init, Mlp, Optimizer};
/// use vivarium_engine::plan::Plan;
///
/// let g = Graph::new();
/// let mlp = Mlp::new(&g, "mlp", &[2, 4, 1], Activation::Tanh, &Init::PYTORCH);
/// let loss = mlp.apply(g.input("x", [8, 2])).square().mean_all();
/// let plan = Plan::build(&g).loss(loss).copies(3).compile();
/// let groups = Groups::of(&plan);
/// let mut optimizer = Optimizer::sgd(1.0, plan.params().len());
/// // Each copy learns at a rate of its own, and all hold their first layer fixed.
/// groups.by_copy(optimizer.scale_mut(), &[0.1, 0.01, 0.001]);
/// groups.by_name(optimizer.scale_mut(), |name| if name.starts_with("mlp/1/") { 0.0 } else { 1.0 });
/// ```
#[derive(Clone, Debug)]
pub struct Groups {
    slots: Vec<Slot>,
    copies: usize,
    layout: Layout,
    lanes: Vec<[f32; LANES]>,
    norms: Vec<f32>,
}

impl Groups {
    /// Those of a plan.
    pub fn of(plan: &Plan) -> Self {
        let slots = plan.slots().to_vec();
        let one: usize = slots.iter().map(|slot| slot.range.len()).sum();
        // Shared parameters are there once.
        let copies = plan.params().len().checked_div(one).unwrap_or(1);
        Self { slots, copies, layout: plan.layout(), lanes: vec![[0.0; LANES]; copies], norms: vec![0.0; copies] }
    }

    /// Number of copies.
    pub fn copies(&self) -> usize {
        self.copies
    }

    /// Multiplies each entry of a flat vector by a factor for the name of its parameter: rates and decay by layer.
    ///
    /// # Panics
    /// When the vector has another length than the plan's.
    pub fn by_name(&self, flat: &mut [f32], factor: impl Fn(&str) -> f32) {
        self.check(flat);
        for slot in &self.slots {
            kernel::scale(factor(&slot.name), &mut flat[slot.range.start * self.copies..slot.range.end * self.copies]);
        }
    }

    /// Multiplies each entry of a flat vector by the factor of its copy: rates and decay by copy.
    ///
    /// # Panics
    /// When the vector has another length than the plan's, or there is not one factor for each copy.
    pub fn by_copy(&self, flat: &mut [f32], factors: &[f32]) {
        assert_eq!(factors.len(), self.copies, "not one factor for each copy");
        self.each(flat, |copy, _, x| *x *= factors[copy]);
    }

    /// Shortens the gradient of each copy to the length `limit` where it is longer, and gives the lengths that they had: for
    /// each copy the bits of [`super::flat::clip_norm`] of it alone.
    ///
    /// # Panics
    /// When the vector has another length than the plan's.
    pub fn clip_norm(&mut self, gradient: &mut [f32], limit: f32) -> &[f32] {
        let (mut lanes, mut norms) = (std::mem::take(&mut self.lanes), std::mem::take(&mut self.norms));
        lanes.fill([0.0; LANES]);
        self.each(gradient, |copy, i, x| lanes[copy][i % LANES] += *x * *x);
        norms.iter_mut().zip(&lanes).for_each(|(norm, lanes)| *norm = kernel::sum_lanes(*lanes).sqrt());
        if norms.iter().any(|norm| super::flat::clipping_factor(*norm, limit) < 1.0) {
            self.each(gradient, |copy, _, x| {
                let factor = super::flat::clipping_factor(norms[copy], limit);
                if factor < 1.0 {
                    *x *= factor;
                }
            });
        }
        (self.lanes, self.norms) = (lanes, norms);
        &self.norms
    }

    /// Visits all entries: copy, number among the entries of that copy, entry. Those of one copy come in rising order.
    fn each(&self, flat: &mut [f32], mut visit: impl FnMut(usize, usize, &mut f32)) {
        self.check(flat);
        match self.layout {
            Layout::Inner => {
                for (i, row) in flat.chunks_exact_mut(self.copies).enumerate() {
                    row.iter_mut().enumerate().for_each(|(copy, x)| visit(copy, i, x));
                }
            }
            Layout::Outer => {
                for slot in self.slots.iter().filter(|slot| !slot.range.is_empty()) {
                    let block = &mut flat[slot.range.start * self.copies..slot.range.end * self.copies];
                    for (copy, part) in block.chunks_exact_mut(slot.range.len()).enumerate() {
                        part.iter_mut().zip(slot.range.clone()).for_each(|(x, i)| visit(copy, i, x));
                    }
                }
            }
        }
    }

    fn check(&self, flat: &[f32]) {
        let want = self.copies * self.slots.last().map_or(0, |slot| slot.range.end);
        assert_eq!(flat.len(), want, "a flat vector of another length than the plan's");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Graph;
    use crate::nn::{Activation, Init, Mlp, Optimizer, flat, loss};
    use crate::rng::Rng;

    const RATES: [f32; 3] = [0.3, 0.03, 0.1];

    /// Trains copies at rates of their own, with clipping; gives the losses of all steps by copy.
    fn train(layout: Layout, rates: &[f32], first_seed: u64) -> Vec<Vec<f32>> {
        let g = Graph::new();
        let mlp = Mlp::new(&g, "mlp", &[3, 5, 2], Activation::Tanh, &Init::PYTORCH);
        let (x, y) = (g.input("x", [6, 3]), g.input("y", [6, 2]));
        let loss = loss::squared(mlp.apply(x), y);
        let mut plan = Plan::build(&g).loss(loss).copies(rates.len()).layout(layout).compile();
        plan.init(first_seed);
        let mut rng = Rng::new(0, "data");
        rng.fill_normal(1.0, plan.values_mut(x));
        rng.fill_normal(1.0, plan.values_mut(y));
        let mut groups = Groups::of(&plan);
        let mut optimizer = Optimizer::adam(1.0, plan.params().len());
        groups.by_copy(optimizer.scale_mut(), rates);
        let mut losses = vec![Vec::new(); rates.len()];
        for _ in 0..20 {
            plan.run().unwrap();
            losses.iter_mut().zip(plan.losses()).for_each(|(all, loss)| all.push(*loss));
            groups.clip_norm(plan.gradient_mut(), 0.3);
            let (params, gradient) = plan.params_and_gradient();
            optimizer.step(params, gradient);
        }
        losses
    }

    #[test]
    fn copies_at_rates_of_their_own_learn_as_each_alone() {
        let outer = train(Layout::Outer, &RATES, 5);
        assert_eq!(outer, train(Layout::Inner, &RATES, 5));
        for (copy, rate) in RATES.iter().enumerate() {
            assert_eq!(outer[copy], train(Layout::Outer, &[*rate], 5 + copy as u64)[0], "copy {copy}");
            assert!(outer[copy][19] < outer[copy][0]);
        }
    }

    #[test]
    fn one_copy_is_clipped_as_a_plain_vector() {
        let g = Graph::new();
        let w = g.param("w", [37], Init::Normal(1.0));
        let empty = g.param("nothing", [0, 2], Init::ZEROS);
        let mut plan = Plan::training(&g, w.square().sum_all() + empty.sum_all(), &[]);
        plan.run().unwrap();
        let mut alone = plan.gradient().to_vec();
        let mut groups = Groups::of(&plan);
        let norm = flat::clip_norm(&mut alone, 0.5);
        assert_eq!(groups.clip_norm(plan.gradient_mut(), 0.5), [norm]);
        assert_eq!(plan.gradient(), alone);
    }

    #[test]
    fn factors_by_name() {
        let g = Graph::new();
        let [a, b] = ["a", "b"].map(|name| g.param(name, [2], Init::ONES));
        let plan = Plan::build(&g).loss(a.dot(b)).copies(2).layout(Layout::Inner).compile();
        let groups = Groups::of(&plan);
        let mut flat = [1.0; 8];
        groups.by_name(&mut flat, |name| if name == "a" { 2.0 } else { 3.0 });
        groups.by_copy(&mut flat, &[1.0, 10.0]);
        assert_eq!(flat, [2.0, 20.0, 2.0, 20.0, 3.0, 30.0, 3.0, 30.0]);
        assert_eq!(groups.copies(), 2);
    }
}
