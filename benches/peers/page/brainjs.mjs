// brain.js: one example at a time, an update after each.

import { script } from "./load.mjs";
import { oneByOne, parts } from "./work.mjs";

export async function start() {
  await script("/benches/peers/node_modules/brain.js/browser.min.js");
  return { train: training, product: () => null };
}

function training(work) {
  if (!["playground", "digits"].includes(work.kind)) return null;
  const activation = work.kind === "playground" ? "tanh" : "relu";
  const net = new brain.NeuralNetwork({ hiddenLayers: work.sizes.slice(1, -1), activation });
  net.sizes = work.sizes;
  net.initialize();
  const all = parts(work);
  for (let layer = 1; layer < work.sizes.length; layer += 1) {
    const [{ values }, biases] = [all.shift(), all.shift()];
    const [from, to] = [work.sizes[layer - 1], work.sizes[layer]];
    for (let unit = 0; unit < to; unit += 1) {
      for (let i = 0; i < from; i += 1) net.weights[layer][unit][i] = values[i * to + unit];
      net.biases[layer][unit] = biases.values[unit];
    }
  }
  // A tenth of the rate for each of ten examples goes about as far as the batch.
  const rate = work.kind === "playground" ? work.rate / work.batch : 1e-3;
  Object.assign(net.trainOpts, { learningRate: rate, momentum: work.kind === "playground" ? 0 : 0.9 });
  const length = work.inputs.length / work.targets.length;
  const one = (t) => Float32Array.from({ length: 10 }, (_, i) => (i === t ? 1 : 0));
  const examples = Array.from(work.targets, (t, n) => ({
    input: work.inputs.subarray(n * length, (n + 1) * length),
    output: work.kind === "playground" ? Float32Array.of(t) : one(t),
  }));
  return oneByOne(work, examples.length, (example) => {
    const { input, output } = examples[example];
    // Its error is the mean of squares over the outputs.
    return (net.trainPattern({ input, output }, true) * output.length) / 2;
  });
}
