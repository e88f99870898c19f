//! From a chain of entry-by-entry nodes to the program that computes it.

use super::Compiler;
use crate::graph::{Id, Leaf, Rule, needed};
use crate::op::{Point, Unary};
use crate::plan::fuse::{Instruction, Load, Program, Source, Walk};
use crate::plan::{Layout, Place, Step};

impl Compiler<'_> {
    /// The program of a chain.
    pub(super) fn program(&mut self, head: Id) -> Program {
        let chain: Vec<Id> = self.members[self.chain(head)].to_vec();
        let mut writer = Writer { out: self.place(head), loads: Vec::new(), loaded: Vec::new(), registers: 0 };
        let mut sources: Vec<(Id, Source)> = Vec::with_capacity(chain.len());
        let mut body = Vec::with_capacity(chain.len());
        for id in &chain {
            let Rule::Point(point) = self.trace.nodes[id.at()].rule else { continue };
            let mut from = [Source::Number(0.0); 3];
            for (slot, input) in from.iter_mut().zip(needed(&self.trace, *id)) {
                let known = sources.iter().find(|(member, _)| member == input).map(|(_, source)| *source);
                *slot = known.unwrap_or_else(|| self.source(*input, head, &mut writer));
            }
            if matches!(point, Point::Unary(Unary::Copy | Unary::Stop)) && *id != head {
                sources.push((*id, from[0]));
                continue;
            }
            let to = writer.register();
            sources.push((*id, Source::Register(to)));
            body.push(Instruction { point, sources: from, to });
        }
        let Some(last) = body.pop() else { unreachable!("a chain without functions") };
        self.finished(Program { loads: writer.loads, body, last, out: writer.out })
    }

    fn source(&self, id: Id, head: Id, writer: &mut Writer) -> Source {
        if let Rule::Leaf(Leaf::Scalar(x)) = self.trace.nodes[id.at()].rule {
            return Source::Number(x);
        }
        let (place, walk) = (self.place(id), self.walk(id, head));
        if walk.is_spread() {
            Source::Spread(place.start)
        } else if walk.is_straight() && place.start != writer.out.start {
            Source::Arena(place.start)
        } else {
            writer.load(id, place, walk)
        }
    }

    /// Copies a value to a place, once for each copy if it has only one.
    pub(super) fn copy(&mut self, id: Id, to: Place) {
        let from = self.place(id);
        if from.len == to.len {
            self.steps.push(Step::Copy { from, to });
            return;
        }
        let (entries, copies) = (self.shape(id).len(), self.build.copies);
        let walk = match self.build.layout {
            Layout::Outer => Walk::new(&[1, entries], &[copies, entries]),
            Layout::Inner => Walk::new(&[entries, 1], &[entries, copies]),
        };
        let (loads, source) = match walk.is_spread() {
            true => (Vec::new(), Source::Spread(from.start)),
            false => (vec![Load { from, walk, to: 0 }], Source::Register(0)),
        };
        let last = Instruction { point: Point::Unary(Unary::Copy), sources: [source; 3], to: loads.len() };
        let program = self.finished(Program { loads, body: Vec::new(), last, out: to });
        self.steps.push(Step::Fused(program));
    }

    /// Gives a program as few registers as it needs, and the plan as many as any program needs.
    fn finished(&mut self, mut program: Program) -> Program {
        program.share_registers();
        self.registers = self.registers.max(program.registers());
        program
    }
}

/// What a program has come to so far.
struct Writer {
    out: Place,
    loads: Vec<Load>,
    loaded: Vec<Id>,
    registers: usize,
}

impl Writer {
    fn register(&mut self) -> usize {
        self.registers += 1;
        self.registers - 1
    }

    fn load(&mut self, id: Id, from: Place, walk: Walk) -> Source {
        if let Some(i) = self.loaded.iter().position(|known| *known == id) {
            return Source::Register(self.loads[i].to);
        }
        let to = self.register();
        self.loaded.push(id);
        self.loads.push(Load { from, walk, to });
        Source::Register(to)
    }
}
