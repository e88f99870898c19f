// ConvNetJS: one example at a time, an update at the end of each batch.

import { script } from "./load.mjs";
import { oneByOne, parts } from "./work.mjs";

export async function start() {
  await script("/benches/peers/node_modules/convnetjs/build/convnet-min.js");
  return { train: training, product: () => null };
}

const dense = (units, activation) => ({ type: "fc", num_neurons: units, activation });
const conv = (filters) => ({ type: "conv", sx: 5, filters, stride: 1, pad: 2, activation: "relu" });
const pool = { type: "pool", sx: 2, stride: 2 };

const KINDS = {
  playground: ({ sizes }) => [
    { type: "input", out_sx: 1, out_sy: 1, out_depth: 2 },
    ...sizes.slice(1, -1).map((units) => dense(units, "tanh")),
    { type: "regression", num_neurons: 1 },
  ],
  digits: () => [
    { type: "input", out_sx: 1, out_sy: 1, out_depth: 784 },
    ...[dense(300, "relu"), dense(100, "relu")],
    { type: "softmax", num_classes: 10 },
  ],
  convolution: () => [
    { type: "input", out_sx: 28, out_sy: 28, out_depth: 1 },
    ...[conv(8), pool, conv(16), pool],
    { type: "softmax", num_classes: 10 },
  ],
};

/** Gives the net the common parameters. */
function fill(net, work) {
  const all = parts(work);
  for (const layer of net.layers.filter((layer) => layer.filters)) {
    const [{ shape, values }, biases] = [all.shift(), all.shift()];
    layer.filters.forEach((filter, unit) => {
      const { sx, depth } = filter;
      for (let i = 0; i < filter.w.length; i += 1) {
        if (shape.length === 4) {
          const [d, x, y] = [i % depth, Math.floor(i / depth) % sx, Math.floor(i / depth / sx)];
          filter.w[i] = values[((unit * depth + d) * 5 + y) * 5 + x];
        } else {
          // What comes from pictures has the channel as its last index here, as its first in the common order.
          const row = work.kind === "convolution" ? (i % 16) * 49 + Math.floor(i / 16) : i;
          filter.w[i] = values[row * shape[1] + unit];
        }
      }
    });
    layer.biases.w.set(biases.values);
  }
}

function training(work) {
  const layers = KINDS[work.kind]?.(work);
  if (!layers) return null;
  const net = new convnetjs.Net();
  net.makeLayers(layers);
  if (work.kind === "playground") {
    // Its regression is linear: tanh is put before the loss.
    net.layers.splice(-1, 0, new convnetjs.TanhLayer({ in_sx: 1, in_sy: 1, in_depth: 1 }));
  }
  fill(net, work);
  const momentum = work.kind === "playground" ? 0 : 0.9;
  const rate = work.kind === "playground" ? work.rate : 0.01;
  const trainer = new convnetjs.Trainer(net, { method: "sgd", learning_rate: rate, momentum, batch_size: work.batch });
  const side = work.kind === "convolution" ? 28 : 1;
  const length = work.inputs.length / work.targets.length;
  const inputs = Array.from(work.targets, (_, n) => {
    const vol = new convnetjs.Vol(side, side, length / side / side, 0);
    vol.w.set(work.inputs.subarray(n * length, (n + 1) * length));
    return vol;
  });
  const targets = Array.from(work.targets, (t) => (work.kind === "playground" ? [t] : t));
  // Its regression reports twice the squared error, though it goes down the slope of half of it.
  const share = work.kind === "playground" ? 1 / 4 : 1;
  return oneByOne(work, inputs.length, (example) => trainer.train(inputs[example], targets[example]).cost_loss * share);
}
