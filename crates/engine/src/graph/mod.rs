//! Graphs: a computation recorded once, to be differentiated, compiled and replayed.
//!
//! A [`Graph`] holds nodes in the order in which they were recorded, which is an order in which they can be computed. A
//! [`Tensor`] is a node's handle: it is `Copy`, knows its shape, and has the operators as methods and as `+ - * /`.
//! Recording a node that stands there already gives the same handle, so common subexpressions are never computed twice,
//! whoever wrote them: the user or the rules of differentiation.
//!
//! ```
//! use vivarium_engine::graph::Graph;
//! use vivarium_engine::plan::Plan;
//!
//! let g = Graph::new();
//! let x = g.input("x", [3]);
//! let y = (x.square() + 1.0).ln().sum_all();
//! let [slope] = g.gradient(y, [x]);
//! let mut plan = Plan::new(&g, &[y, slope]);
//! plan.set(x, &[0.0, 1.0, 3.0]);
//! plan.run().unwrap();
//! assert_eq!(plan.values(slope), [0.0, 1.0, 0.6]);
//! ```

mod gradient;
mod interpret;
mod shape;
mod tensor;

pub use interpret::{Leaves, Number, evaluate};
pub(crate) use interpret::{live, needed, walk};
pub use shape::{MAX_RANK, Shape, around};
pub use tensor::{Operand, Tensor};

use crate::nn::Init;
use crate::op::{AnyOp, Op, Point};
use hashbrown::HashTable;
use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A node's number, in the order of recording. It outlives the graph: plans are asked for values by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub(crate) u32);

impl Id {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

/// What a node that computes nothing stands for.
#[derive(Clone, Debug)]
pub(crate) enum Leaf {
    /// The same number in every entry, known when recording.
    Scalar(f32),
    /// Numbers known when recording.
    Constant(Arc<[f32]>),
    /// Numbers that come from outside before a run.
    Input { per_copy: bool },
    /// Numbers that a run may replace at its end.
    State(Init),
    /// Numbers that an optimiser changes.
    Param(Init),
}

/// How a node comes by its value.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    Leaf(Leaf),
    /// Entry by entry.
    Point(Point),
    Op(Arc<dyn AnyOp>),
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub rule: Rule,
    pub shape: Shape,
    pub name: Option<Arc<str>>,
    first: u32,
    count: u32,
}

/// All nodes of a graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    pub nodes: Vec<Node>,
    inputs: Vec<Id>,
    table: HashTable<Id>,
    /// State, and the value that replaces it at the end of a run.
    pub assigned: Vec<(Id, Id)>,
}

impl Trace {
    pub fn inputs(&self, id: Id) -> &[Id] {
        let node = &self.nodes[id.at()];
        &self.inputs[node.first as usize..(node.first + node.count) as usize]
    }

    /// What a node is called in messages: its own name, or its operator and number.
    pub fn label(&self, id: Id) -> String {
        let node = &self.nodes[id.at()];
        let operator = match &node.rule {
            Rule::Leaf(_) => "constant",
            Rule::Point(point) => point.name(),
            Rule::Op(op) => op.name(),
        };
        match &node.name {
            Some(name) => name.to_string(),
            None => format!("{operator} of shape {}, operation {} of the graph", node.shape, id.0),
        }
    }

    fn push(&mut self, rule: Rule, inputs: &[Id], shape: Shape) -> Id {
        let hash = hash(&rule, inputs, &shape);
        if let Some(hash) = hash {
            let same = |id: &Id| {
                let node = &self.nodes[id.at()];
                node.shape == shape && self.inputs(*id) == inputs && equal(&node.rule, &rule)
            };
            if let Some(id) = self.table.find(hash, same) {
                return *id;
            }
        }
        let id = Id(self.nodes.len() as u32);
        let first = self.inputs.len() as u32;
        self.inputs.extend_from_slice(inputs);
        self.nodes.push(Node { rule, shape, name: None, first, count: inputs.len() as u32 });
        if let Some(hash) = hash {
            let (nodes, all) = (&self.nodes, &self.inputs);
            let rehash = |id: &Id| {
                let node = &nodes[id.at()];
                let inputs = &all[node.first as usize..(node.first + node.count) as usize];
                self::hash(&node.rule, inputs, &node.shape).unwrap_or_default()
            };
            self.table.insert_unique(hash, id, rehash);
        }
        id
    }
}

/// None for leaves that are never the same as another.
fn hash(rule: &Rule, inputs: &[Id], shape: &Shape) -> Option<u64> {
    let mut hasher = rustc_hash::FxHasher::default();
    match rule {
        Rule::Leaf(Leaf::Scalar(x)) => x.to_bits().hash(&mut hasher),
        Rule::Leaf(_) => return None,
        Rule::Point(point) => point.hash(&mut hasher),
        Rule::Op(op) => op.hash_into(&mut hasher),
    }
    inputs.hash(&mut hasher);
    shape.hash(&mut hasher);
    Some(hasher.finish())
}

fn equal(a: &Rule, b: &Rule) -> bool {
    match (a, b) {
        (Rule::Leaf(Leaf::Scalar(a)), Rule::Leaf(Leaf::Scalar(b))) => a.to_bits() == b.to_bits(),
        (Rule::Point(a), Rule::Point(b)) => a == b,
        (Rule::Op(a), Rule::Op(b)) => a.same(&**b),
        _ => false,
    }
}

/// A recording.
#[derive(Default)]
pub struct Graph {
    trace: RefCell<Arc<Trace>>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.trace.borrow().nodes.len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all nodes and keeps the room: for models whose graph follows each sample.
    pub fn clear(&mut self) {
        match Arc::get_mut(self.trace.get_mut()) {
            Some(trace) => {
                trace.nodes.clear();
                trace.inputs.clear();
                trace.table.clear();
                trace.assigned.clear();
            }
            None => *self = Self::new(),
        }
    }

    /// Numbers that come from outside before each run; zero until then. All copies of a plan share them.
    pub fn input(&self, name: &str, shape: impl Into<Shape>) -> Tensor<'_> {
        self.leaf(name, Leaf::Input { per_copy: false }, shape.into())
    }

    /// Numbers that come from outside before each run, for every copy of a plan its own.
    pub fn input_per_copy(&self, name: &str, shape: impl Into<Shape>) -> Tensor<'_> {
        self.leaf(name, Leaf::Input { per_copy: true }, shape.into())
    }

    /// Numbers that an optimiser changes: a part of the flat vector of parameters, in the order of recording.
    pub fn param(&self, name: &str, shape: impl Into<Shape>, init: Init) -> Tensor<'_> {
        self.leaf(name, Leaf::Param(init), shape.into())
    }

    /// Numbers that stay from run to run and that [`Graph::assign`] replaces: a hidden state, a running mean.
    pub fn state(&self, name: &str, shape: impl Into<Shape>, init: Init) -> Tensor<'_> {
        self.leaf(name, Leaf::State(init), shape.into())
    }

    /// Numbers known now.
    ///
    /// # Panics
    /// When their count is not the shape's.
    pub fn constant(&self, shape: impl Into<Shape>, values: &[f32]) -> Tensor<'_> {
        let shape = shape.into();
        assert_eq!(shape.len(), values.len(), "a constant of shape {shape}");
        self.push(Rule::Leaf(Leaf::Constant(values.into())), &[], shape)
    }

    /// One number known now.
    pub fn scalar(&self, value: f32) -> Tensor<'_> {
        self.push(Rule::Leaf(Leaf::Scalar(value)), &[], Shape::SCALAR)
    }

    /// The same number in every entry.
    pub fn full(&self, shape: impl Into<Shape>, value: f32) -> Tensor<'_> {
        self.scalar(value).broadcast_to(shape)
    }

    /// At the end of each run, the value replaces the state.
    ///
    /// # Panics
    /// When `state` is not a state, or the shapes differ.
    pub fn assign(&self, state: Tensor, value: Tensor) {
        assert_eq!(state.shape(), value.shape(), "assigned to a state of another shape");
        let mut trace = self.trace.borrow_mut();
        let trace = Arc::make_mut(&mut trace);
        let is_state = matches!(trace.nodes[state.id().at()].rule, Rule::Leaf(Leaf::State(_)));
        assert!(is_state, "assigned to {}, which is not a state", trace.label(state.id()));
        trace.assigned.retain(|(known, _)| *known != state.id());
        trace.assigned.push((state.id(), value.id()));
    }

    /// The parameters, in the order of recording.
    pub fn params(&self) -> Vec<Tensor<'_>> {
        let trace = self.trace.borrow();
        let is_param = |node: &Node| matches!(node.rule, Rule::Leaf(Leaf::Param(_)));
        (0..trace.nodes.len()).filter(|i| is_param(&trace.nodes[*i])).map(|i| self.tensor(Id(i as u32))).collect()
    }

    fn leaf(&self, name: &str, leaf: Leaf, shape: Shape) -> Tensor<'_> {
        self.push(Rule::Leaf(leaf), &[], shape).named(name)
    }

    pub(crate) fn tensor(&self, id: Id) -> Tensor<'_> {
        Tensor::new(self, id)
    }

    fn push(&self, rule: Rule, inputs: &[Id], shape: Shape) -> Tensor<'_> {
        let mut trace = self.trace.borrow_mut();
        self.tensor(Arc::make_mut(&mut trace).push(rule, inputs, shape))
    }

    /// Records an entry-by-entry function whose inputs stretch to `shape`.
    pub(crate) fn push_point(&self, point: Point, inputs: &[Id], shape: Shape) -> Tensor<'_> {
        self.push(Rule::Point(point), inputs, shape)
    }

    /// Records an operator.
    ///
    /// # Panics
    /// When the operator does not take inputs of such shapes.
    pub(crate) fn push_op(&self, op: impl Op, inputs: &[Tensor]) -> Tensor<'_> {
        let shapes: Vec<Shape> = inputs.iter().map(Tensor::shape).collect();
        let ids: Vec<Id> = inputs.iter().map(Tensor::id).collect();
        match op.shape(&shapes) {
            Ok(shape) => self.push(Rule::Op(Arc::new(op)), &ids, shape),
            Err(why) => panic!("{}: {why}", op.name()),
        }
    }

    pub(crate) fn trace(&self) -> Arc<Trace> {
        self.trace.borrow().clone()
    }

    /// Looks at the recording without taking part in it.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&Trace) -> R) -> R {
        look(&self.trace.borrow())
    }

    pub(crate) fn rename(&self, id: Id, name: &str) {
        let mut trace = self.trace.borrow_mut();
        Arc::make_mut(&mut trace).nodes[id.at()].name = Some(name.into());
    }
}
