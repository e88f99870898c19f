// The page and the command line compute the same numbers, to the last bit, at every step.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BROWSER, EXHIBIT, hosted, until, vivarium } from "./harness.mjs";

const STEPS = 500;
const ID = EXHIBIT.split("/")[1];
const site = hosted();

function native(settings) {
  const flags = Object.entries(settings).flatMap(([name, value]) =>
    name === "seed" ? ["--seed", value] : ["--set", `${name}=${value}`],
  );
  return vivarium("run", ID, "--steps", String(STEPS), ...flags, "--json");
}

/**
 * Presses Step until the run is over. At each step the page must come to show the expected figures, bit for bit; gives the
 * steps at which it did not, and how far it went.
 */
function stepped(page, expected) {
  return page.evaluate(async (expected) => {
    const main = document.querySelector("main[data-exhibit]");
    const button = [...document.querySelectorAll("button")].find(
      (button) => (button.getAttribute("aria-label") ?? button.textContent).trim() === "Step",
    );
    const figures = () =>
      Object.fromEntries(
        [...document.querySelectorAll("output[data-figure]")].map((one) => [one.dataset.figure, one.textContent.trim()]),
      );
    // Numbers are written in a form that gives the same bits when read; a missing number is not a number.
    const same = (shown, wanted) =>
      Object.keys(shown).length === Object.keys(wanted).length &&
      Object.keys(wanted).every((name) => name in shown && Object.is(Number(shown[name]), wanted[name] ?? NaN));
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const within = async (seconds, look) => {
      const end = performance.now() + seconds * 1000;
      while (!look() && performance.now() < end) await frame();
      return look();
    };
    const wrong = [];
    for (const { step, figures: wanted } of expected) {
      const before = Number(main.dataset.step);
      button.click();
      if (!(await within(10, () => Number(main.dataset.step) === step))) {
        return { wrong: [...wrong, { step, came: main.dataset.step, before, status: main.dataset.status }], last: before };
      }
      // The numbers may be painted a moment after the step is counted.
      if (!(await within(2, () => same(figures(), wanted)))) wrong.push({ step, shown: figures(), wanted });
      if (wrong.length >= 3) break;
    }
    return { wrong, last: Number(main.dataset.step) };
  }, expected);
}

for (const settings of [
  { seed: "1" },
  { seed: "2", rule: "softmax", set: "photographs", beta: "0.01" },
  { seed: "3", rule: "hebb", temperature: "0.5" },
  { seed: "4", rule: "polynomial", degree: "3" },
  { seed: "5", rule: "storkey", side: "256", patterns: "12" },
  { seed: "6", view: "landscape" },
  { seed: "7", view: "load" },
  { seed: "8", view: "attention" },
]) {
  const query = new URLSearchParams(settings).toString();
  test(`${STEPS} steps of ?${query} are the same here and natively`, { timeout: 180_000 }, async (t) => {
    const lines = await native(settings);
    const shown = await site.open(`${EXHIBIT}?${query}`);
    await shown.status("paused");
    assert.equal(await shown.alerts(), "");
    const { wrong, last } = await stepped(shown.page, lines);
    assert.deepEqual(wrong, []);
    assert.equal(last, lines.at(-1).step, "both end at the same step");
    t.diagnostic(`${BROWSER}: ${lines.length} steps, ${Object.keys(lines[0].figures).length} figures each, all the same`);
    assert.deepEqual(shown.problems, []);

    // And the address alone leads to the same state.
    const middle = lines[Math.floor(lines.length / 2)];
    await shown.goto(`${EXHIBIT}?${query}&step=${middle.step}`);
    await shown.status("paused", "finished");
    assert.equal(await shown.step(), middle.step);
    const figures = Object.entries(await shown.figures()).map(([name, text]) => [name, Number(text)]);
    assert.deepEqual(Object.fromEntries(figures), middle.figures);
    await shown.page.close();
  });
}

test("the check gives the findings here that it gives natively", { timeout: 300_000 }, async (t) => {
  const expected = await vivarium("check", ID, "--json");
  const shown = await site.open(EXHIBIT);
  await shown.status("paused");
  await shown.press("Check the claim");
  const findings = () =>
    shown.page.$$eval("[data-finding]", (all) =>
      all.map((one) => ({ part: one.dataset.finding, verdict: one.dataset.verdict, value: Number(one.dataset.value) })),
    );
  await until("all findings", async () => (await findings()).length === expected.length, 280_000);
  assert.deepEqual(await findings(), expected.map(({ part, verdict, value }) => ({ part, verdict, value })));
  t.diagnostic(`${BROWSER}: ${expected.length} findings, all the same`);
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});
