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
const ROUNDS = Number(process.env.ROUNDS ?? 7);
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
    page.on("pageerror", (error) => (tab.problem ??= String(error?.message ?? error)));
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

  /** How many steps fill a turn. */
  async calibrate() {
    for (let n = 1; ; n *= 4) {
      const { wall } = await this.run(n);
      if (wall * 1000 > TURN / 5) return Math.max(1, Math.round((n * TURN) / (wall * 1000)));
    }
  }
}

/** Steps a second of all that are ready, a list each with one figure a round; the machine's peak takes its turn too. */
async function rounds(ready, ...peaks) {
  const all = [...ready, ...peaks];
  for (const one of all) Object.assign(one, { n: await one.tab.calibrate(), rates: [], walls: [] });
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of all) {
      const { seconds, wall } = await one.tab.run(one.n);
      one.rates.push(one.n / seconds);
      one.walls.push(one.n / wall);
    }
  }
}

/** The median, over rounds, of the ratio to another contender of the same round. */
const ratio = (one, other) => median(one.rates.map((rate, round) => rate / other.rates[round]));

/** Billions of operations a second of `flop` a step, and the share of the peak of the same round. */
const speed = (one, flop, peak) => ({
  gflops: (median(one.rates) * flop) / 1e9,
  ofPeak: peak && (ratio(one, peak) * flop) / peak.flop,
});

const short = (error) => String(error?.message ?? error).split("\n")[0];

async function ready(tabs, kind, name) {
  const found = [];
  const absent = [];
  for (const tab of tabs) {
    try {
      if (await tab.prepare(kind, name)) found.push({ tab, name: tab.name });
      else absent.push({ name: tab.name });
    } catch (error) {
      absent.push({ name: tab.name, why: short(error) });
    }
  }
  return [found, absent];
}

async function net(tabs, name, work, peak) {
  const [found, absent] = await ready(tabs, "net", name);
  const alive = [];
  for (const one of found) {
    try {
      one.first = mean(await one.tab.losses(work.batches));
      alive.push(one);
    } catch (error) {
      absent.push({ name: one.name, why: short(error) });
    }
  }
  await rounds(alive, ...(work.flop && peak ? [peak] : []));
  for (const one of alive) one.last = mean(await one.tab.losses(work.batches));
  const rows = alive.map((one) => ({
    name: one.name,
    rate: median(one.rates),
    wall: median(one.walls),
    ratio: ratio(one, alive[0]),
    first: one.first,
    last: one.last,
    falls: one.last < one.first,
    rates: one.rates,
    ...(work.flop && speed(one, work.flop, peak)),
  }));
  return { name, title: work.title, kind: work.kind, rows, absent };
}

async function product(tabs, n, peak) {
  const [found, absent] = await ready(tabs, "product", n);
  await rounds(found, ...(peak ? [peak] : []));
  const flop = 2 * n ** 3;
  const rows = found.map((one) => ({
    name: one.name,
    ...speed(one, flop, peak),
    ratio: ratio(one, found[0]),
    rates: one.rates,
  }));
  return { n, rows, absent };
}

/** The number of chains with which the machine multiplies and adds fastest, ready to run, and the figures of all. */
async function fastest(tab) {
  const gflops = {};
  let best;
  for (const chains of CHAINS) {
    const one = { tab, chains, flop: 2 * 4 * chains };
    await tab.prepare("peak", chains);
    await rounds([one]);
    gflops[chains] = speed(one, one.flop).gflops;
    if (!best || gflops[chains] > gflops[best.chains]) best = one;
  }
  await tab.prepare("peak", best.chains);
  return [best, gflops];
}

async function main(wanted) {
  const missing = JSON.parse(process.env.MISSING ?? "{}");
  const server = await host("/");
  const { browser, stop } = await launch();
  const result = { browser: await browser.version(), machine: cpus()[0]?.model, rounds: ROUNDS, nets: [], products: [] };
  try {
    const someContenders = CONTENDERS.some((name) => wanted.includes(name));
    const names = CONTENDERS.filter((name) => !someContenders || wanted.includes(name));
    const someWorks = [...Object.keys(NETS), "products"].some((name) => wanted.includes(name));
    const isWanted = (name) => !someWorks || wanted.includes(name);

    const [peak, gflops] = await fastest(await Tab.open(browser, server.address, "peak"));
    result.peak = gflops;
    console.log(`${result.browser}, ${result.machine}; ${ROUNDS} rounds, each contender in turn`);
    const chains = Object.entries(gflops).map(([n, value]) => `${n} chains ${value.toFixed(1)}`);
    console.log(`Peak of multiply, then add, GFLOP/s: ${chains.join(", ")}`);

    /** Runs a work in fresh tabs, so that nobody carries the memory of an earlier work. */
    const inTabs = async (run) => {
      const tabs = [];
      for (const name of names.filter((name) => !(name in missing))) {
        try {
          tabs.push(await Tab.open(browser, server.address, name));
        } catch (error) {
          missing[name] = short(error);
        }
      }
      await run(tabs);
      for (const { page } of tabs) await page.close();
    };
    for (const [name, work] of Object.entries(NETS).filter(([name]) => isWanted(name))) {
      await inTabs(async (tabs) => result.nets.push(await net(tabs, name, work, peak)));
      console.log(netTable(result.nets.at(-1)));
    }
    if (isWanted("products")) {
      await inTabs(async (tabs) => {
        for (const n of PRODUCTS) result.products.push(await product(tabs, n, peak));
      });
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
