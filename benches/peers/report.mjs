// The tables.

/** What is not the same work, or is done in another way; by library and kind of net. */
const NOTES = {
  loops: {
    playground: "hand-written for this net: a floor",
    digits: "hand-written for this net, products by the engine's kernel: a floor",
  },
  ndarray: { digits: "hand-written for this net, products by ndarray: a floor" },
  "tfjs-wasm": {
    convolution: "its convolution has no derivative by the filter here: written as a convolution with axes exchanged",
    transformer: "symbols as unit vectors: its look-up has no derivative here",
  },
  "tfjs-cpu": { transformer: "symbols as unit vectors" },
  convnetjs: {
    playground: "f64; one example at a time, update at the end of the batch",
    digits: "OTHER WORK: SGD with momentum, it has no Adam; f64",
    convolution: "OTHER WORK: SGD with momentum, it has no Adam; f64",
  },
  brainjs: {
    playground: "OTHER WORK: updates after each example at a tenth of the rate, it has no batches",
    digits: "OTHER WORK: updates after each example, ReLU in the last layer, squared loss, momentum",
  },
};

/** Why a contender is absent when it did not fail. */
const ABSENT = {
  vivarium: () => "not written yet",
  loops: () => "no floor was written",
  ndarray: () => "no floor was written",
  convnetjs: (kind) => (kind === "product" ? "it has no matrix product" : "it has no attention"),
  brainjs: (kind) =>
    ({ product: "it has no matrix product", convolution: "it has no convolution" })[kind] ?? "it has no attention",
};

const number = (value) => {
  if (!Number.isFinite(value)) return String(value);
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toPrecision(3);
};
const percent = (value) => `${(100 * value).toFixed(0)} %`;

/** Columns of equal width; the first is aligned to the left, and so is the last if it is words. */
function columns(head, rows) {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? "").length)));
  const words = head.at(-1) === "notes" ? head.length - 1 : head.length;
  const line = (row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : i === words ? cell : cell.padStart(widths[i]))).join("  ");
  return all.map((row) => line(row).trimEnd()).join("\n");
}

function absences(absent, kind) {
  return absent.map(({ name, why }) => `${name}: ${why ? `failed: ${why}` : (ABSENT[name]?.(kind) ?? "not there")}`);
}

/** The table of one net. */
export function netTable({ title, kind, rows, absent }) {
  const best = rows[0]?.name ?? "";
  const head = ["", "steps/s", `ratio to ${best}`, "first loss", "last loss", "of peak", "notes"];
  const cells = rows.map((row) => [
    row.name,
    number(row.rate),
    number(row.ratio),
    row.first.toFixed(4),
    row.last.toPrecision(3),
    row.ofPeak ? percent(row.ofPeak) : "",
    [row.falls ? "" : "DOES NOT COUNT: its loss did not fall", NOTES[row.name]?.[kind]].filter(Boolean).join("; "),
  ]);
  return ["", title, columns(head, cells), ...absences(absent, kind)].join("\n");
}

/** The table of all products: GFLOP/s, a column for each size. */
export function productTable(products) {
  const names = [...new Set(products.flatMap(({ rows }) => rows.map((row) => row.name)))];
  const head = ["", ...products.map(({ name }) => String(name))];
  const cells = names.map((name) => [
    name,
    ...products.map(({ rows }) => {
      const row = rows.find((row) => row.name === name);
      return row ? `${row.gflops.toFixed(1)} (${percent(row.ofPeak)})` : "-";
    }),
  ]);
  const absent = products[0].absent;
  const title = "Square products of f32, GFLOP/s (share of the peak of multiply, then add)";
  return ["", title, columns(head, cells), ...absences(absent, "product")].join("\n");
}
