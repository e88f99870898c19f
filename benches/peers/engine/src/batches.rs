//! The fixed set of batches that every contender goes round.

/// Inputs and targets of some batches.
pub struct Batches {
    inputs: Vec<f32>,
    targets: Vec<f32>,
    input: usize,
    target: usize,
    next: usize,
}

impl Batches {
    /// Batches of `input` and `target` numbers each.
    pub fn new(inputs: &[f32], targets: &[f32], input: usize, target: usize) -> Self {
        Self { inputs: inputs.to_vec(), targets: targets.to_vec(), input, target, next: 0 }
    }

    /// The next batch, from the first again after the last.
    pub fn next(&mut self) -> (&[f32], &[f32]) {
        let at = self.next;
        self.next = (at + 1) % (self.inputs.len() / self.input);
        (&self.inputs[at * self.input..][..self.input], &self.targets[at * self.target..][..self.target])
    }
}

/// Hands out parameters in order.
pub fn take<'a>(params: &mut &'a [f32], count: usize) -> &'a [f32] {
    let (these, rest) = params.split_at(count);
    *params = rest;
    these
}
