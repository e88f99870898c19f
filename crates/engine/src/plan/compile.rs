//! From a recording to a plan.

mod chain;

use super::arena::Arena;
use super::fuse::{BLOCK, Walk};
use super::run::{Call, Dims, Mode, Product};
use super::{Build, Layout, Place, Plan, Slot, Step};
use crate::graph::{Id, Leaf, MAX_RANK, Rule, Shape, Tensor, Trace, live, needed};
use crate::op::MatMul;
use std::sync::Arc;

/// Values of more numbers than this are written over an input that is not needed any more: that keeps the memory small,
/// at the price of a copy of each block.
const OVERWRITE: usize = 4096;

/// Compiles a plan into an arena that may hold the parameters already.
pub(super) fn compile(build: &Build, mut old: Vec<f32>) -> Plan {
    let params = build.graph.params();
    let gradient = build.loss.map_or(Vec::new(), |loss| build.graph.gradients(loss, &params));
    let mut compiler = Compiler::new(build, &params, &gradient);
    let parameters = compiler.place_leaves(&params);
    let (region, late) = compiler.pin_roots(&params, &gradient);
    compiler.emit();
    late.into_iter().for_each(|(id, place)| compiler.copy(id, place));
    compiler.fill_assigned();

    old.truncate(parameters.len);
    old.resize(compiler.arena.len(), 0.0);
    let mut start = 0;
    let slot = |param: &Tensor| {
        let node = &compiler.trace.nodes[param.id().at()];
        let name = node.name.as_deref().unwrap_or_default().to_string();
        start += node.shape.len();
        Slot { name, shape: node.shape, range: start - node.shape.len()..start }
    };
    let slots = params.iter().map(slot).collect();
    let mut kept: Vec<(Id, Place)> = compiler.keep.iter().map(|id| (*id, compiler.place(*id))).collect();
    kept.sort_unstable_by_key(|(id, _)| *id);
    kept.dedup_by_key(|(id, _)| *id);
    for (id, place) in &kept {
        compiler.write_constant(*id, *place, &mut old);
    }
    let watched = compiler.outputs.iter().map(|output| compiler.place(*output));
    let watched = watched.chain((region.len > 0).then_some(region)).collect();
    Plan {
        steps: compiler.steps,
        arena: old,
        scratch: vec![0.0; compiler.scratch],
        registers: vec![vec![0.0; BLOCK].into(); compiler.registers],
        watched,
        kept,
        assigned: compiler.assigned,
        slots,
        params: parameters.range(),
        gradient: region.range(),
        loss: build.loss.map(|loss| loss.id()),
        copies: build.copies,
        layout: build.layout,
        shared: build.shared,
        runs: 0,
        trace: compiler.trace,
    }
}

struct Compiler<'b> {
    build: &'b Build<'b>,
    trace: Arc<Trace>,
    live: Vec<bool>,
    per_copy: Vec<bool>,
    /// Where a node lies: in the value of which node, from which entry of a copy on.
    base: Vec<(Id, usize)>,
    /// The node at whose turn this one is computed; itself, unless it is part of a chain.
    group: Vec<Id>,
    /// Nodes by the node at whose turn they are computed, in rising order.
    members: Vec<Id>,
    /// Where the value that lies at this node is.
    places: Vec<Option<Place>>,
    /// Whether a value's place is its own for good.
    pinned: Vec<bool>,
    arena: Arena,
    steps: Vec<Step>,
    /// Leaves and outputs.
    keep: Vec<Id>,
    outputs: Vec<Id>,
    assigned: Vec<(Place, Place)>,
    registers: usize,
    scratch: usize,
}

impl<'b> Compiler<'b> {
    fn new(build: &'b Build<'b>, params: &[Tensor], gradient: &[Tensor]) -> Self {
        let trace = build.graph.trace();
        let outputs: Vec<Id> = build.outputs.iter().chain(&build.loss).map(Tensor::id).collect();
        let assigned = trace.assigned.iter().map(|(_, value)| *value);
        let roots: Vec<Id> = outputs.iter().copied().chain(gradient.iter().map(Tensor::id)).chain(assigned).collect();
        let mut live = live(&trace, &roots);
        params.iter().for_each(|param| live[param.id().at()] = true);
        trace.assigned.iter().for_each(|(state, _)| live[state.at()] = true);
        let n = trace.nodes.len();
        let mut compiler = Self {
            build,
            live,
            per_copy: vec![false; n],
            base: (0..n).map(|i| (Id(i as u32), 0)).collect(),
            group: (0..n).map(|i| Id(i as u32)).collect(),
            members: Vec::new(),
            places: vec![None; n],
            pinned: vec![false; n],
            arena: Arena::default(),
            steps: Vec::new(),
            keep: outputs.clone(),
            outputs,
            assigned: Vec::new(),
            registers: 0,
            scratch: 0,
            trace,
        };
        compiler.find_copies_and_aliases();
        compiler.find_groups(&roots);
        compiler
    }

    fn ids(&self) -> impl DoubleEndedIterator<Item = Id> + use<> {
        (0..self.trace.nodes.len() as u32).map(Id)
    }

    fn shape(&self, id: Id) -> Shape {
        self.trace.nodes[id.at()].shape
    }

    /// Copies of a value in memory.
    fn copies(&self, id: Id) -> usize {
        if self.per_copy[id.at()] { self.build.copies } else { 1 }
    }

    /// Numbers of a value in memory, all copies.
    fn len(&self, id: Id) -> usize {
        self.shape(id).len() * self.copies(id)
    }

    fn find_copies_and_aliases(&mut self) {
        let (trace, many) = (self.trace.clone(), self.build.copies > 1);
        for id in self.ids().filter(|id| self.live[id.at()]) {
            let node = &trace.nodes[id.at()];
            let inputs = needed(&trace, id);
            self.per_copy[id.at()] = match &node.rule {
                Rule::Leaf(Leaf::Param(_) | Leaf::State(_)) => many && !self.build.shared,
                Rule::Leaf(Leaf::Input { per_copy }) => many && *per_copy,
                _ => inputs.iter().any(|input| self.per_copy[input.at()]),
            };
            let Rule::Op(op) = &node.rule else { continue };
            let shapes: Vec<Shape> = inputs.iter().map(|input| self.shape(*input)).collect();
            let Some(offset) = op.alias(&shapes) else { continue };
            // Copies one after another must each be whole.
            let whole = offset == 0 && node.shape.len() == shapes[0].len();
            if whole || self.build.layout == Layout::Inner || !self.per_copy[id.at()] {
                let (base, start) = self.base[inputs[0].at()];
                self.base[id.at()] = (base, start + offset);
            }
        }
    }

    fn is_alias(&self, id: Id) -> bool {
        self.base[id.at()].0 != id
    }

    /// Joins a node with its only user, or with its users when they are in one chain.
    fn find_groups(&mut self, roots: &[Id]) {
        #[derive(Clone, Copy, PartialEq)]
        enum Users {
            None,
            Chain(Id),
            Others,
        }
        let mut users = vec![Users::None; self.trace.nodes.len()];
        roots.iter().for_each(|root| users[root.at()] = Users::Others);
        let trace = self.trace.clone();
        for id in self.ids().rev().filter(|id| self.live[id.at()]) {
            let is_point = matches!(trace.nodes[id.at()].rule, Rule::Point(_));
            if let (Users::Chain(head), true, true) = (users[id.at()], is_point, self.build.fuse)
                && self.per_copy[id.at()] == self.per_copy[head.at()]
            {
                self.group[id.at()] = head;
            }
            for input in needed(&trace, id) {
                let joins = is_point && self.shape(*input) == self.shape(id);
                let user = if joins { Users::Chain(self.group[id.at()]) } else { Users::Others };
                let users = &mut users[input.at()];
                *users = if *users == Users::None || *users == user { user } else { Users::Others };
            }
        }
        let is_point = |id: &Id| self.live[id.at()] && matches!(trace.nodes[id.at()].rule, Rule::Point(_));
        self.members = self.ids().filter(is_point).collect();
        self.members.sort_by_key(|id| (self.group[id.at()], *id));
    }

    /// The nodes that are computed at this one's turn, in order.
    fn chain(&self, head: Id) -> std::ops::Range<usize> {
        let group = |id: &Id| self.group[id.at()];
        self.members.partition_point(|id| group(id) < head)..self.members.partition_point(|id| group(id) <= head)
    }

    fn place_for_good(&mut self, id: Id, start: usize) {
        self.pinned[id.at()] = true;
        self.places[id.at()] = Some(Place { start, len: self.len(id), per_copy: self.per_copy[id.at()] });
    }

    /// Parameters first, side by side; then all other leaves. Returns where the parameters lie.
    fn place_leaves(&mut self, params: &[Tensor]) -> Place {
        let len = params.iter().map(|param| self.len(param.id())).sum();
        let start = self.arena.append(len);
        let mut next = start;
        for param in params {
            self.place_for_good(param.id(), next);
            next += self.len(param.id());
        }
        let trace = self.trace.clone();
        for id in self.ids() {
            if self.live[id.at()] && matches!(trace.nodes[id.at()].rule, Rule::Leaf(_)) {
                self.keep.push(id);
                if self.places[id.at()].is_none() {
                    let start = self.arena.append(self.len(id));
                    self.place_for_good(id, start);
                }
            }
        }
        Place { start, len, per_copy: false }
    }

    /// Gives the gradient's parts their places side by side, and outputs theirs. Returns the gradient's place, and what
    /// must be copied there because it lies elsewhere.
    fn pin_roots(&mut self, params: &[Tensor], gradient: &[Tensor]) -> (Place, Vec<(Id, Place)>) {
        let many = self.build.copies > 1;
        let len_of = |param: &Tensor| param.shape().len() * self.build.copies;
        let len = if gradient.is_empty() { 0 } else { params.iter().map(len_of).sum() };
        let region = Place { start: self.arena.append(len), len, per_copy: many };
        let mut late = Vec::new();
        let mut next = region.start;
        for (grad, param) in gradient.iter().zip(params) {
            let place = Place { start: next, len: len_of(param), per_copy: many };
            next += place.len;
            let (base, offset) = self.base[grad.id().at()];
            if offset == 0 && !self.pinned[base.at()] && self.len(base) == place.len && self.per_copy[base.at()] == many
            {
                self.place_for_good(base, place.start);
            } else {
                late.push((grad.id(), place));
                self.pin(grad.id());
            }
        }
        let assigned: Vec<Id> = self.trace.assigned.iter().map(|(_, value)| *value).collect();
        for id in self.outputs.clone().into_iter().chain(assigned) {
            self.pin(id);
        }
        (region, late)
    }

    /// The value's place is its own for good.
    fn pin(&mut self, id: Id) {
        let (base, _) = self.base[id.at()];
        if !self.pinned[base.at()] {
            let start = self.arena.append(self.len(base));
            self.place_for_good(base, start);
        }
    }

    /// Where a node lies.
    fn place(&self, id: Id) -> Place {
        let (base, offset) = self.base[id.at()];
        let Some(place) = self.places[base.at()] else { unreachable!("a value that was never placed") };
        let side_by_side = if self.build.layout == Layout::Inner { self.copies(id) } else { 1 };
        Place { start: place.start + offset * side_by_side, len: self.len(id), per_copy: self.per_copy[id.at()] }
    }

    /// Puts all steps in order, and places values by the time during which they are needed.
    fn emit(&mut self) {
        let trace = self.trace.clone();
        let computes = |id: &Id| {
            let is_leaf = matches!(trace.nodes[id.at()].rule, Rule::Leaf(_));
            self.live[id.at()] && !is_leaf && !self.is_alias(*id) && self.group[id.at()] == *id
        };
        let heads: Vec<Id> = self.ids().filter(computes).collect();
        // The turn at which each value is read for the last time.
        let mut last_read = vec![0; trace.nodes.len()];
        for (turn, head) in heads.iter().enumerate() {
            self.for_each_read(*head, |base| last_read[base.at()] = turn);
        }
        let mut reads = Vec::new();
        for (turn, head) in heads.into_iter().enumerate() {
            reads.clear();
            self.for_each_read(head, |base| reads.push(base));
            reads.sort_unstable();
            reads.dedup();
            reads.retain(|base| last_read[base.at()] == turn && !self.pinned[base.at()]);
            if !self.pinned[head.at()] {
                let start = match self.overwritten(head, &reads) {
                    Some(base) => {
                        reads.retain(|id| *id != base);
                        self.places[base.at()].map_or(0, |place| place.start)
                    }
                    None => self.arena.take(self.len(head)),
                };
                self.places[head.at()] = Some(Place { start, len: self.len(head), per_copy: self.per_copy[head.at()] });
            }
            let step = match &trace.nodes[head.at()].rule {
                Rule::Leaf(_) => continue,
                Rule::Point(_) => Step::Fused(self.program(head)),
                Rule::Op(op) => match op.any().downcast_ref::<MatMul>() {
                    Some(op) => Step::Product(self.product(head, op)),
                    None => Step::Call(self.call(head, op.clone())),
                },
            };
            self.steps.push(step);
            for base in &reads {
                if let Some(place) = self.places[base.at()] {
                    self.arena.give(place.start, place.len);
                }
            }
            // What nobody reads and nobody asked for does not exist: so every value is given back in its turn.
        }
    }

    /// Names the values that are read at a node's turn.
    fn for_each_read(&self, head: Id, mut see: impl FnMut(Id)) {
        let mut inputs = |id: Id| {
            for input in needed(&self.trace, id) {
                let base = self.base[input.at()].0;
                if self.group[base.at()] != head {
                    see(base);
                }
            }
        };
        match self.trace.nodes[head.at()].rule {
            Rule::Point(_) => self.members[self.chain(head)].iter().for_each(|id| inputs(*id)),
            _ => inputs(head),
        }
    }

    /// A value that is read for the last time, entry by entry, and is as long as the new one.
    fn overwritten(&self, head: Id, done: &[Id]) -> Option<Id> {
        let is_point = matches!(self.trace.nodes[head.at()].rule, Rule::Point(_));
        if !is_point || self.len(head) <= OVERWRITE {
            return None;
        }
        let straight = |base: &&Id| {
            let all_straight = |id: &Id| {
                let from = needed(&self.trace, *id).iter().filter(|input| self.base[input.at()].0 == **base);
                from.clone().all(|input| self.walk(*input, head).is_straight() && self.base[input.at()].1 == 0)
            };
            self.len(**base) == self.len(head) && self.members[self.chain(head)].iter().all(all_straight)
        };
        done.iter().find(straight).copied()
    }

    /// Sizes with the axis of copies, aligned with a tensor of another rank.
    fn wide(&self, id: Id, rank: usize) -> ([usize; MAX_RANK + 1], usize) {
        let shape = self.shape(id);
        let mut sizes = [1; MAX_RANK + 1];
        let first = usize::from(self.build.layout == Layout::Outer);
        for (i, size) in sizes[first..][..rank].iter_mut().enumerate() {
            *size = shape.aligned(rank, i);
        }
        sizes[if first == 1 { 0 } else { rank }] = self.copies(id);
        (sizes, rank + 1)
    }

    /// The order in which a program for `head` reads the entries of `id`.
    fn walk(&self, id: Id, head: Id) -> Walk {
        let rank = self.shape(head).rank();
        let ((from, n), (to, _)) = (self.wide(id, rank), self.wide(head, rank));
        Walk::new(&from[..n], &to[..n])
    }

    fn product(&self, id: Id, op: &MatMul) -> Product {
        let [a, b] = [0, 1].map(|i| needed(&self.trace, id)[i]);
        let (shape_a, shape_b) = (self.shape(a), self.shape(b));
        let sizes = op.sizes(shape_a.dims(), shape_b.dims());
        let step = |shape: &Shape, size: usize| if shape.rank() > 2 { size } else { 0 };
        let copies = self.copies(id);
        let (outer, inner) = if self.build.layout == Layout::Outer { (copies, 1) } else { (1, copies) };
        let copy_step = |id: Id| if self.per_copy[id.at()] { self.shape(id).len() } else { 0 };
        Product {
            a: self.place(a),
            b: self.place(b),
            row: needed(&self.trace, id).get(2).map(|row| self.place(*row)),
            out: self.place(id),
            ta: op.ta,
            tb: op.tb,
            m: sizes.m,
            k: sizes.k,
            n: sizes.n,
            batch: sizes.batch,
            steps: [step(&shape_a, sizes.m * sizes.k), step(&shape_b, sizes.k * sizes.n)],
            outer,
            copy_steps: [copy_step(a), copy_step(b)],
            inner,
        }
    }

    fn call(&mut self, id: Id, op: Arc<dyn crate::op::AnyOp>) -> Call {
        let trace = self.trace.clone();
        let ids = needed(&trace, id);
        let shapes: Vec<Shape> = ids.iter().map(|input| self.shape(*input)).collect();
        let copies = self.copies(id);
        let all_per_copy = ids.iter().all(|input| self.per_copy[input.at()]);
        let mode = match self.build.layout {
            _ if copies == 1 => Mode::Once,
            Layout::Outer => Mode::EachOuter,
            Layout::Inner if op.trailing() && all_per_copy => Mode::Once,
            Layout::Inner => Mode::EachInner,
        };
        let seen = |input: &Id| {
            let shape = self.shape(*input);
            let mut dims = Dims { sizes: [1; MAX_RANK + 1], rank: shape.rank() };
            dims.sizes[..shape.rank()].copy_from_slice(shape.dims());
            if mode == Mode::Once && copies > 1 {
                dims.sizes[shape.rank()] = copies;
                dims.rank += 1;
            }
            (self.place(*input), dims)
        };
        let inputs = ids.iter().map(seen).collect();
        let own = op.scratch(&shapes);
        let gathered: usize = shapes.iter().map(Shape::len).sum::<usize>() + self.shape(id).len();
        self.scratch = self.scratch.max(own + if mode == Mode::EachInner { gathered } else { 0 });
        Call { op, inputs, out: self.place(id), mode, scratch: own }
    }

    /// Notes which values replace states. A value that is itself a state is copied before any is replaced.
    fn fill_assigned(&mut self) {
        let trace = self.trace.clone();
        for (state, value) in &trace.assigned {
            let mut from = self.place(*value);
            let to = self.place(*state);
            let base = self.base[value.at()].0;
            if matches!(trace.nodes[base.at()].rule, Rule::Leaf(_)) || from.len != to.len {
                let aside = Place { start: self.arena.append(to.len), ..to };
                self.copy(*value, aside);
                from = aside;
            }
            self.assigned.push((to, from));
        }
    }

    fn write_constant(&self, id: Id, place: Place, arena: &mut [f32]) {
        match &self.trace.nodes[id.at()].rule {
            Rule::Leaf(Leaf::Scalar(x)) => arena[place.range()].fill(*x),
            Rule::Leaf(Leaf::Constant(values)) => arena[place.range()].copy_from_slice(values),
            _ => {}
        }
    }
}
