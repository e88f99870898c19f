// A page is one contender, named in its address; run.mjs calls what is left in `contender`.

import { make } from "./work.mjs";

const STARTS = {
  "peak": async () => (await import("./wasm.mjs")).startEngine("peak"),
  "vivarium": async () => (await import("./wasm.mjs")).startEngine("graph"),
  "loops": async () => (await import("./wasm.mjs")).startEngine("loops"),
  "ndarray": async () => (await import("./wasm.mjs")).startEngine("ndarray"),
  "burn": async () => (await import("./wasm.mjs")).startBurn(),
  "tfjs-wasm": async () => (await import("./tfjs.mjs")).start("wasm"),
  "tfjs-cpu": async () => (await import("./tfjs.mjs")).start("cpu"),
  "convnetjs": async () => (await import("./convnetjs.mjs")).start(),
  "brainjs": async () => (await import("./brainjs.mjs")).start(),
};

let started;
let running;

globalThis.contender = {
  /** Loads the library. */
  async start() {
    started = await STARTS[new URLSearchParams(location.search).get("name")]();
  },
  /** Makes ready for a work; false when there is nothing for it. */
  async prepare(kind, name) {
    running = null;
    if (kind === "net") running = started.train(await make(name));
    else if (kind === "product") running = started.product(name);
    else running = started.peak(name);
    return Boolean(running);
  },
  /** Runs n steps; the last loss and the milliseconds that passed. */
  run(n) {
    const start = performance.now();
    const loss = running.run(n);
    return { loss, wall: performance.now() - start };
  },
  /** The losses of the next n steps. */
  losses: (n) => Array.from({ length: n }, () => running.run(1)),
};
