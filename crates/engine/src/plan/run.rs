//! Running a plan.

use super::{Fault, Layout, Place, Plan, Step};
use crate::graph::MAX_RANK;
use crate::kernel;
use crate::op::{AnyOp, MAX_INPUTS, View, add_row};
use std::sync::Arc;

/// The arena but for the stretch that is being written.
pub(super) struct Reader<'a> {
    low: &'a [f32],
    high: &'a [f32],
    /// Where `high` starts.
    from: usize,
}

impl<'a> Reader<'a> {
    /// Parts the arena.
    pub fn around(arena: &'a mut [f32], out: Place) -> (Self, &'a mut [f32]) {
        let (low, rest) = arena.split_at_mut(out.start);
        let (out, high) = rest.split_at_mut(out.len);
        let from = low.len() + out.len();
        (Self { low, high, from }, out)
    }

    #[inline(always)]
    pub fn slice(&self, start: usize, len: usize) -> &'a [f32] {
        if start < self.low.len() { &self.low[start..start + len] } else { &self.high[start - self.from..][..len] }
    }

    #[inline(always)]
    pub fn read(&self, place: Place) -> &'a [f32] {
        if place.len == 0 { &[] } else { self.slice(place.start, place.len) }
    }
}

/// Sizes of an input as its operator sees them, perhaps with an axis of copies at the end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dims {
    pub sizes: [usize; MAX_RANK + 1],
    pub rank: usize,
}

impl Dims {
    pub fn get(&self) -> &[usize] {
        &self.sizes[..self.rank]
    }
}

/// How an operator goes about copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// There is one copy, or the operator knows the axis of copies.
    Once,
    /// Each copy lies in one piece.
    EachOuter,
    /// Each copy must be gathered, and its value scattered.
    EachInner,
}

/// An operator's turn.
#[derive(Debug)]
pub(super) struct Call {
    pub op: Arc<dyn AnyOp>,
    pub inputs: Box<[(Place, Dims)]>,
    pub out: Place,
    pub mode: Mode,
    pub scratch: usize,
}

/// A matrix product's turn, or that of a stack of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Product {
    pub a: Place,
    pub b: Place,
    /// A row that is added to each row of the product.
    pub row: Option<Place>,
    pub out: Place,
    pub ta: bool,
    pub tb: bool,
    pub m: usize,
    pub k: usize,
    pub n: usize,
    /// Products in the stack of one copy.
    pub batch: usize,
    /// From one product of the stack to the next.
    pub steps: [usize; 2],
    /// How many copies, one after another, and the way from one to the next.
    pub outer: usize,
    pub copy_steps: [usize; 2],
    /// How many copies, side by side.
    pub inner: usize,
}

impl Plan {
    /// Computes all outputs once, then replaces the states.
    ///
    /// # Errors
    /// When the loss, its gradient or an output is not finite: names the first tensor that is not. States keep their
    /// values then.
    pub fn run(&mut self) -> Result<(), Fault> {
        for step in &self.steps {
            match step {
                Step::Fused(program) => program.run(&mut self.arena, &mut self.registers),
                Step::Product(product) => product.run(&mut self.arena),
                Step::Call(call) => call.run(&mut self.arena, &mut self.scratch, self.copies),
                Step::Copy { from, to } => self.arena.copy_within(from.range(), to.start),
            }
        }
        self.runs += 1;
        if !self.watched.iter().all(|place| is_finite(&self.arena[place.range()])) {
            return Err(self.fault());
        }
        for (state, value) in &self.assigned {
            self.arena.copy_within(value.range(), state.start);
        }
        Ok(())
    }
}

/// Whether all numbers are finite, in one pass without branches.
fn is_finite(values: &[f32]) -> bool {
    const EXPONENT: u32 = 0x7f80_0000;
    values
        .chunks(4096)
        .all(|chunk| chunk.iter().fold(0u32, |bad, x| bad | u32::from(x.to_bits() & EXPONENT == EXPONENT)) == 0)
}

impl Product {
    fn run(&self, arena: &mut [f32]) {
        let (reader, out) = Reader::around(arena, self.out);
        let (a, b) = (reader.read(self.a), reader.read(self.b));
        let Self { m, k, n, ta, tb, .. } = *self;
        if self.inner > 1 {
            self.run_inner(a, b, out);
        } else if self.outer * self.batch == 1 {
            kernel::gemm(m, k, n, a, ta, b, tb, out);
        } else {
            self.run_many(a, b, out);
        }
        if let Some(place) = self.row {
            let row = reader.read(place);
            match (place.per_copy, self.inner) {
                // The row of each copy, beside or after those of others; or one row for all.
                (true, 1) => {
                    let copies = out.chunks_exact_mut((out.len() / self.outer).max(1));
                    copies.zip(row.chunks_exact(n.max(1))).for_each(|(out, row)| add_row(row, out));
                }
                (true, _) | (false, 1) => add_row(row, out),
                (false, copies) => {
                    for (copies, x) in out.chunks_exact_mut(copies).zip(row.iter().cycle()) {
                        copies.iter_mut().for_each(|y| *y += x);
                    }
                }
            }
        }
    }

    fn run_many(&self, a: &[f32], b: &[f32], out: &mut [f32]) {
        let Self { m, k, n, ta, tb, .. } = *self;
        let mut outs = out.chunks_exact_mut((m * n).max(1));
        for copy in 0..self.outer {
            for i in 0..self.batch {
                let a = &a[copy * self.copy_steps[0] + i * self.steps[0]..][..m * k];
                let b = &b[copy * self.copy_steps[1] + i * self.steps[1]..][..k * n];
                if let Some(out) = outs.next() {
                    kernel::gemm(m, k, n, a, ta, b, tb, out);
                }
            }
        }
    }

    fn run_inner(&self, a: &[f32], b: &[f32], out: &mut [f32]) {
        let Self { m, k, n, ta, tb, inner, .. } = *self;
        let width = |place: Place| if place.per_copy { inner } else { 1 };
        let (wide_a, wide_b) = (width(self.a), width(self.b));
        for (i, out) in out.chunks_exact_mut((m * n * inner).max(1)).enumerate() {
            let a = &a[i * self.steps[0] * wide_a..][..m * k * wide_a];
            let b = &b[i * self.steps[1] * wide_b..][..k * n * wide_b];
            kernel::gemm_inner(inner, m, k, n, a, ta, b, tb, !self.a.per_copy, !self.b.per_copy, out);
        }
    }
}

impl Call {
    fn run(&self, arena: &mut [f32], scratch: &mut [f32], copies: usize) {
        let (reader, out) = Reader::around(arena, self.out);
        let (inputs, count) = (&*self.inputs, self.inputs.len());
        match self.mode {
            Mode::Once => {
                let mut views = [View { dims: &[], data: &[] }; MAX_INPUTS];
                for (view, (place, dims)) in views.iter_mut().zip(inputs) {
                    *view = View { dims: dims.get(), data: reader.read(*place) };
                }
                self.op.eval32(&views[..count], out, &mut scratch[..self.scratch]);
            }
            Mode::EachOuter => {
                for (copy, out) in out.chunks_exact_mut((self.out.len / copies).max(1)).enumerate() {
                    let mut views = [View { dims: &[], data: &[] }; MAX_INPUTS];
                    for (view, (place, dims)) in views.iter_mut().zip(inputs) {
                        let all = reader.read(*place);
                        let len = all.len() / copies;
                        let data = if place.per_copy { &all[copy * len..][..len] } else { all };
                        *view = View { dims: dims.get(), data };
                    }
                    self.op.eval32(&views[..count], out, &mut scratch[..self.scratch]);
                }
            }
            Mode::EachInner => {
                for copy in 0..copies {
                    let mut views = [View { dims: &[], data: &[] }; MAX_INPUTS];
                    let mut room = &mut *scratch;
                    for (view, (place, dims)) in views.iter_mut().zip(inputs) {
                        let mut data = reader.read(*place);
                        if place.per_copy {
                            let (gathered, rest) = room.split_at_mut(place.len / copies);
                            room = rest;
                            gathered
                                .iter_mut()
                                .zip(data[copy..].iter().step_by(copies))
                                .for_each(|(to, from)| *to = *from);
                            data = gathered;
                        }
                        *view = View { dims: dims.get(), data };
                    }
                    let (value, room) = room.split_at_mut(self.out.len / copies);
                    self.op.eval32(&views[..count], value, &mut room[..self.scratch]);
                    out[copy..].iter_mut().step_by(copies).zip(value).for_each(|(to, from)| *to = *from);
                }
            }
        }
    }
}

impl Plan {
    /// Computes everything again, copy by copy and node by node, to find where numbers go bad.
    fn fault(&self) -> Fault {
        use crate::graph::walk;
        let mut found = None;
        let wanted: Vec<_> = self.kept.iter().map(|(id, _)| *id).collect();
        for copy in 0..self.copies {
            let leaves = |id| {
                let place = self.find(id)?;
                let copy = if place.per_copy { copy } else { 0 };
                let copies = if place.per_copy { self.copies } else { 1 };
                let all = &self.arena[place.range()];
                Some(match self.layout {
                    Layout::Outer => all[copy * (place.len / copies)..][..place.len / copies].to_vec(),
                    Layout::Inner => all[copy..].iter().step_by(copies).copied().collect(),
                })
            };
            walk::<f32>(&self.trace, &wanted, &leaves, |id, values| {
                let bad = values.iter().find(|x| !x.is_finite());
                found = bad.map(|x| (id, if x.is_nan() { "NaN" } else { "infinity" }));
                bad.is_none()
            });
            if found.is_some() {
                break;
            }
        }
        let (tensor, number) = match found {
            Some((id, number)) => (self.trace.label(id), number),
            None => ("an output".into(), "NaN"),
        };
        Fault { tensor, run: self.runs, number }
    }
}
