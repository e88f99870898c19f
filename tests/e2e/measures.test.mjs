// Figures of speed and size: printed, since a slow machine is no fault, and held to nothing but being there.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { BROWSER, DIST, EXHIBIT, hosted, until } from "./harness.mjs";

const site = hosted();

/** Compressed sizes of the files of these addresses, summed; what is compressed already counts as it is. */
async function sizes(addresses) {
  const sum = { files: 0, raw: 0, brotli: 0, gzip: 0 };
  for (const path of new Set(addresses.map((address) => new URL(address).pathname))) {
    const bytes = await readFile(join(DIST, path.endsWith("/") ? `${path}index.html` : path));
    const done = /\.(gz|woff2|png|jpg)$/.test(path);
    sum.files += 1;
    sum.raw += bytes.length;
    sum.brotli += done ? bytes.length : brotliCompressSync(bytes).length;
    sum.gzip += done ? bytes.length : gzipSync(bytes, { level: 9 }).length;
  }
  return sum;
}

/** Notes, on the page's own clock, when the first picture is there and when the first step has been made. */
function notice() {
  const seen = (globalThis.firsts = {});
  const look = () => {
    const main = document.querySelector("[data-step]");
    if (document.querySelector("canvas[data-panel]")) seen.picture ??= Math.round(performance.now());
    if (Number(main?.dataset.step) > 0) seen.step ??= Math.round(performance.now());
    if (!seen.picture || !seen.step) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

for (const route of ["", EXHIBIT]) {
  test(`bytes and times of /${route}`, async (t) => {
    const prepare = (page) => page.evaluateOnNewDocument(notice);
    const shown = await site.open(`${route}?play`, { prepare });
    const firsts = await until("the first step", () =>
      shown.page.evaluate(() => globalThis.firsts.step && globalThis.firsts),
    );
    const paint = await shown.page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    const all = shown.requests.filter((url) => url.startsWith(site.address));
    const text = all.filter((url) => !/\.(wasm|gz)$/.test(url) && !/\/(site|worker)[-_][^/]*\.js$/.test(url));
    t.diagnostic(`${BROWSER}: to first paint: ${JSON.stringify(await sizes(text))}`);
    t.diagnostic(`${BROWSER}: to the running exhibit: ${JSON.stringify(await sizes(all))}`);
    t.diagnostic(
      `${BROWSER}: first paint ${Math.round(paint)} ms, first picture ${firsts.picture} ms, first step seen ${firsts.step} ms`,
    );
    assert.deepEqual(shown.problems, []);
    await shown.page.close();
  });
}

/** Median and 99th percentile of milliseconds, in words. */
function words(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part) => sorted[Math.floor(part * (sorted.length - 1))].toFixed(2);
  return `median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms (${times.length} frames)`;
}

for (const side of [1024, 4096]) {
  test(`${side} units with the worker at full speed`, async (t) => {
    // At this temperature the state never comes to rest; a step is the update of one unit.
    const shown = await site.open(`${EXHIBIT}?rule=hebb&side=${side}&temperature=1&play`);
    await until("a step", async () => (await shown.step()) > 0);
    await shown.page.$eval(".speed input[type=range]", (slider) => {
      slider.value = slider.max;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const seen = await shown.page.evaluate(async () => {
      const main = document.querySelector("main[data-exhibit]");
      for (const list of Object.values(globalThis.vivarium ?? {})) list.length = 0;
      const times = [];
      const rates = [];
      // The map of basins is worked out in the first seconds, between the steps, which are slower then.
      for (let second = 0; second < 10; second += 1) {
        const [start, step] = [performance.now(), Number(main.dataset.step)];
        while (performance.now() < start + 1000) {
          times.push(await new Promise((resolve) => requestAnimationFrame(resolve)));
        }
        rates.push(((Number(main.dataset.step) - step) / (performance.now() - start)) * 1000);
      }
      return { rates, gaps: times.slice(1).map((time, i) => time - times[i]), own: { ...globalThis.vivarium } };
    });
    const rate = (value) => Math.round(value).toLocaleString("en");
    t.diagnostic(
      `${BROWSER}, ${side} units: updates of a unit a second: first second ${rate(seen.rates[0])}, ` +
        `best ${rate(Math.max(...seen.rates))}`,
    );
    t.diagnostic(`${BROWSER}, ${side} units: between animation frames: ${words(seen.gaps)}`);
    // What the site measures itself: milliseconds of the main thread for each painted frame.
    for (const [name, times] of Object.entries(seen.own).filter(([, times]) => times.length > 0)) {
      t.diagnostic(`${BROWSER}, ${side} units: vivarium.${name}: ${words(times)}`);
    }
    assert.ok(Math.max(...seen.rates) > 0 && seen.gaps.length > 10);
    assert.deepEqual(shown.problems, []);
    await shown.page.close();
  });
}
