//! Derivatives, as more graph: so they can be differentiated again.

use super::{Graph, Id, Rule, Tensor};
use crate::op::At;

impl Graph {
    /// The derivatives of the scalar `y` by each of `xs`, of their shapes.
    ///
    /// # Panics
    /// When `y` is no scalar.
    pub fn gradient<'g, const N: usize>(&'g self, y: Tensor<'g>, xs: [Tensor<'g>; N]) -> [Tensor<'g>; N] {
        let all = self.gradients(y, &xs);
        std::array::from_fn(|i| all[i])
    }

    /// [`Graph::gradient`] for a list.
    ///
    /// # Panics
    /// When `y` is no scalar.
    pub fn gradients<'g>(&'g self, y: Tensor<'g>, xs: &[Tensor<'g>]) -> Vec<Tensor<'g>> {
        assert_eq!(y.shape().rank(), 0, "the gradient of a tensor that is no scalar");
        self.vjp(y, self.scalar(1.0), xs)
    }

    /// Vector-Jacobian products: the derivatives of <y, v> by each of `xs`, for a v of y's shape.
    ///
    /// # Panics
    /// When `v` has another shape than `y`.
    pub fn vjp<'g>(&'g self, y: Tensor<'g>, v: Tensor<'g>, xs: &[Tensor<'g>]) -> Vec<Tensor<'g>> {
        assert_eq!(y.shape(), v.shape(), "a vector-Jacobian product with a vector of another shape");
        let end = y.id().at() + 1;
        let mut depends = vec![false; end];
        xs.iter().filter(|x| x.id().at() < end).for_each(|x| depends[x.id().at()] = true);
        self.with(|trace| {
            for i in 0..end {
                depends[i] |= trace.inputs(Id(i as u32)).iter().any(|input| depends[input.at()]);
            }
        });
        let mut grads: Vec<Option<Tensor<'g>>> = vec![None; end];
        grads[y.id().at()] = Some(v);
        let mut inputs: Vec<Tensor<'g>> = Vec::new();
        for i in (0..end).rev() {
            let Some(dy) = grads[i] else { continue };
            let id = Id(i as u32);
            let Some(rule) = self.with(|trace| {
                inputs.clear();
                inputs.extend(trace.inputs(id).iter().map(|input| self.tensor(*input)));
                inputs.iter().any(|input| depends[input.id().at()]).then(|| trace.nodes[i].rule.clone())
            }) else {
                continue;
            };
            let at = At { inputs: &inputs, y: self.tensor(id), dy };
            let by_inputs = match rule {
                Rule::Leaf(_) => continue,
                Rule::Point(point) => point.grad(at),
                Rule::Op(op) => op.grad(at),
            };
            for (input, grad) in inputs.iter().zip(by_inputs) {
                let slot = &mut grads[input.id().at()];
                if let (true, Some(grad)) = (depends[input.id().at()], grad) {
                    *slot = Some(slot.map_or(grad, |sum| sum + grad));
                }
            }
        }
        let found = |x: &Tensor<'g>| grads.get(x.id().at()).copied().flatten();
        xs.iter().map(|x| found(x).unwrap_or_else(|| self.full(x.shape(), 0.0))).collect()
    }

    /// The Jacobian-vector product: how `y` changes when each of `xs` moves along its vector in `vs`.
    ///
    /// Built from two vector-Jacobian products (the first is linear in its vector), so it needs no rules of its own; what
    /// only the first needs is removed when the graph is compiled.
    ///
    /// # Panics
    /// When a vector has another shape than its tensor.
    pub fn jvp<'g>(&'g self, y: Tensor<'g>, xs: &[Tensor<'g>], vs: &[Tensor<'g>]) -> Tensor<'g> {
        let dummy = self.input("dummy", y.shape());
        let back = self.vjp(y, dummy, xs);
        let along = back.iter().zip(vs).map(|(back, v)| {
            assert_eq!(back.shape(), v.shape(), "a Jacobian-vector product with a vector of another shape");
            back.dot(*v)
        });
        match along.reduce(|sum, term| sum + term) {
            Some(sum) => self.vjp(sum, self.scalar(1.0), &[dummy])[0],
            None => self.full(y.shape(), 0.0),
        }
    }

    /// Hessian-vector products: the derivative of the gradient of the scalar `y` by `xs` along `vs`.
    ///
    /// # Panics
    /// When `y` is no scalar, or a vector has another shape than its tensor.
    pub fn hvp<'g>(&'g self, y: Tensor<'g>, xs: &[Tensor<'g>], vs: &[Tensor<'g>]) -> Vec<Tensor<'g>> {
        let gradient = self.gradients(y, xs);
        let along = gradient.iter().zip(vs).map(|(gradient, v)| gradient.dot(*v));
        match along.reduce(|sum, term| sum + term) {
            Some(sum) => self.gradients(sum, xs),
            None => Vec::new(),
        }
    }
}
