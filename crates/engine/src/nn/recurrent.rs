//! Recurrent cells, by PyTorch's equations and in its order of gates.

use super::{Dense, Init};
use crate::graph::{Graph, Tensor};

/// The equations of a cell, for x W + b of the input and h U + c of the state before, in as many blocks as there are gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// h' = tanh(x W + b + h U + c) (Elman 1990).
    Rnn,
    /// The same with a rectifier in place of tanh.
    RectifiedRnn,
    /// Gates r, z and candidate n (Cho et al. 2014): r, z = sigmoid(x W + b + h U + c),
    /// n = tanh(x W_n + b_n + r (h U_n + c_n)), h' = (1 - z) n + z h.
    Gru,
    /// Gates i, f, g, o (Hochreiter and Schmidhuber 1997, Gers et al. 2000): i, f, o = sigmoid, g = tanh of
    /// x W + b + h U + c; c' = f c + i g, h' = o tanh(c').
    Lstm,
}

impl CellKind {
    /// Blocks of the weights.
    pub fn gates(self) -> usize {
        match self {
            Self::Rnn | Self::RectifiedRnn => 1,
            Self::Gru => 3,
            Self::Lstm => 4,
        }
    }
}

/// What a cell remembers from step to step.
#[derive(Clone, Copy, Debug)]
pub struct Memory<'g> {
    /// Its output, [batch, hidden].
    pub hidden: Tensor<'g>,
    /// An LSTM's cell state, [batch, hidden].
    pub cell: Option<Tensor<'g>>,
}

/// A recurrent cell.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'g> {
    /// The equations.
    pub kind: CellKind,
    /// W [inputs, gates hidden] and b.
    pub input: Dense<'g>,
    /// U [hidden, gates hidden] and c.
    pub hidden: Dense<'g>,
}

impl<'g> Cell<'g> {
    /// A cell with parameters `name/input/weight` and so on, that all start as PyTorch's: uniform up to 1 / sqrt(hidden).
    pub fn new(graph: &'g Graph, name: &str, kind: CellKind, inputs: usize, hidden: usize) -> Self {
        let init = Init::Uniform(1.0 / (hidden as f32).sqrt());
        Self::with_init(graph, name, kind, inputs, hidden, [&init; 3])
    }

    /// A cell whose input weights, hidden weights and biases start by these three. Weights are drawn gate by gate.
    pub fn with_init(
        graph: &'g Graph,
        name: &str,
        kind: CellKind,
        inputs: usize,
        hidden: usize,
        init: [&Init; 3],
    ) -> Self {
        let layer = |part: &str, inputs: usize, init: [&Init; 2]| {
            let [weight, bias] = ["weight", "bias"].map(|what| format!("{name}/{part}/{what}"));
            let width = kind.gates() * hidden;
            Dense {
                weight: graph.param(&weight, [inputs, width], init[0].clone().side_by_side(kind.gates())),
                bias: Some(graph.param(&bias, [width], init[1].clone())),
            }
        };
        Self {
            kind,
            input: layer("input", inputs, [init[0], init[2]]),
            hidden: layer("hidden", hidden, [init[1], init[2]]),
        }
    }

    /// Number of hidden units.
    pub fn size(&self) -> usize {
        self.hidden.weight.dim(0)
    }

    /// A memory of zeros.
    pub fn start(&self, batch: usize) -> Memory<'g> {
        let zeros = self.hidden.weight.graph().full([batch, self.size()], 0.0);
        Memory { hidden: zeros, cell: (self.kind == CellKind::Lstm).then_some(zeros) }
    }

    /// The memory after an input [batch, inputs].
    ///
    /// # Panics
    /// When shapes do not fit.
    pub fn step(&self, x: Tensor<'g>, memory: Memory<'g>) -> Memory<'g> {
        self.update(self.input.apply(x), memory)
    }

    /// The outputs at all times [batch, time, hidden] of inputs [batch, time, inputs], and the last memory.
    ///
    /// # Panics
    /// When shapes do not fit, or there is no time at all.
    pub fn unroll(&self, x: Tensor<'g>, start: Memory<'g>) -> (Tensor<'g>, Memory<'g>) {
        // Times first: each is a stretch of memory then, and the inputs of all take one matrix product.
        let inputs = self.input.apply(x.permute(&[1, 0, 2]));
        let mut memory = start;
        let outputs: Vec<Tensor<'g>> = (0..x.dim(1))
            .map(|time| {
                memory = self.update(inputs.at(0, time), memory);
                memory.hidden
            })
            .collect();
        (Tensor::stack(0, &outputs).permute(&[1, 0, 2]), memory)
    }

    /// The memory after an input of which x W + b is known.
    fn update(&self, input: Tensor<'g>, memory: Memory<'g>) -> Memory<'g> {
        let h = memory.hidden;
        let own = self.hidden.apply(h);
        let size = self.size();
        let gate = |of: Tensor<'g>, i: usize| of.slice(1, i * size, size);
        match self.kind {
            CellKind::Rnn => Memory { hidden: (input + own).tanh(), cell: None },
            CellKind::RectifiedRnn => Memory { hidden: (input + own).relu(), cell: None },
            CellKind::Gru => {
                let [r, z] = [0, 1].map(|i| (gate(input, i) + gate(own, i)).sigmoid());
                let n = (gate(input, 2) + r * gate(own, 2)).tanh();
                Memory { hidden: (1.0 - z) * n + z * h, cell: None }
            }
            CellKind::Lstm => {
                let all = input + own;
                let [i, f, o] = [0, 1, 3].map(|i| gate(all, i).sigmoid());
                let new = i * gate(all, 2).tanh();
                let cell = memory.cell.map_or(new, |cell| f * cell + new);
                Memory { hidden: o * cell.tanh(), cell: Some(cell) }
            }
        }
    }
}

/// One cell that reads forwards and one that reads backwards (Schuster and Paliwal 1997).
#[derive(Clone, Copy, Debug)]
pub struct Bidirectional<'g> {
    /// From the first time on.
    pub forward: Cell<'g>,
    /// From the last time back.
    pub backward: Cell<'g>,
}

impl<'g> Bidirectional<'g> {
    /// Two cells, `name/forward` and `name/backward`.
    pub fn new(graph: &'g Graph, name: &str, kind: CellKind, inputs: usize, hidden: usize) -> Self {
        let cell = |way: &str| Cell::new(graph, &format!("{name}/{way}"), kind, inputs, hidden);
        Self { forward: cell("forward"), backward: cell("backward") }
    }

    /// The outputs of both at all times, side by side, [batch, time, 2 hidden], from memories of zeros.
    ///
    /// # Panics
    /// When shapes do not fit, or there is no time at all.
    pub fn unroll(&self, x: Tensor<'g>) -> Tensor<'g> {
        let (forward, _) = self.forward.unroll(x, self.forward.start(x.dim(0)));
        let (backward, _) = self.backward.unroll(x.flip(1), self.backward.start(x.dim(0)));
        Tensor::concat(2, &[forward, backward.flip(1)])
    }
}

#[cfg(test)]
#[path = "recurrent_tests.rs"]
mod tests;
