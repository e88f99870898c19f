// TensorFlow.js, one backend a page: its core operations, derivatives by its tape, optimizer.minimize.

import { script } from "./load.mjs";
import { ADAM, HEADS, LENGTH, PRODUCTS, WIDTH, parts, size } from "./work.mjs";

const MODULES = "/benches/peers/node_modules/@tensorflow";

export async function start(backend) {
  await script(`${MODULES}/tfjs/dist/tf.min.js`);
  if (backend === "wasm") {
    await script(`${MODULES}/tfjs-backend-wasm/dist/tf-backend-wasm.min.js`);
    tf.wasm.setWasmPaths(`${MODULES}/tfjs-backend-wasm/dist/`);
  }
  await tf.setBackend(backend);
  await tf.ready();
  if (tf.getBackend() !== backend) throw new Error(`the backend ${backend} did not start`);
  tf.enableProdMode();
  return {
    train: (work) => training(work, backend),
    product: (n) => product(n),
  };
}

function product(n) {
  if (!PRODUCTS.includes(n)) return null;
  const [a, b] = [tf.randomUniform([n, n]), tf.randomUniform([n, n])];
  return {
    run(times) {
      for (let i = 0; i < times; i += 1) {
        const out = tf.matMul(a, b);
        if (i === times - 1) out.dataSync();
        out.dispose();
      }
    },
  };
}

/** Squared error, half of its mean. */
const halfSquare = (out, target) => tf.mul(tf.mean(tf.squaredDifference(out, target)), 0.5);
const crossEntropy = (logits, onehot) => tf.losses.softmaxCrossEntropy(onehot, logits);

function chunks(values, shape, count) {
  const length = size(shape);
  return Array.from({ length: count }, (_, i) => tf.tensor(values.subarray(i * length, (i + 1) * length), shape));
}

const onehot = (classes, count) => classes.map((batch) => tf.oneHot(tf.cast(batch, "int32"), count).cast("float32"));

const KINDS = {
  playground(work, variables) {
    const loss = (x, t) => halfSquare(layers(variables, x, tf.tanh, tf.tanh), t);
    return { loss, inputs: chunks(work.inputs, [work.batch, 2], work.batches), targets: chunks(work.targets, [work.batch, 1], work.batches) };
  },
  digits(work, variables) {
    const loss = (x, t) => crossEntropy(layers(variables, x, tf.relu, (x) => x), t);
    const targets = onehot(chunks(work.targets, [work.batch], work.batches), 10);
    return { loss, inputs: chunks(work.inputs, [work.batch, 784], work.batches), targets };
  },
  convolution(work, [k1, b1, k2, b2, w, b], backend) {
    const conv = backend === "wasm" ? convolve : (x, k) => tf.conv2d(x, k, 1, "same");
    const stage = (x, k, b) => tf.maxPool(tf.relu(tf.add(conv(x, k), b)), 2, 2, "valid");
    const loss = (x, t) => {
      const pictures = stage(stage(x, k1, b1), k2, b2);
      return crossEntropy(tf.add(tf.matMul(tf.reshape(pictures, [work.batch, 784]), w), b), t);
    };
    const targets = onehot(chunks(work.targets, [work.batch], work.batches), 10);
    return { loss, inputs: chunks(work.inputs, [work.batch, 28, 28, 1], work.batches), targets };
  },
  transformer(work, variables) {
    const [embedding, positions, g1, h1, wqkv, bqkv, wo, bo, g2, h2, wu, bu, wd, bd, g3, h3, unembedding] = variables;
    const rows = work.batch * LENGTH;
    const mask = tf.tidy(() =>
      tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([LENGTH, LENGTH]), -1, 0)), -1e9).reshape([1, 1, LENGTH, LENGTH]),
    );
    const norm = (x, gain, shift) => {
      const centred = tf.sub(x, tf.mean(x, 1, true));
      const variance = tf.mean(tf.square(centred), 1, true);
      return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), gain), shift);
    };
    const heads = (x) => tf.transpose(tf.reshape(x, [work.batch, LENGTH, HEADS, WIDTH / HEADS]), [0, 2, 1, 3]);
    const attention = (x) => {
      const [q, k, v] = tf.split(tf.add(tf.matMul(x, wqkv), bqkv), 3, 1).map(heads);
      const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(WIDTH / HEADS));
      const mixed = tf.matMul(tf.softmax(tf.add(scores, mask)), v);
      return tf.add(tf.matMul(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [rows, WIDTH]), wo), bo);
    };
    const gelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
    const loss = (tokens, t) => {
      let x = tf.reshape(tf.add(tf.reshape(tf.matMul(tokens, embedding), [work.batch, LENGTH, WIDTH]), positions), [rows, WIDTH]);
      x = tf.add(x, attention(norm(x, g1, h1)));
      x = tf.add(x, tf.add(tf.matMul(gelu(tf.add(tf.matMul(norm(x, g2, h2), wu), bu)), wd), bd));
      return crossEntropy(tf.matMul(norm(x, g3, h3), unembedding), t);
    };
    // The derivative of a look-up needs a sum over segments, which the wasm backend lacks: symbols come as unit vectors.
    const unit = (values) => onehot(chunks(values, [rows], work.batches), WIDTH);
    return { loss, inputs: unit(work.inputs), targets: unit(work.targets) };
  },
};

function layers(variables, input, hidden, last) {
  let x = input;
  for (let i = 0; i < variables.length; i += 2) {
    x = (i + 2 < variables.length ? hidden : last)(tf.add(tf.matMul(x, variables[i]), variables[i + 1]));
  }
  return x;
}

/** Convolution whose derivative by the filter, which the wasm backend lacks, is a convolution with axes exchanged. */
const convolve = (input, filter) => {
  const op = tf.customGrad((x, k, save) => {
    save([x, k]);
    return {
      value: tf.conv2d(x, k, 1, "same"),
      gradFunc: (dy, [x, k]) => {
        const swapped = tf.conv2d(tf.transpose(tf.pad(x, [[0, 0], [2, 2], [2, 2], [0, 0]]), [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3]), 1, "valid");
        return [tf.conv2dTranspose(dy, k, x.shape, 1, "same"), tf.transpose(swapped, [1, 2, 0, 3])];
      },
    };
  });
  return op(input, filter);
};

/** Pictures are rows x columns x channels here, so filters and the dense layer after pictures are turned. */
function turned({ shape, values }, index, kind) {
  if (kind !== "convolution") return tf.tensor(values, shape);
  if (shape.length === 4) return tf.tidy(() => tf.transpose(tf.tensor(values, shape), [2, 3, 1, 0]));
  if (shape[0] === 784) {
    return tf.tidy(() => tf.reshape(tf.transpose(tf.tensor(values, [16, 7, 7, 10]), [1, 2, 0, 3]), [784, 10]));
  }
  return tf.tensor(values, shape);
}

function training(work, backend) {
  const variables = parts(work).map((part, i) => tf.variable(turned(part, i, work.kind)));
  const { loss, inputs, targets } = KINDS[work.kind](work, variables, backend);
  const optimizer =
    work.kind === "playground" ? tf.train.sgd(work.rate) : tf.train.adam(work.rate, ADAM.beta1, ADAM.beta2, ADAM.epsilon);
  let step = 0;
  return {
    run(steps) {
      let last = NaN;
      for (let i = 0; i < steps; i += 1) {
        const at = step % work.batches;
        const cost = optimizer.minimize(() => loss(inputs[at], targets[at]), true, variables);
        if (i === steps - 1) last = cost.dataSync()[0];
        cost.dispose();
        step += 1;
      }
      return last;
    },
  };
}
