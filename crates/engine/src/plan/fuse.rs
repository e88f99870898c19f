//! Chains of entry-by-entry functions as one pass: a small program that runs over blocks of entries.

use super::Place;
use super::run::Reader;
use crate::graph::MAX_RANK;
use crate::op::{Point, Side};

/// Entries that a program treats at a time: few enough that all registers stay in the first cache.
pub(super) const BLOCK: usize = 256;

/// Where a function's input comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source {
    /// A register.
    Register(usize),
    /// The arena, from this position on, entry for entry.
    Arena(usize),
    /// One number of the arena for all entries.
    Spread(usize),
    /// One number, known when compiling.
    Number(f32),
}

/// A function, its inputs, and the register for its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instruction {
    pub point: Point,
    pub sources: [Source; 3],
    pub to: usize,
}

/// Entries that are read in another order than they are written, or that the program overwrites.
#[derive(Clone, Debug)]
pub(super) struct Load {
    pub from: Place,
    pub walk: Walk,
    pub to: usize,
}

/// The order in which the entries of a stretched tensor are read: sizes from the first axis on, and steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Walk {
    sizes: [usize; MAX_RANK + 1],
    steps: [usize; MAX_RANK + 1],
    rank: usize,
}

impl Walk {
    /// The walk through a tensor of sizes `from` that stretches to sizes `to`; both have as many axes.
    pub fn new(from: &[usize], to: &[usize]) -> Self {
        let mut walk = Self::default();
        let mut step = from.iter().product::<usize>();
        for (from, to) in from.iter().zip(to) {
            step /= (*from).max(1);
            let own = if *from == 1 { 0 } else { step };
            if *to == 1 {
                continue;
            }
            // Neighbouring axes that are walked evenly are one.
            match walk.rank.checked_sub(1) {
                Some(last) if walk.steps[last] == own * to => {
                    walk.sizes[last] *= to;
                    walk.steps[last] = own;
                }
                _ => {
                    walk.sizes[walk.rank] = *to;
                    walk.steps[walk.rank] = own;
                    walk.rank += 1;
                }
            }
        }
        walk
    }

    /// Whether entries are read as they lie.
    pub fn is_straight(&self) -> bool {
        self.rank == 0 || (self.rank == 1 && self.steps[0] == 1)
    }

    /// Whether one entry serves all.
    pub fn is_spread(&self) -> bool {
        self.rank == 1 && self.steps[0] == 0
    }

    /// Reads the entries from number `start` on.
    fn fill(&self, data: &[f32], start: usize, out: &mut [f32]) {
        let last = self.rank - 1;
        let (run, step) = (self.sizes[last], self.steps[last]);
        if self.rank == 2 && self.steps[..2] == [0, 1] {
            return repeat(&data[..run], start % run, out);
        }
        let mut index = [0; MAX_RANK + 1];
        let (mut left, mut base) = (start / run, 0);
        for axis in (0..last).rev() {
            index[axis] = left % self.sizes[axis];
            left /= self.sizes[axis];
            base += index[axis] * self.steps[axis];
        }
        let mut within = start % run;
        let mut out = out;
        while !out.is_empty() {
            let count = (run - within).min(out.len());
            let (now, later) = out.split_at_mut(count);
            if step == 0 {
                now.fill(data[base]);
            } else if step == 1 {
                now.copy_from_slice(&data[base + within..][..count]);
            } else {
                now.iter_mut().enumerate().for_each(|(i, out)| *out = data[base + (within + i) * step]);
            }
            out = later;
            within = 0;
            for axis in (0..last).rev() {
                index[axis] += 1;
                base += self.steps[axis];
                if index[axis] < self.sizes[axis] {
                    break;
                }
                base -= self.sizes[axis] * self.steps[axis];
                index[axis] = 0;
            }
        }
    }
}

/// The row again and again, from entry `start` on. A short row is doubled until it fills the block: that takes few copies.
fn repeat(row: &[f32], start: usize, out: &mut [f32]) {
    let once = row.len().min(out.len());
    let head = (row.len() - start).min(once);
    out[..head].copy_from_slice(&row[start..start + head]);
    out[head..once].copy_from_slice(&row[..once - head]);
    let mut done = once;
    while done < out.len() {
        let more = done.min(out.len() - done);
        out.copy_within(..more, done);
        done += more;
    }
}

/// A chain of functions over all entries of one value.
#[derive(Debug)]
pub(super) struct Program {
    pub loads: Vec<Load>,
    /// All but the last function: into registers.
    pub body: Vec<Instruction>,
    /// The last function: into the value's place.
    pub last: Instruction,
    pub out: Place,
}

impl Program {
    /// Lets values use the same register when the first is read for the last time before the second is written.
    pub fn share_registers(&mut self) {
        let count = self.registers();
        let mut last_read = vec![0; count];
        for (turn, instruction) in self.body.iter().chain([&self.last]).enumerate() {
            for source in instruction.sources {
                if let Source::Register(r) = source {
                    last_read[r] = turn;
                }
            }
        }
        let mut real = vec![usize::MAX; count];
        let mut free: Vec<usize> = Vec::new();
        let mut next = 0;
        for load in &mut self.loads {
            real[load.to] = next;
            load.to = next;
            next += 1;
        }
        for (turn, instruction) in self.body.iter_mut().chain([&mut self.last]).enumerate() {
            let to = free.pop().unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            real[instruction.to] = to;
            instruction.to = to;
            let mut done = [usize::MAX; 3];
            for (source, done) in instruction.sources.iter_mut().zip(&mut done) {
                if let Source::Register(r) = source {
                    if last_read[*r] == turn {
                        *done = real[*r];
                    }
                    *r = real[*r];
                }
            }
            for (i, register) in done.iter().enumerate() {
                if *register != usize::MAX && !done[..i].contains(register) {
                    free.push(*register);
                }
            }
        }
    }

    /// Number of registers.
    pub fn registers(&self) -> usize {
        let written = self.body.iter().chain([&self.last]).map(|instruction| instruction.to);
        self.loads.iter().map(|load| load.to).chain(written).max().map_or(0, |last| last + 1)
    }

    pub fn run(&self, arena: &mut [f32], registers: &mut [Box<[f32]>]) {
        let (reader, out) = Reader::around(arena, self.out);
        for (block, out) in out.chunks_mut(BLOCK).enumerate() {
            let start = block * BLOCK;
            for load in &self.loads {
                let to = &mut registers[load.to][..out.len()];
                if load.from.start == self.out.start {
                    to.copy_from_slice(out);
                } else if load.walk.is_straight() {
                    to.copy_from_slice(&reader.read(load.from)[start..start + out.len()]);
                } else {
                    load.walk.fill(reader.read(load.from), start, to);
                }
            }
            for instruction in &self.body {
                let mut to = std::mem::take(&mut registers[instruction.to]);
                instruction.run(&reader, registers, start, &mut to[..out.len()]);
                registers[instruction.to] = to;
            }
            self.last.run(&reader, registers, start, out);
        }
    }
}

impl Instruction {
    #[inline(always)]
    fn run(&self, reader: &Reader, registers: &[Box<[f32]>], start: usize, out: &mut [f32]) {
        let n = out.len();
        let side = |source: Source| match source {
            Source::Register(r) => Side::Many(&registers[r][..n]),
            Source::Arena(position) => Side::Many(reader.slice(position + start, n)),
            Source::Spread(position) => Side::One(reader.slice(position, 1)[0]),
            Source::Number(x) => Side::One(x),
        };
        match self.point {
            Point::Unary(function) => match side(self.sources[0]) {
                Side::Many(x) => function.apply(x, out),
                Side::One(x) => {
                    let (first, rest) = out.split_at_mut(1);
                    function.apply(&[x], first);
                    rest.fill(first[0]);
                }
            },
            Point::Binary(function) => function.apply(side(self.sources[0]), side(self.sources[1]), out),
            Point::Select => {
                let [mask, yes, no] = self.sources.map(side);
                let entry = |side: &Side<f32>, i: usize| match side {
                    Side::Many(x) => x[i],
                    Side::One(x) => *x,
                };
                for (i, out) in out.iter_mut().enumerate() {
                    *out = if entry(&mask, i) == 0.0 { entry(&no, i) } else { entry(&yes, i) };
                }
            }
        }
    }
}
