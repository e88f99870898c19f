// Runs every contender on every work, in turn and in rounds, and prints a table for each work. README.md says how to read
// it. Arguments, if any, are the works or contenders wanted: `node benches/peers/run.mjs digits vivarium burn`.

import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NETS, PRODUCTS } from "./page/work.mjs";
import { netTable, productTable } from "./report.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
// The tests' host, for the whole project: the page needs its libraries, its programs and the digits.
process.env.DIST = join(HERE, "../..");
const { host, launch } = await import("../../tests/e2e/harness.mjs");
/** Fresh starts of all contenders: a browser may compile the same program better or worse, and then stays with it. */
const SITTINGS = Number(process.env.SITTINGS ?? 3);
/** Rounds of a sitting. */
const ROUNDS = Number(process.env.ROUNDS ?? 4);
/** Milliseconds of one contender's turn, as long as its single step is not longer. */
const TURN = Number(process.env.TURN ?? 250);

const CONTENDERS = ["vivarium", "loops", "ndarray", "burn", "tfjs-wasm", "tfjs-cpu", "convnetjs", "brainjs"];
const CHAINS = [8, 12, 16];

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length;

/** A tab with one contender in it. */
class Tab {
  static async open(browser, address, name) {
    const page = await browser.newPage();
    const tab = Object.assign(new Tab(), { page, name });
    await page.goto(`${address}benches/peers/page/?name=${name}`, { waitUntil: "load" });
    tab.client = await page.createCDPSession();
    await tab.client.send("Performance.enable");
    await page.evaluate(() => contender.start());
    return tab;
  }

  /** Seconds of the page's own thread so far, as the system counts them; none where it does not. */
  async thread() {
    const { metrics } = await this.client.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ThreadTime")?.value;
  }

  prepare(kind, name) {
    return this.page.evaluate((kind, name) => contender.prepare(kind, name), kind, name);
  }

  losses(n) {
    return this.page.evaluate((n) => contender.losses(n), n);
  }

  /** Runs n steps: the seconds of the thread, or what the clock says where those are not counted. */
  async run(n) {
    const before = await this.thread();
    const { loss, wall } = await this.page.evaluate((n) => contender.run(n), n);
    const after = await this.thread();
    return { loss, wall: wall / 1000, seconds: before === undefined ? wall / 1000 : after - before };
  }

  /** Steps for a turn's time, and their seconds. Whoever has become faster since it was reckoned has the turn again. */
  async turn() {
    for (;;) {
      const { seconds, wall } = await this.run(this.steps);
      const steps = this.steps;
      this.steps = Math.max(1, Math.round(steps * Math.min(16, TURN / 1000 / Math.max(seconds, 1e-6))));
      if (seconds * 1000 > TURN / 2) return { rate: steps / seconds, wall: steps / wall };
    }
  }

  /** Runs until a turn is no longer faster than the one before: the browser compiles again what runs often. */
  async warm() {
    this.steps = 1;
    let before = 0;
    for (let turn = 0; turn < 8; turn += 1) {
      const { rate } = await this.turn();
      if (rate < 1.03 * before) return;
      before = rate;
    }
  }
}

/** The figures of all tabs over a few rounds, each tab in its turn. */
async function rounds(tabs) {
  for (const tab of tabs) await tab.warm();
  const figures = tabs.map(({ name }) => ({ name, rates: [], walls: [] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, tab] of tabs.entries()) {
      const { rate, wall } = await tab.turn();
      figures[i].rates.push(rate);
      figures[i].walls.push(wall);
    }
  }
  return figures;
}

const short = (error) => String(error?.message ?? error).split("\n")[0];

/** Ratios to another's figures, round by round. */
const ratios = (one, other) => one.rates.map((rate, round) => rate / other.rates[round]);

/**
 * One sitting on one work: rates of all contenders that can do it, their ratios to the first of them and to the peak,
 * and the mean losses over the first and the last time through all batches.
 */
async function sit(tabs, kind, work, peak) {
  const [ready, absent, losses] = [[], [], new Map()];
  for (const tab of tabs) {
    try {
      if (!(await tab.prepare(kind, work.name))) {
        absent.push({ name: tab.name });
        continue;
      }
      if (work.batches) losses.set(tab.name, { first: mean(await tab.losses(work.batches)) });
      ready.push(tab);
    } catch (error) {
      absent.push({ name: tab.name, why: short(error) });
    }
  }
  const figures = await rounds(work.flop ? [...ready, peak] : ready);
  for (const tab of work.batches ? ready : []) losses.get(tab.name).last = mean(await tab.losses(work.batches));
  const top = work.flop && figures.pop();
  const all = figures.map((one) => ({
    ...one,
    ...losses.get(one.name),
    ratios: ratios(one, figures[0]),
    ofPeaks: top && ratios(one, top).map((ratio) => (ratio * work.flop) / peak.flop),
  }));
  return { all, absent };
}

/** A table's rows from all sittings; who was missing in one of them is left out. */
function rows(sittings, work) {
  const row = (name) => {
    const all = sittings.map((sitting) => sitting.all.find((one) => one.name === name));
    if (all.includes(undefined)) return [];
    const every = (key) => all.flatMap((one) => one[key]);
    const rate = median(every("rates"));
    return {
      name,
      rate,
      wall: median(every("walls")),
      ratio: median(every("ratios")),
      ...(work.flop && { gflops: (rate * work.flop) / 1e9, ofPeak: median(every("ofPeaks")) }),
      ...(work.batches && { first: all[0].first, last: all.at(-1).last, falls: all.every((one) => one.last < one.first) }),
      rates: all.map((one) => one.rates),
    };
  };
  return sittings[0].all.flatMap(({ name }) => row(name));
}

/** The tab for the peak, set to the number of chains with which the machine is fastest, and the figures of all. */
async function fastest(tab) {
  const gflops = {};
  for (const chains of CHAINS) {
    await tab.prepare("peak", chains);
    const [{ rates }] = await rounds([tab]);
    gflops[chains] = (median(rates) * 8 * chains) / 1e9;
  }
  const best = CHAINS.reduce((best, chains) => (gflops[chains] > gflops[best] ? chains : best));
  await tab.prepare("peak", best);
  return [Object.assign(tab, { flop: 8 * best }), gflops];
}

async function main(wanted) {
  const missing = JSON.parse(process.env.MISSING ?? "{}");
  const server = await host("/");
  const { browser, stop } = await launch();
  const result = { browser: await browser.version(), machine: cpus()[0]?.model, nets: [], products: [] };
  try {
    const someContenders = CONTENDERS.some((name) => wanted.includes(name));
    const names = CONTENDERS.filter((name) => !someContenders || wanted.includes(name));
    const someWorks = [...Object.keys(NETS), "products"].some((name) => wanted.includes(name));
    const isWanted = (name) => !someWorks || wanted.includes(name);

    const [peak, gflops] = await fastest(await Tab.open(browser, server.address, "peak"));
    result.peak = gflops;
    console.log(`${result.browser}, ${result.machine}; ${SITTINGS} sittings of ${ROUNDS} rounds, each contender in turn`);
    const chains = Object.entries(gflops).map(([n, value]) => `${n} chains ${value.toFixed(1)}`);
    console.log(`Peak of multiply, then add, GFLOP/s: ${chains.join(", ")}`);

    /** All sittings on some works, each in fresh tabs: for each work, what came out. */
    const sittings = async (kind, works) => {
      const found = works.map(() => []);
      for (let sitting = 0; sitting < SITTINGS; sitting += 1) {
        const tabs = [];
        for (const name of names.filter((name) => !(name in missing))) {
          try {
            tabs.push(await Tab.open(browser, server.address, name));
          } catch (error) {
            missing[name] = short(error);
          }
        }
        for (const [i, work] of works.entries()) found[i].push(await sit(tabs, kind, work, peak));
        for (const { page } of tabs) await page.close();
      }
      return works.map((work, i) => ({ ...work, rows: rows(found[i], work), absent: found[i][0].absent }));
    };
    for (const [name, { title, kind, batches, flop }] of Object.entries(NETS).filter(([name]) => isWanted(name))) {
      result.nets.push(...(await sittings("net", [{ name, title, kind, batches, flop }])));
      console.log(netTable(result.nets.at(-1)));
    }
    if (isWanted("products")) {
      result.products = await sittings("product", PRODUCTS.map((n) => ({ name: n, flop: 2 * n ** 3 })));
      console.log(productTable(result.products));
    }
    for (const [name, why] of Object.entries(missing)) console.log(`\n${name} takes no part: ${why}`);
    result.missing = missing;
  } finally {
    await stop();
    server.stop();
  }
  const folder = join(HERE, "results");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "latest.json"), `${JSON.stringify(result, null, 1)}\n`);
  console.log(`\nAll figures: ${join(folder, "latest.json")}`);
}

await main(process.argv.slice(2));
