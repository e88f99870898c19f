// The programs in WebAssembly: the engine with the floors, and burn.

/** `who` tells the contenders in the engine's program apart: graph, loops, ndarray, and peak, which only has that. */
export async function startEngine(who) {
  const program = await load("peer_engine");
  return {
    train: (work) => training(program.Training, [who, work.name], work),
    product: (n) => program.Product.make(who, n) ?? null,
    peak: (chains) => ({ run: (steps) => program.peak(chains, steps, 0.999, 0.01) }),
  };
}

export async function startBurn() {
  const program = await load("peer_burn");
  return {
    train: (work) => training(program.Training, [work.name], work),
    product: (n) => program.Product.make(n),
  };
}

async function load(name) {
  const program = await import(`/benches/peers/target/page/${name}.js`);
  await program.default();
  return program;
}

function training(Training, names, work) {
  const made = Training.make(...names, work.values, work.inputs, work.targets);
  return made ? { run: (steps) => made.steps(steps) } : null;
}
