//! The plain way to compute a graph: node by node, each into memory of its own.
//!
//! It serves two ends. In double precision it gives the truth that derivatives are checked against; in single precision it
//! is what a [`crate::plan::Plan`] must equal to the bit, and finds the node at which numbers went bad.

use super::{Graph, Id, Leaf, Rule, Shape, Tensor, Trace};
use crate::float::Float;
use crate::op::{AnyOp, Point, Side, View};

/// A number type whose kernels lie behind operators.
pub trait Number: Float {
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "operators behind pointers are the engine's own affair")]
    fn eval(op: &dyn AnyOp, inputs: &[View<Self>], out: &mut [Self], scratch: &mut [Self]);
}

impl Number for f32 {
    #[expect(private_interfaces, reason = "see the trait")]
    fn eval(op: &dyn AnyOp, inputs: &[View<Self>], out: &mut [Self], scratch: &mut [Self]) {
        op.eval32(inputs, out, scratch);
    }
}

impl Number for f64 {
    #[expect(private_interfaces, reason = "see the trait")]
    fn eval(op: &dyn AnyOp, inputs: &[View<Self>], out: &mut [Self], scratch: &mut [Self]) {
        op.eval64(inputs, out, scratch);
    }
}

/// Where inputs, states and parameters come from: their values by number, or none for zeros.
pub type Leaves<'a, T> = &'a dyn Fn(Id) -> Option<Vec<T>>;

/// The values of tensors, computed node by node.
///
/// # Panics
/// When a leaf's values have another count than its shape.
pub fn evaluate<T: Number>(graph: &Graph, tensors: &[Tensor], leaves: Leaves<T>) -> Vec<Vec<T>> {
    let wanted: Vec<Id> = tensors.iter().map(Tensor::id).collect();
    let values = walk(&graph.trace(), &wanted, leaves, |_, _| true);
    wanted.iter().map(|id| values[id.at()].clone().unwrap_or_default()).collect()
}

/// Computes all that `wanted` needs, and stops when `go_on` says so.
pub(crate) fn walk<T: Number>(
    trace: &Trace,
    wanted: &[Id],
    leaves: Leaves<T>,
    mut go_on: impl FnMut(Id, &[T]) -> bool,
) -> Vec<Option<Vec<T>>> {
    let live = live(trace, wanted);
    let mut values: Vec<Option<Vec<T>>> = vec![None; trace.nodes.len()];
    for (i, node) in trace.nodes.iter().enumerate().filter(|(i, _)| live[*i]) {
        let id = Id(i as u32);
        let ids = trace.inputs(id);
        let shapes: Vec<Shape> = ids.iter().map(|id| trace.nodes[id.at()].shape).collect();
        let views: Vec<View<T>> = ids
            .iter()
            .zip(&shapes)
            .map(|(id, shape)| View { dims: shape.dims(), data: values[id.at()].as_deref().unwrap_or_default() })
            .collect();
        let mut out = vec![T::ZERO; node.shape.len()];
        match &node.rule {
            Rule::Leaf(Leaf::Scalar(x)) => out[0] = T::of(f64::from(*x)),
            Rule::Leaf(Leaf::Constant(x)) => out.iter_mut().zip(&**x).for_each(|(o, x)| *o = T::of(f64::from(*x))),
            Rule::Leaf(_) => {
                if let Some(given) = leaves(id) {
                    assert_eq!(given.len(), out.len(), "values for {} of another count", trace.label(id));
                    out = given;
                }
            }
            Rule::Point(point) => by_entry(*point, &node.shape, &views, &mut out),
            Rule::Op(op) => {
                let mut scratch = vec![T::ZERO; op.scratch(&shapes)];
                T::eval(&**op, &views, &mut out, &mut scratch);
            }
        }
        let go_on = go_on(id, &out);
        values[i] = Some(out);
        if !go_on {
            break;
        }
    }
    values
}

/// Which nodes `wanted` needs.
pub(crate) fn live(trace: &Trace, wanted: &[Id]) -> Vec<bool> {
    let mut live = vec![false; trace.nodes.len()];
    wanted.iter().for_each(|id| live[id.at()] = true);
    for i in (0..live.len()).rev().map(|i| Id(i as u32)) {
        if live[i.at()] {
            needed(trace, i).iter().for_each(|input| live[input.at()] = true);
        }
    }
    live
}

/// The inputs that a node's value depends on.
pub(crate) fn needed(trace: &Trace, id: Id) -> &[Id] {
    let inputs = trace.inputs(id);
    match &trace.nodes[id.at()].rule {
        Rule::Op(op) => &inputs[..inputs.len().min(op.needs())],
        _ => inputs,
    }
}

fn by_entry<T: Float>(point: Point, shape: &Shape, inputs: &[View<T>], out: &mut [T]) {
    for (i, out) in out.iter_mut().enumerate() {
        let entry = |k: usize| {
            let (mut left, mut position, mut stride) = (i, 0, 1);
            let dims = inputs[k].dims;
            for (axis, size) in shape.dims().iter().enumerate().rev() {
                let index = left % size;
                left /= size;
                if let Some(own) = (axis + dims.len()).checked_sub(shape.rank()) {
                    position += if dims[own] == 1 { 0 } else { index * stride };
                    stride *= dims[own];
                }
            }
            inputs[k].data[position]
        };
        let out = std::slice::from_mut(out);
        match point {
            Point::Unary(function) => function.apply(&[entry(0)], out),
            Point::Binary(function) => function.apply(Side::One(entry(0)), Side::One(entry(1)), out),
            Point::Select => out[0] = if entry(0) == T::ZERO { entry(2) } else { entry(1) },
        }
    }
}
