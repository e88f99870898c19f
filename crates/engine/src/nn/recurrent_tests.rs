use super::*;
use crate::math::{sigmoid, tanh};
use crate::nn::check::{Checked, near};

const KINDS: [CellKind; 4] = [CellKind::Rnn, CellKind::RectifiedRnn, CellKind::Gru, CellKind::Lstm];
const BATCH: usize = 2;
const TIME: usize = 5;
const INPUTS: usize = 3;
const HIDDEN: usize = 4;

/// One example by loops over scalars: outputs at all times.
fn by_hand(kind: CellKind, [w, b, u, c]: [&[f64]; 4], x: &[f64]) -> Vec<f64> {
    let width = kind.gates() * HIDDEN;
    let (mut h, mut memory) = ([0.0; HIDDEN], [0.0; HIDDEN]);
    let mut all = Vec::new();
    for x in x.chunks(INPUTS) {
        let before = h;
        let input = |at: usize| b[at] + (0..INPUTS).map(|i| x[i] * w[i * width + at]).sum::<f64>();
        let own = |at: usize| c[at] + (0..HIDDEN).map(|i| before[i] * u[i * width + at]).sum::<f64>();
        let both = |gate: usize, j: usize| input(gate * HIDDEN + j) + own(gate * HIDDEN + j);
        for j in 0..HIDDEN {
            h[j] = match kind {
                CellKind::Rnn => tanh(both(0, j)),
                CellKind::RectifiedRnn => both(0, j).max(0.0),
                CellKind::Gru => {
                    let (r, z) = (sigmoid(both(0, j)), sigmoid(both(1, j)));
                    let n = tanh(input(2 * HIDDEN + j) + r * own(2 * HIDDEN + j));
                    (1.0 - z) * n + z * before[j]
                }
                CellKind::Lstm => {
                    memory[j] = sigmoid(both(1, j)) * memory[j] + sigmoid(both(0, j)) * tanh(both(2, j));
                    sigmoid(both(3, j)) * tanh(memory[j])
                }
            };
        }
        all.extend(h);
    }
    all
}

fn weights<'g>(cell: &Cell<'g>) -> Option<[Tensor<'g>; 4]> {
    Some([cell.input.weight, cell.input.bias?, cell.hidden.weight, cell.hidden.bias?])
}

#[test]
fn cells_are_those_of_the_equations() {
    for kind in KINDS {
        let g = Graph::new();
        let cell = Cell::new(&g, "cell", kind, INPUTS, HIDDEN);
        let x = g.input("x", [BATCH, TIME, INPUTS]);
        let (outputs, last) = cell.unroll(x, cell.start(BATCH));
        let checked = Checked::new(&g);
        let numbers = weights(&cell).unwrap().map(|weight| checked.values(weight));
        let xs = checked.values(x);
        let want: Vec<f64> = xs
            .chunks(TIME * INPUTS)
            .flat_map(|x| by_hand(kind, numbers.each_ref().map(|numbers| &numbers[..]), x))
            .collect();
        let got = checked.values(outputs);
        near(&got, &want, 1e-12);
        let ends: Vec<f64> = got.chunks(TIME * HIDDEN).flat_map(|of| of[(TIME - 1) * HIDDEN..].to_vec()).collect();
        near(&checked.values(last.hidden), &ends, 0.0);
        // Step by step gives the same.
        let memory = (0..TIME).fold(cell.start(BATCH), |memory, time| cell.step(x.at(1, time), memory));
        near(&checked.values(memory.hidden), &ends, 1e-15);
    }
}

#[test]
fn derivatives() {
    for kind in [CellKind::Rnn, CellKind::Gru, CellKind::Lstm] {
        let g = Graph::new();
        let cell = Cell::new(&g, "cell", kind, 2, 3);
        let (outputs, last) = cell.unroll(g.input("x", [2, 3, 2]), cell.start(2));
        Checked::new(&g).derivatives(outputs);
        Checked::new(&g).derivatives(last.cell.unwrap_or(last.hidden));
    }
}

#[test]
fn both_ways_mirror_each_other() {
    let g = Graph::new();
    let mut both = Bidirectional::new(&g, "both", CellKind::Gru, INPUTS, HIDDEN);
    both.backward = both.forward;
    let x = g.input("x", [BATCH, TIME, INPUTS]);
    let (there, back) = (both.unroll(x), both.unroll(x.flip(1)).flip(1));
    let swapped = Tensor::concat(2, &[back.slice(2, HIDDEN, HIDDEN), back.slice(2, 0, HIDDEN)]);
    let checked = Checked::new(&g);
    near(&checked.values(there), &checked.values(swapped), 0.0);
}

#[test]
fn weights_are_drawn_gate_by_gate() {
    let g = Graph::new();
    let init = [&Init::GLOROT_UNIFORM, &Init::Orthogonal(1.0), &Init::ZEROS];
    let cell = Cell::with_init(&g, "cell", CellKind::Lstm, INPUTS, HIDDEN, init);
    let gate = cell.hidden.weight.slice(1, HIDDEN, HIDDEN);
    let checked = Checked::new(&g);
    let product = checked.values(gate.matmul_t(gate));
    near(&product, &checked.values(g.identity(HIDDEN)), 1e-6);
    let largest = checked.values(cell.input.weight).iter().fold(0.0f64, |m, x| m.max(x.abs()));
    assert!(largest <= (6.0 / (INPUTS + HIDDEN) as f64).sqrt() && largest > 0.6);
}
