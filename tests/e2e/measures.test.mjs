// Figures of speed and size: printed, since a slow machine is no fault, and held to nothing but being there.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { BROWSER, DIST, EXHIBIT, host, launch, until, visit } from "./harness.mjs";

let server, browser, stop;

before(async () => {
  server = await host();
  ({ browser, stop } = await launch());
});
after(async () => {
  await stop?.();
  server?.stop();
});

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
    const shown = await visit(browser, server.address, `${route}?play`, { prepare });
    const firsts = await until("the first step", () =>
      shown.page.evaluate(() => globalThis.firsts.step && globalThis.firsts),
    );
    const paint = await shown.page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime);
    const all = shown.requests.filter((url) => url.startsWith(server.address));
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

test("frame times with the worker at full speed", async (t) => {
  const shown = await visit(browser, server.address, `${EXHIBIT}?temperature=1&play`);
  await until("a step", async () => (await shown.step()) > 0);
  const deltas = await shown.page.evaluate(async () => {
    const times = [];
    const end = performance.now() + 5000;
    while (performance.now() < end) times.push(await new Promise((resolve) => requestAnimationFrame(resolve)));
    return times.slice(1).map((time, i) => time - times[i]);
  });
  deltas.sort((a, b) => a - b);
  const at = (part) => deltas[Math.min(deltas.length - 1, Math.floor(part * deltas.length))].toFixed(1);
  t.diagnostic(`${BROWSER}: ${deltas.length} frames in 5 s; between frames: median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms`);
  // What the site measures itself: milliseconds of the main thread for each frame.
  const own = await shown.page.evaluate(() => ({ ...globalThis.vivarium }));
  for (const [name, times] of Object.entries(own).filter(([, times]) => times.length > 0)) {
    times.sort((a, b) => a - b);
    const of = (part) => times[Math.floor(part * (times.length - 1))].toFixed(2);
    t.diagnostic(`${BROWSER}: vivarium.${name} over ${times.length} frames: median ${of(0.5)} ms, 99th percentile ${of(0.99)} ms`);
  }
  assert.ok(deltas.length > 10);
  await shown.page.close();
});
