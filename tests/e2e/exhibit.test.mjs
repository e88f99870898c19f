// An exhibit's life: played, drawn on, changed, reloaded, broken and restarted.

import assert from "node:assert/strict";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DIST, EXHIBIT, hosted, until } from "./harness.mjs";

const site = hosted("/some/sub/path/");
const { open } = site;

const number = async (shown, name) => Number((await shown.figures())[name]);

test("Play runs it: the status says so and the steps rise", async () => {
  const shown = await open(EXHIBIT);
  await shown.status("paused");
  const before = await shown.step();
  await shown.press("Play");
  await until("steps", async () => (await shown.step()) > before);
  await shown.status("running", "finished");
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("Pause, Step and Reset do what they say", async () => {
  const shown = await open(`${EXHIBIT}?play`);
  await until("steps", async () => (await shown.step()) > 0);
  if ((await shown.main("status")) === "running") await shown.press("Pause");
  await shown.status("paused", "finished");
  await shown.press("Reset");
  await until("step 0", async () => (await shown.step()) === 0);
  await shown.status("paused");
  await shown.press("Step");
  await until("step 1", async () => (await shown.step()) === 1);
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("drawing on the stage changes the state, and Play brings the overlap back up", async () => {
  const shown = await open(EXHIBIT);
  await shown.status("paused");
  const before = await shown.figures();
  await shown.draw(undefined, [0.3, 0.3], [0.7, 0.35], [0.3, 0.5], [0.7, 0.6]);
  const smudged = await until("figures that have changed", async () => {
    const now = await shown.figures();
    return JSON.stringify(now) !== JSON.stringify(before) && now;
  });
  await shown.press("Play");
  await until("the overlap to rise", async () => (await number(shown, "overlap")) > Number(smudged.overlap));
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("a changed control is in the address, and the address gives the same bits again", async () => {
  const shown = await open(EXHIBIT);
  await shown.status("paused");
  const field = await shown.page.$eval("input[type=number][data-control]", (input) => ({
    control: input.dataset.control,
    label: input.labels[0]?.textContent.trim(),
    value: Number(input.value),
  }));
  assert.ok(field.label, "a control has its label");
  await shown.set(field.control, field.value + 1);
  await until("the control in the address", () => new URL(shown.page.url()).searchParams.has(field.control));
  const address = new URL(shown.page.url());
  address.searchParams.set("step", "40");
  await shown.goto(address.href);
  await shown.status("paused", "finished");
  const first = { step: await shown.step(), figures: await shown.figures() };
  assert.ok(Object.keys(first.figures).length > 0);
  await shown.page.reload({ waitUntil: "load" });
  await shown.status("paused", "finished");
  assert.deepEqual({ step: await shown.step(), figures: await shown.figures() }, first);
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("a panic of the worker is shown, and Restart recovers", async () => {
  const shown = await open(`${EXHIBIT}?step=3`);
  await shown.status("paused", "finished");
  await shown.page.$eval("main[data-exhibit]", (main) => main.dispatchEvent(new CustomEvent("vivarium:panic")));
  await shown.status("failed");
  await shown.alert(/\w+/);
  await shown.press("Restart");
  await shown.status("paused", "finished");
  await shown.press("Step");
  await until("a step", async () => (await shown.step()) > 0);
  await shown.page.close();
});

for (const [what, query] of [
  ["a value that is no number", "units=many"],
  ["a number out of range", "units=100000000"],
  ["a control that does not exist", "colour=red"],
  ["a seed that is none", "seed=-1.5"],
  ["a step that is none", "step=soon"],
]) {
  test(`${what} in the address is named, and the default is used`, async () => {
    const shown = await open(`${EXHIBIT}?${query}`);
    const name = query.split("=")[0];
    await shown.alert(new RegExp(name, "i"));
    await shown.status("paused");
    const plain = await open(EXHIBIT);
    await plain.status("paused");
    assert.deepEqual(await shown.figures(), await plain.figures());
    assert.deepEqual(shown.problems, []);
    await shown.page.close();
    await plain.page.close();
  });
}

test("a picture file that is none gets a sentence, and the run goes on", async () => {
  const shown = await open(EXHIBIT);
  await shown.status("paused");
  const file = join(await mkdtemp(join(tmpdir(), "vivarium-")), "holiday.png");
  await writeFile(file, "This is no picture.");
  const field = await until("a field for pictures", () => shown.page.$("input[type=file]"));
  await field.uploadFile(file);
  await shown.alert(/holiday\.png/);
  await shown.press("Step");
  await until("a step", async () => (await shown.step()) > 0);
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("a picture of the visitor's own is taken in, and can be forgotten", async () => {
  const shown = await open(EXHIBIT);
  await shown.status("paused");
  const previews = await readdir(join(DIST, "preview"));
  const field = await until("a field for pictures", () => shown.page.$("input[type=file]"));
  const before = await shown.figures();
  await field.uploadFile(join(DIST, "preview", previews.find((name) => name.endsWith(".png"))));
  await shown.button("Forget it");
  await until("other figures", async () => JSON.stringify(await shown.figures()) !== JSON.stringify(before));
  assert.equal(await shown.alerts(), "");
  await shown.press("Forget it");
  await until("the figures of before", async () => JSON.stringify(await shown.figures()) === JSON.stringify(before));
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("all of it works by the keyboard", async () => {
  const shown = await open(EXHIBIT);
  await shown.status("paused");
  const stage = await shown.page.waitForSelector("canvas[data-panel][tabindex]");
  await stage.focus();
  const before = await shown.figures();
  await shown.page.keyboard.press("r");
  await until("another cue", async () => JSON.stringify(await shown.figures()) !== JSON.stringify(before));
  await (await shown.button("Play")).focus();
  await shown.page.keyboard.press(" ");
  await until("steps", async () => (await shown.step()) > 0);
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("pictures, figures and controls are seen in one glance at 1440 x 900, and nothing runs over the edge", async () => {
  const shown = await open(EXHIBIT);
  await shown.status("paused");
  const lowest = await shown.page.evaluate(() => {
    const bottom = (selector) =>
      [...document.querySelectorAll(selector)].map((e) => [e.dataset.panel ?? e.dataset.control ?? e.dataset.figure, e.getBoundingClientRect().bottom]);
    return [...bottom("canvas[data-panel]"), ...bottom("[data-control]"), ...bottom("output[data-figure]")];
  });
  assert.ok(lowest.length > 15);
  assert.deepEqual(lowest.filter(([, bottom]) => bottom > 900), []);
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    await shown.page.setViewport({ width, height });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const wide = await shown.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} pixels wide in a window of ${width}`);
  }
  await shown.page.close();
});

test("a window of almost no size does no harm", async () => {
  const shown = await open(`${EXHIBIT}?play`);
  await until("steps", async () => (await shown.step()) > 0);
  for (const [width, height] of [[1, 1], [320, 1], [1440, 900]]) {
    await shown.page.setViewport({ width, height });
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await shown.page.$$eval("canvas[data-panel]", (all) => all.forEach((canvas) => (canvas.parentElement.style.width = "0px")));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.notEqual(await shown.main("status"), "failed");
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("a hidden page rests, and goes on where it was", async () => {
  const shown = await open(`${EXHIBIT}?temperature=1&play`);
  await until("steps", async () => (await shown.step()) > 0);
  const hide = (hidden) =>
    shown.page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  await new Promise((resolve) => setTimeout(resolve, 700));
  const resting = await shown.step();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.equal(await shown.step(), resting, "it stepped while hidden");
  await hide(false);
  await until("steps again", async () => (await shown.step()) > resting);
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("the check starts, shows how far it is, and can be cancelled", async () => {
  const shown = await open(EXHIBIT);
  await shown.status("paused");
  await shown.press("Check the claim");
  await until("progress", () => shown.page.$("progress"));
  await shown.press("Cancel");
  await until("no progress any more", async () => !(await shown.page.$("progress")));
  await shown.press("Play");
  await until("steps all the same", async () => (await shown.step()) > 0);
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});
