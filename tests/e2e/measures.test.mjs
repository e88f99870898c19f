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

const own = (shown) => shown.requests.filter((url) => url.startsWith(server.address));

for (const route of ["", EXHIBIT]) {
  test(`bytes and times of /${route}`, async (t) => {
    const shown = await visit(browser, server.address, route === "" ? "" : `${route}?play`);
    if (route !== "") {
      await until("a step", async () => (await shown.step()) > 0);
    }
    await shown.page.waitForNetworkIdle({ idleTime: 500, timeout: 20_000 }).catch(() => {});
    const all = own(shown);
    const before = all.filter((url) => !/\.(wasm|gz)$/.test(url) && !/(site|worker)[-_][^/]*\.js$/.test(url));
    t.diagnostic(`to first paint: ${JSON.stringify(await sizes(before))}`);
    t.diagnostic(`to the running exhibit: ${JSON.stringify(await sizes(all))}`);
    const times = await shown.page.evaluate(() => ({
      paint: Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN),
      marks: Object.fromEntries(performance.getEntriesByType("mark").map((mark) => [mark.name, Math.round(mark.startTime)])),
    }));
    t.diagnostic(`milliseconds: ${JSON.stringify(times)}`);
    assert.ok(all.length > 0);
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
  const work = await shown.page.evaluate(() => globalThis.vivarium?.frames?.slice?.() ?? null);
  t.diagnostic(`${BROWSER}: ${deltas.length} frames in 5 s; between frames: median ${at(0.5)} ms, 99th percentile ${at(0.99)} ms`);
  if (work?.length) {
    work.sort((a, b) => a - b);
    t.diagnostic(`painting: median ${work[Math.floor(work.length / 2)].toFixed(2)} ms, 99th percentile ${work[Math.floor(work.length * 0.99)].toFixed(2)} ms`);
  }
  assert.ok(deltas.length > 10);
  await shown.page.close();
});
