//! Plans: a graph made ready to be run again and again.
//!
//! Compiling drops what no output needs, joins chains of entry-by-entry functions into one pass each, lets reshaped
//! tensors and leading slices lie where they are, and places all values in one arena by the time during which they are
//! needed. Running allocates nothing. The bits are those of the plain way to compute the graph
//! ([`crate::graph::evaluate`]), which a test makes sure of.
//!
//! Parameters lie side by side at the start of the arena, in the order of recording: [`Plan::params`] is the flat vector
//! that an optimiser changes, [`Plan::gradient`] the loss's derivative in the same order.
//!
//! # Copies
//! A plan can run many independent copies of a model ([`Build::copies`]): each has its own parameters and states, and its
//! own seed. Each copy gives the bits that it would give alone.

mod arena;
mod compile;
mod fuse;
mod run;
#[cfg(test)]
mod tests;

use crate::graph::{Graph, Id, Leaf, Rule, Shape, Tensor, Trace};
use crate::rng::Rng;
use fuse::Program;
use ndarray::{ArrayView, ArrayViewD, IxDyn, ShapeBuilder};
use run::{Call, Product};
use std::ops::Range;
use std::sync::Arc;

/// Where copies of a model lie in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// One copy after another: for layers that fill vectors on their own.
    #[default]
    Outer,
    /// Side by side, the copy's number as the last axis: vectors run across copies, for narrow layers.
    Inner,
}

/// A stretch of the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    start: usize,
    len: usize,
    /// Whether each copy has its own part.
    per_copy: bool,
}

impl Place {
    fn range(self) -> Range<usize> {
        self.start..self.start + self.len
    }
}

/// One thing to do in a run.
#[derive(Debug)]
enum Step {
    Fused(Program),
    Product(Product),
    Call(Call),
    Copy { from: Place, to: Place },
}

/// A number that went bad in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The first tensor with a number that is infinite or none at all, in the order of recording.
    pub tensor: String,
    /// Number of the run, from 1 on.
    pub run: u64,
    /// What was found: "NaN" or "infinity".
    pub number: &'static str,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{} in {} at step {}", self.number, self.tensor, self.run)
    }
}

impl std::error::Error for Fault {}

/// A parameter or state: its name, shape and range of the flat vector of one copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The name given when recording.
    pub name: String,
    /// The shape of one copy.
    pub shape: Shape,
    /// Where it lies in the flat vector of parameters of one copy.
    pub range: Range<usize>,
}

/// What a plan is made of. See [`Plan::build`].
pub struct Build<'g> {
    graph: &'g Graph,
    outputs: Vec<Tensor<'g>>,
    loss: Option<Tensor<'g>>,
    copies: usize,
    layout: Layout,
    shared: bool,
    fuse: bool,
}

impl<'g> Build<'g> {
    /// Tensors whose values will be asked for.
    pub fn outputs(mut self, outputs: &[Tensor<'g>]) -> Self {
        self.outputs.extend_from_slice(outputs);
        self
    }

    /// The scalar whose derivative by all parameters is [`Plan::gradient`].
    pub fn loss(mut self, loss: Tensor<'g>) -> Self {
        self.loss = Some(loss);
        self
    }

    /// How many independent copies of the model run in one plan.
    ///
    /// # Panics
    /// When there is none.
    pub fn copies(mut self, copies: usize) -> Self {
        assert!(copies > 0, "a plan of no copies");
        self.copies = copies;
        self
    }

    /// Where copies lie in memory.
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// All copies share parameters and states, and differ in their inputs only: the gradient of each copy is then the
    /// gradient for its example.
    pub fn shared_params(mut self) -> Self {
        self.shared = true;
        self
    }

    /// Computes node by node, without joining chains: for comparison.
    pub fn unfused(mut self) -> Self {
        self.fuse = false;
        self
    }

    /// Compiles the plan and draws parameters and states from seed 0 on (see [`Plan::init`]).
    ///
    /// # Panics
    /// When the loss is no scalar.
    pub fn compile(self) -> Plan {
        let mut plan = compile::compile(&self, Vec::new());
        plan.init(0);
        plan
    }
}

/// A compiled graph with its memory. See the [module](self).
#[derive(Debug)]
pub struct Plan {
    trace: Arc<Trace>,
    steps: Vec<Step>,
    arena: Vec<f32>,
    scratch: Vec<f32>,
    registers: Vec<Box<[f32]>>,
    /// Where leaves and outputs lie, by number in rising order.
    kept: Vec<(Id, Place)>,
    /// What must be finite after a run.
    watched: Vec<Place>,
    assigned: Vec<(Place, Place)>,
    slots: Vec<Slot>,
    params: Range<usize>,
    gradient: Range<usize>,
    loss: Option<Id>,
    copies: usize,
    layout: Layout,
    shared: bool,
    runs: u64,
}

impl Plan {
    /// A plan that computes these outputs.
    pub fn new(graph: &Graph, outputs: &[Tensor]) -> Self {
        Self::build(graph).outputs(outputs).compile()
    }

    /// A plan that computes the loss, its gradient by all parameters, and these outputs.
    ///
    /// # Panics
    /// When the loss is no scalar.
    pub fn training(graph: &Graph, loss: Tensor, outputs: &[Tensor]) -> Self {
        Self::build(graph).loss(loss).outputs(outputs).compile()
    }

    /// A plan put together from parts.
    pub fn build(graph: &Graph) -> Build<'_> {
        Build { graph, outputs: Vec::new(), loss: None, copies: 1, layout: Layout::Outer, shared: false, fuse: true }
    }

    /// Replaces what is computed, and keeps the parameters: for models whose graph follows each sample. The graph must have
    /// the same parameters. Inputs and states start at zero.
    ///
    /// # Panics
    /// When the graph's parameters have other names or shapes.
    pub fn rebuild(&mut self, build: Build) {
        let arena = std::mem::take(&mut self.arena);
        let (old, count, runs) = (std::mem::take(&mut self.slots), self.params.len(), self.runs);
        *self = compile::compile(&build, arena);
        assert!(self.slots == old && self.params.len() == count, "a plan rebuilt with other parameters");
        self.runs = runs;
    }

    /// Draws parameters and states anew: copy c from seed + c, each tensor from a stream of its own name.
    pub fn init(&mut self, seed: u64) {
        let seeds: Vec<u64> = (0..self.copies as u64).map(|copy| seed.wrapping_add(copy)).collect();
        self.init_copies(&seeds);
    }

    /// Draws parameters and states anew, each copy from a seed of its own.
    ///
    /// # Panics
    /// When there is not one seed for each copy.
    pub fn init_copies(&mut self, seeds: &[u64]) {
        assert_eq!(seeds.len(), self.copies, "not one seed for each copy");
        self.runs = 0;
        let trace = self.trace.clone();
        let mut values = Vec::new();
        for (i, node) in trace.nodes.iter().enumerate() {
            let (Rule::Leaf(Leaf::Param(init) | Leaf::State(init)), Some(name)) = (&node.rule, &node.name) else {
                continue;
            };
            let Some(place) = self.find(Id(i as u32)) else { continue };
            let own = if place.per_copy { seeds } else { &seeds[..1] };
            for (copy, seed) in own.iter().enumerate() {
                values.resize(node.shape.len(), 0.0);
                init.fill(node.shape, &mut Rng::new(*seed, "init").split(name), &mut values);
                self.write(place, copy, &values);
            }
        }
    }

    /// Number of copies.
    pub fn copies(&self) -> usize {
        self.copies
    }

    /// Where copies lie.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Number of runs since parameters were drawn.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Numbers in the arena: the memory of a run, 4 bytes each.
    pub fn arena_len(&self) -> usize {
        self.arena.len()
    }

    /// Number of steps of a run.
    pub fn step_count(&self) -> usize {
        self.steps.len()
    }

    /// All parameters, flat: those of one copy in the order of recording, copies by [`Plan::layout`].
    pub fn params(&self) -> &[f32] {
        &self.arena[self.params.clone()]
    }

    /// [`Plan::params`] to be changed.
    pub fn params_mut(&mut self) -> &mut [f32] {
        &mut self.arena[self.params.clone()]
    }

    /// The derivative of the loss by [`Plan::params`], in the same order; empty for a plan without loss. With shared
    /// parameters it is the gradient for each copy.
    pub fn gradient(&self) -> &[f32] {
        &self.arena[self.gradient.clone()]
    }

    /// The parameters to be changed, beside the gradient.
    pub fn params_and_gradient(&mut self) -> (&mut [f32], &[f32]) {
        let (low, high) = self.arena.split_at_mut(self.gradient.start);
        (&mut low[self.params.clone()], &high[..self.gradient.len()])
    }

    /// The gradient to be changed: for clipping.
    pub fn gradient_mut(&mut self) -> &mut [f32] {
        &mut self.arena[self.gradient.clone()]
    }

    /// Names, shapes and ranges of the parameters of one copy.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The parameter of this name, of copy number `copy`, as an array.
    pub fn param(&self, name: &str, copy: usize) -> Option<ArrayViewD<'_, f32>> {
        self.named(name, copy, &self.arena[self.params.clone()], self.shared)
    }

    /// The derivative of the loss by the parameter of this name, of copy number `copy`, as an array.
    pub fn param_gradient(&self, name: &str, copy: usize) -> Option<ArrayViewD<'_, f32>> {
        self.named(name, copy, &self.arena[self.gradient.clone()], false)
    }

    fn named<'a>(&self, name: &str, copy: usize, flat: &'a [f32], shared: bool) -> Option<ArrayViewD<'a, f32>> {
        let slot = self.slots.iter().find(|slot| slot.name == name)?;
        let copies = if shared { 1 } else { self.copies };
        // Each parameter is a block of its own; inside it, copies lie by the layout.
        let block = flat.get(slot.range.start * copies..slot.range.end * copies)?;
        self.array(block, &slot.shape, copies, if shared { 0 } else { copy })
    }

    fn array<'a>(&self, block: &'a [f32], shape: &Shape, copies: usize, copy: usize) -> Option<ArrayViewD<'a, f32>> {
        let (start, step) = match self.layout {
            Layout::Outer => (copy * shape.len(), 1),
            Layout::Inner => (copy, copies),
        };
        let mut strides = vec![step; shape.rank()];
        for axis in (0..shape.rank().saturating_sub(1)).rev() {
            strides[axis] = strides[axis + 1] * shape.dims()[axis + 1];
        }
        ArrayView::from_shape(IxDyn(shape.dims()).strides(IxDyn(&strides)), block.get(start..)?).ok()
    }

    /// The value of an input, state, parameter or output; of all copies, by [`Plan::layout`].
    ///
    /// # Panics
    /// When the plan does not keep that tensor.
    pub fn values(&self, id: impl Into<Id>) -> &[f32] {
        &self.arena[self.place(id.into()).range()]
    }

    /// The value of copy number `copy` as an array.
    ///
    /// # Panics
    /// When the plan does not keep that tensor, or there is no such copy.
    pub fn value(&self, id: impl Into<Id>, copy: usize) -> ArrayViewD<'_, f32> {
        let id = id.into();
        let place = self.place(id);
        let (copies, copy) = if place.per_copy { (self.copies, copy) } else { (1, 0) };
        match self.array(&self.arena[place.range()], &self.trace.nodes[id.at()].shape, copies, copy) {
            Some(array) => array,
            None => panic!("copy {copy} of a plan with {copies} copies"),
        }
    }

    /// The value of a scalar, of the first copy.
    ///
    /// # Panics
    /// When the plan does not keep that tensor.
    pub fn scalar(&self, id: impl Into<Id>) -> f32 {
        self.values(id)[0]
    }

    /// The loss of the first copy at the last run; NaN for a plan without loss.
    pub fn loss(&self) -> f32 {
        self.losses().first().copied().unwrap_or(f32::NAN)
    }

    /// The loss of each copy at the last run.
    pub fn losses(&self) -> &[f32] {
        self.loss.map_or(&[], |loss| self.values(loss))
    }

    /// Writes an input, state or parameter.
    ///
    /// # Panics
    /// When the count differs, or the plan does not keep that tensor. Outputs are overwritten by the next run.
    pub fn set(&mut self, id: impl Into<Id>, values: &[f32]) {
        self.values_mut(id).copy_from_slice(values);
    }

    /// An input, state or parameter to be written; of all copies, by [`Plan::layout`].
    ///
    /// # Panics
    /// When the plan does not keep that tensor.
    pub fn values_mut(&mut self, id: impl Into<Id>) -> &mut [f32] {
        let place = self.place(id.into());
        &mut self.arena[place.range()]
    }

    /// Writes an input, state or parameter of one copy.
    ///
    /// # Panics
    /// When the count differs, the plan does not keep that tensor, or there is no such copy.
    pub fn set_copy(&mut self, id: impl Into<Id>, copy: usize, values: &[f32]) {
        let place = self.place(id.into());
        self.write(place, copy, values);
    }

    fn write(&mut self, place: Place, copy: usize, values: &[f32]) {
        let copies = if place.per_copy { self.copies } else { 1 };
        assert!(
            copy < copies && values.len() * copies == place.len,
            "{} values for a copy of {}",
            values.len(),
            place.len / copies
        );
        let all = &mut self.arena[place.range()];
        match self.layout {
            Layout::Outer => all[copy * values.len()..][..values.len()].copy_from_slice(values),
            Layout::Inner => all[copy..].iter_mut().step_by(copies).zip(values).for_each(|(to, from)| *to = *from),
        }
    }

    fn find(&self, id: Id) -> Option<Place> {
        let at = self.kept.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(self.kept[at].1)
    }

    fn place(&self, id: Id) -> Place {
        match self.find(id) {
            Some(place) => place,
            None => panic!("{} is no output of this plan, nor needed by one", self.trace.label(id)),
        }
    }
}
