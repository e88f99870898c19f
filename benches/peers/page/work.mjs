// What every contender has to do: the same parameters, the same batches, the same losses, from one seeded generator.

/** Numbers from 0 to 1: mulberry32. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A parameter: its shape, and the half-width of the even distribution that it starts from (0 for zeros). */
const param = (shape, width) => ({ shape, width });
/** A gain, which starts as ones. */
const ones = (size) => ({ shape: [size], width: 0, one: true });
const dense = (from, to, gain) => [param([from, to], Math.sqrt((3 * gain) / from)), param([to], 0)];

/** Dense layers with weights of inputs x units; `gain` is 2 for rectified units. */
const perceptron = (sizes, gain) => sizes.slice(1).flatMap((to, i) => dense(sizes[i], to, gain));

const playground = (sizes) => ({
  title: `${sizes.join("-")}, tanh in all layers, batch 10, SGD at 0.03`,
  kind: "playground",
  sizes,
  batch: 10,
  batches: 50,
  rate: 0.03,
  params: perceptron(sizes, 1),
});

export const WIDTH = 64;
export const LENGTH = 32;
export const HEADS = 4;

/** The nets. Convolutions have weights of outputs x inputs x 5 x 5 and pictures are channels x rows x columns. */
export const NETS = {
  "playground-1": playground([2, 4, 2, 1]),
  "playground-3": playground([2, 8, 8, 8, 1]),
  digits: {
    title: "784-300-100-10, ReLU, batch 60, softmax cross-entropy, Adam at 0.0012",
    kind: "digits",
    sizes: [784, 300, 100, 10],
    batch: 60,
    batches: 8,
    rate: 1.2e-3,
    params: perceptron([784, 300, 100, 10], 2),
    // Multiply-adds of a step: forward, by the weights, and by the inputs of all layers but the first.
    flop: 2 * 60 * (3 * (784 * 300 + 300 * 100 + 100 * 10) - 784 * 300),
  },
  convolution: {
    title: "28x28: conv 5x5x8, ReLU, max-pool 2, conv 5x5x16, ReLU, max-pool 2, dense 10; batch 32, Adam at 0.001",
    kind: "convolution",
    batch: 32,
    batches: 8,
    rate: 1e-3,
    params: [
      param([8, 1, 5, 5], Math.sqrt(6 / 25)),
      param([8], 0),
      param([16, 8, 5, 5], Math.sqrt(6 / 200)),
      param([16], 0),
      ...dense(784, 10, 1),
    ],
    // As above: each convolution is places x outputs x what an output sees.
    flop: 2 * 32 * (2 * 784 * 8 * 25 + 3 * (196 * 16 * 200 + 784 * 10)),
  },
  transformer: {
    title: "transformer block: width 64, 4 heads, length 32, 64 symbols, batch 16, Adam at 0.001",
    kind: "transformer",
    batch: 16,
    batches: 8,
    rate: 1e-3,
    params: [
      param([WIDTH, WIDTH], 0.1),
      param([LENGTH, WIDTH], 0.1),
      ...[ones(WIDTH), param([WIDTH], 0)],
      ...dense(WIDTH, 3 * WIDTH, 1),
      ...dense(WIDTH, WIDTH, 1),
      ...[ones(WIDTH), param([WIDTH], 0)],
      ...dense(WIDTH, 4 * WIDTH, 1),
      ...dense(4 * WIDTH, WIDTH, 1),
      ...[ones(WIDTH), param([WIDTH], 0)],
      param([WIDTH, WIDTH], Math.sqrt(3 / WIDTH)),
    ],
  },
};

/** Sides of the square products. */
export const PRODUCTS = [16, 32, 64, 128, 256, 512];

/** Adam's constants. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

export const size = (shape) => shape.reduce((product, n) => product * n, 1);

function parameters(net, random) {
  const parts = net.params.map(({ shape, width, one }) =>
    Float32Array.from({ length: size(shape) }, () => (one ? 1 : width && (2 * random() - 1) * width)),
  );
  return flat(parts);
}

export function flat(parts) {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Points in a square, inside (1) or outside (-1) a circle. */
function circle(net, random) {
  const [inputs, targets] = [[], []];
  for (let n = 0; n < net.batch * net.batches; n += 1) {
    const [x, y] = [2 * random() - 1, 2 * random() - 1];
    inputs.push(x, y);
    targets.push(x * x + y * y < 0.5 ? 1 : -1);
  }
  return [inputs, targets];
}

/** Digits in another order, brightness from 0 to 1. */
function pictures(net, random, { images, labels }) {
  const order = labels.map((_, n) => n);
  for (let n = order.length - 1; n > 0; n -= 1) {
    const other = Math.floor(random() * (n + 1));
    [order[n], order[other]] = [order[other], order[n]];
  }
  const chosen = [...order.slice(0, net.batch * net.batches)];
  const inputs = flat(chosen.map((n) => Float32Array.from(images.subarray(784 * n, 784 * (n + 1)), (x) => x / 255)));
  return [inputs, chosen.map((n) => labels[n])];
}

/** Text in which each symbol has four that may follow it; the targets are the next symbols. */
function text(net, random) {
  const symbol = () => Math.floor(random() * WIDTH);
  const next = Array.from({ length: WIDTH }, () => [symbol(), symbol(), symbol(), symbol()]);
  const [inputs, targets] = [[], []];
  for (let n = 0; n < net.batch * net.batches; n += 1) {
    let now = symbol();
    for (let i = 0; i < LENGTH; i += 1) {
      inputs.push(now);
      now = next[now][Math.floor(random() * 4)];
      targets.push(now);
    }
  }
  return [inputs, targets];
}

async function idx(name) {
  const packed = await fetch(`/assets/data/${name}.idx.gz`);
  const stream = packed.body.pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  // Two zeros, the type (8: bytes), the number of dimensions, then each as four bytes.
  return bytes.subarray(4 + 4 * bytes[3]);
}

/** Parameters, inputs and targets of a net, each as one array in row-major order, batch after batch. */
export async function make(name) {
  const net = NETS[name];
  const random = generator(20);
  const params = parameters(net, random);
  const data = { playground: circle, digits: pictures, convolution: pictures, transformer: text }[net.kind];
  const digits = data === pictures && { images: await idx("digits-28"), labels: await idx("digits-28-labels") };
  const [inputs, targets] = data(net, random, digits);
  return { ...net, name, values: params, inputs: Float32Array.from(inputs), targets: Float32Array.from(targets) };
}

/** The parameters apart, with their shapes. */
export function parts(work) {
  let at = 0;
  return work.params.map(({ shape }) => {
    const values = work.values.subarray(at, at + size(shape));
    at += size(shape);
    return { shape, values };
  });
}

/** Training by libraries that take one example at a time: goes round so many examples, gives the mean error of the last batch. */
export function oneByOne(work, count, train) {
  let example = 0;
  return {
    run(steps) {
      let sum = 0;
      for (let i = 0; i < steps; i += 1) {
        sum = 0;
        for (let n = 0; n < work.batch; n += 1) {
          sum += train(example);
          example = (example + 1) % count;
        }
      }
      return sum / work.batch;
    },
  };
}
