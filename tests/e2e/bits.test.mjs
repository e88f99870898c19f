// The page and the command line compute the same numbers, to the last bit, at every step.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { EXHIBIT, ROOT, host, launch, visit } from "./harness.mjs";

const STEPS = 500;
let server, browser, stop;

before(async () => {
  server = await host();
  ({ browser, stop } = await launch());
});
after(async () => {
  await stop?.();
  server?.stop();
});

async function native(settings) {
  const program = process.env.VIVARIUM ?? join(ROOT, "target/cli/vivarium");
  const flags = Object.entries(settings).flatMap(([name, value]) =>
    name === "seed" ? ["--seed", value] : ["--set", `${name}=${value}`],
  );
  const id = EXHIBIT.split("/")[1];
  const { stdout } = await promisify(execFile)(program, ["run", id, "--steps", String(STEPS), ...flags, "--json"], {
    maxBuffer: 1 << 28,
  });
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** Presses Step until the run is over, and gives the figures at each step. */
function stepped(page, steps) {
  return page.evaluate(async (steps) => {
    const main = document.querySelector("main[data-exhibit]");
    const button = [...document.querySelectorAll("button")].find(
      (button) => (button.getAttribute("aria-label") ?? button.textContent).trim() === "Step",
    );
    const figures = () =>
      Object.fromEntries(
        [...document.querySelectorAll("output[data-figure]")].map((one) => [one.dataset.figure, one.textContent.trim()]),
      );
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const all = [{ step: Number(main.dataset.step), figures: figures() }];
    for (let step = 1; step <= steps && main.dataset.status === "paused"; step += 1) {
      button.click();
      const end = performance.now() + 10_000;
      while (Number(main.dataset.step) < step) {
        if (performance.now() > end) throw new Error(`step ${step} did not come`);
        await frame();
      }
      all.push({ step: Number(main.dataset.step), figures: figures() });
    }
    return all;
  }, steps);
}

const bits = (text) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Number(text));
  return view.getBigUint64(0).toString(16);
};
const inBits = (figures) => Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, bits(value ?? NaN)]));

for (const settings of [
  { seed: "1" },
  { seed: "2", rule: "modern" },
  { seed: "3", rule: "hebb", temperature: "0.5" },
  { seed: "4", rule: "pseudo-inverse" },
]) {
  const query = new URLSearchParams(settings).toString();
  test(`${STEPS} steps of ?${query} are the same here and natively`, { timeout: 180_000 }, async () => {
    const lines = await native(settings);
    const shown = await visit(browser, server.address, `${EXHIBIT}?${query}`);
    await shown.status("paused");
    assert.equal(await shown.alerts(), "");
    const page = await stepped(shown.page, STEPS);
    const expected = new Map(lines.map((line) => [line.step, line.figures]));
    let compared = 0;
    for (const { step, figures } of page) {
      if (!expected.has(step)) continue;
      assert.deepEqual(inBits(figures), inBits(expected.get(step)), `at step ${step}`);
      compared += 1;
    }
    assert.ok(compared >= Math.min(lines.length, page.length) - 1 && compared > 0, `only ${compared} steps compared`);
    assert.equal(page.at(-1).step, lines.at(-1).step, "both end at the same step");
    assert.deepEqual(shown.problems, []);

    // And the address alone leads to the same state.
    const middle = page[Math.floor(page.length / 2)];
    await shown.goto(`${EXHIBIT}?${query}&step=${middle.step}`);
    await shown.status("paused", "finished");
    assert.equal(await shown.step(), middle.step);
    assert.deepEqual(await shown.figures(), middle.figures);
    await shown.page.close();
  });
}
