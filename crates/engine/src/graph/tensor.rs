//! Handles of nodes.

use super::{Graph, Id, Leaf, Rule, Shape};
use crate::op::{Binary, Point, Side, Unary};
use std::fmt;

/// A node of a graph: what the graph will compute there.
///
/// Methods of operators panic when shapes do not fit, with a sentence that names the operator and the shapes: sizes are
/// the program's own, so that is an error of the program.
#[derive(Clone, Copy)]
pub struct Tensor<'g> {
    graph: &'g Graph,
    id: Id,
}

impl<'g> Tensor<'g> {
    pub(crate) fn new(graph: &'g Graph, id: Id) -> Self {
        Self { graph, id }
    }

    /// The graph it belongs to.
    pub fn graph(&self) -> &'g Graph {
        self.graph
    }

    /// Its number, by which a plan knows it.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Its shape.
    pub fn shape(&self) -> Shape {
        self.graph.with(|trace| trace.nodes[self.id.at()].shape)
    }

    /// Size along `axis`.
    ///
    /// # Panics
    /// When there is no such axis.
    pub fn dim(&self, axis: usize) -> usize {
        self.shape().dims()[axis]
    }

    /// Gives it a name for messages and for looking it up.
    pub fn named(self, name: &str) -> Self {
        self.graph.rename(self.id, name);
        self
    }

    /// Its value when it is the same number in every entry and known already.
    pub(crate) fn known(&self) -> Option<f32> {
        self.graph.with(|trace| {
            let mut id = self.id;
            while let Rule::Point(Point::Unary(Unary::Copy)) = trace.nodes[id.at()].rule {
                id = trace.inputs(id)[0];
            }
            match trace.nodes[id.at()].rule {
                Rule::Leaf(Leaf::Scalar(value)) => Some(value),
                _ => None,
            }
        })
    }

    pub(crate) fn unary(self, function: Unary) -> Self {
        if let Some(x) = self.known() {
            let mut y = [0.0];
            function.apply(&[x], &mut y);
            return self.graph.full(self.shape(), y[0]);
        }
        self.graph.push_point(Point::Unary(function), &[self.id], self.shape())
    }

    pub(crate) fn binary(self, function: Binary, other: Self) -> Self {
        assert!(std::ptr::eq(self.graph, other.graph), "two tensors of different graphs");
        let (a, b) = (self.shape(), other.shape());
        let Some(shape) = a.broadcast(&b) else { panic!("{}: shapes {a} and {b} do not fit", function.name()) };
        if let (Some(a), Some(b)) = (self.known(), other.known()) {
            let mut y = [0.0];
            function.apply(Side::One(a), Side::One(b), &mut y);
            return self.graph.full(shape, y[0]);
        }
        let same = |side: Self| (side.shape() == shape).then_some(side);
        let neutral = match function {
            Binary::Add if other.known() == Some(0.0) => same(self),
            Binary::Add if self.known() == Some(0.0) => same(other),
            Binary::Sub if other.known() == Some(0.0) => same(self),
            Binary::Mul | Binary::Div if other.known() == Some(1.0) => same(self),
            Binary::Mul if self.known() == Some(1.0) => same(other),
            _ => None,
        };
        neutral.unwrap_or_else(|| self.graph.push_point(Point::Binary(function), &[self.id, other.id], shape))
    }

    /// Where the mask is not 0, this tensor's entry, else the other's. All three stretch to a common shape.
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn select(self, yes: impl Into<Operand<'g>>, no: impl Into<Operand<'g>>) -> Self {
        let (yes, no) = (yes.into().tensor(self.graph), no.into().tensor(self.graph));
        let shape = self.shape().broadcast(&yes.shape()).and_then(|shape| shape.broadcast(&no.shape()));
        let Some(shape) = shape else {
            panic!("select: shapes {}, {} and {} do not fit", self.shape(), yes.shape(), no.shape())
        };
        self.graph.push_point(Point::Select, &[self.id, yes.id, no.id], shape)
    }

    /// Repeats entries along axes of size 1 and along new leading axes.
    ///
    /// # Panics
    /// When the shape does not stretch to the one that is asked for.
    pub fn broadcast_to(self, shape: impl Into<Shape>) -> Self {
        let (from, to) = (self.shape(), shape.into());
        if from == to {
            return self;
        }
        assert_eq!(from.broadcast(&to), Some(to), "broadcast: shape {from} does not stretch to {to}");
        self.graph.push_point(Point::Unary(Unary::Copy), &[self.id], to)
    }

    /// Sums over the axes that broadcasting repeated: the derivative of [`Tensor::broadcast_to`].
    ///
    /// # Panics
    /// When `shape` does not stretch to this tensor's.
    pub fn sum_to(self, shape: impl Into<Shape>) -> Self {
        let (from, to) = (self.shape(), shape.into());
        if from == to {
            return self;
        }
        assert_eq!(to.broadcast(&from), Some(from), "sum_to: shape {to} does not stretch to {from}");
        let repeated = |axis: &usize| to.aligned(from.rank(), *axis) != from.dims()[*axis];
        let axes: Vec<usize> = (0..from.rank()).filter(repeated).collect();
        self.sum(&axes).reshape(to)
    }
}

impl fmt::Debug for Tensor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.graph.with(|trace| trace.label(self.id)))
    }
}

impl From<Tensor<'_>> for Id {
    fn from(tensor: Tensor) -> Self {
        tensor.id
    }
}

/// The other side of an operator: a tensor, or a number.
#[derive(Clone, Copy)]
pub enum Operand<'g> {
    /// A tensor.
    Tensor(Tensor<'g>),
    /// A number.
    Number(f32),
}

impl<'g> Operand<'g> {
    pub(crate) fn tensor(self, graph: &'g Graph) -> Tensor<'g> {
        match self {
            Self::Tensor(tensor) => tensor,
            Self::Number(number) => graph.scalar(number),
        }
    }
}

impl<'g> From<Tensor<'g>> for Operand<'g> {
    fn from(tensor: Tensor<'g>) -> Self {
        Self::Tensor(tensor)
    }
}

impl From<f32> for Operand<'_> {
    fn from(number: f32) -> Self {
        Self::Number(number)
    }
}

macro_rules! operator {
    ($($trait:ident $method:ident $function:ident),*) => {$(
        impl<'g, O: Into<Operand<'g>>> std::ops::$trait<O> for Tensor<'g> {
            type Output = Self;
            fn $method(self, other: O) -> Self {
                self.binary(Binary::$function, other.into().tensor(self.graph))
            }
        }
        impl<'g> std::ops::$trait<Tensor<'g>> for f32 {
            type Output = Tensor<'g>;
            fn $method(self, other: Tensor<'g>) -> Tensor<'g> {
                other.graph.scalar(self).binary(Binary::$function, other)
            }
        }
    )*};
}
operator!(Add add Add, Sub sub Sub, Mul mul Mul, Div div Div);

impl std::ops::Neg for Tensor<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        self.unary(Unary::Neg)
    }
}
