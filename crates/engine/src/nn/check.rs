//! What the tests of layers and losses share: values in double precision at drawn inputs, and derivatives there against
//! differences.

use crate::graph::{Graph, Id, Leaf, Rule, Tensor, evaluate};
use crate::op::examples::compare;
use crate::rng::Rng;
use std::collections::BTreeMap;

/// A graph with numbers for its leaves: parameters and states as they start, inputs between -1 and 1, unless told
/// otherwise.
pub(super) struct Checked<'g> {
    graph: &'g Graph,
    fixed: BTreeMap<Id, Vec<f64>>,
}

impl<'g> Checked<'g> {
    pub fn new(graph: &'g Graph) -> Self {
        Self { graph, fixed: BTreeMap::new() }
    }

    /// Numbers for a leaf, which derivatives then leave alone.
    pub fn with(mut self, leaf: Tensor<'g>, values: &[f64]) -> Self {
        self.fixed.insert(leaf.id(), values.into());
        self
    }

    fn leaves(&self, noise: f64) -> BTreeMap<Id, Vec<f64>> {
        let mut at = self.fixed.clone();
        self.graph.with(|trace| {
            for (i, node) in trace.nodes.iter().enumerate() {
                let id = Id(i as u32);
                let rng = Rng::new(u64::from(id.0), "check");
                let mut numbers = rng.split("numbers");
                let drawn = match &node.rule {
                    Rule::Leaf(Leaf::Param(init) | Leaf::State(init)) => {
                        let mut start = vec![0.0; node.shape.len()];
                        init.fill(node.shape, &mut rng.split("init"), &mut start);
                        start.iter().map(|x| f64::from(*x) + numbers.uniform(-noise, noise)).collect()
                    }
                    Rule::Leaf(Leaf::Input { .. }) => {
                        (0..node.shape.len()).map(|_| numbers.uniform(-1.0, 1.0)).collect()
                    }
                    _ => continue,
                };
                at.entry(id).or_insert(drawn);
            }
        });
        at
    }

    /// The value of a tensor.
    pub fn values(&self, tensor: Tensor<'g>) -> Vec<f64> {
        let at = self.leaves(0.0);
        evaluate::<f64>(self.graph, &[tensor], &|id| at.get(&id).cloned()).swap_remove(0)
    }

    /// Compares the derivatives of a tensor by all parameters and inputs with differences; parameters are moved off their
    /// start, where many are zero.
    pub fn derivatives(&self, tensor: Tensor<'g>) {
        let at = self.leaves(0.3);
        let xs: Vec<Tensor> = self.graph.with(|trace| {
            let changes = |i: &usize| matches!(trace.nodes[*i].rule, Rule::Leaf(Leaf::Param(_) | Leaf::Input { .. }));
            (0..trace.nodes.len())
                .filter(changes)
                .map(|i| Id(i as u32))
                .filter(|id| !self.fixed.contains_key(id))
                .map(|id| self.graph.tensor(id))
                .collect()
        });
        let mut rng = Rng::new(0, "weights");
        let weights: Vec<f32> = (0..tensor.shape().len()).map(|_| rng.uniform(0.5, 1.5) as f32).collect();
        let target = tensor.dot(self.graph.constant(tensor.shape(), &weights));
        let grads = self.graph.gradients(target, &xs);
        compare("a layer or loss", self.graph, target, &xs, &grads, &at);
    }
}

/// Asserts that numbers agree to a tolerance, relative above 1.
pub(super) fn near(got: &[f64], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{got:?}, not {want:?}");
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= tolerance * w.abs().max(1.0), "entry {i} is {g}, not {w}: {got:?}, not {want:?}");
    }
}
