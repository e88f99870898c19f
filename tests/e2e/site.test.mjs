// The site around the exhibits: routes, text without scripts, search, themes, missing pages, old browsers.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { test } from "node:test";
import { BROWSER, DIST, EXHIBIT, ROOT, hosted, until } from "./harness.mjs";

const BASE = "/some/sub/path/";
const site = hosted(BASE);
const { open } = site;

async function routes() {
  const files = await readdir(DIST, { recursive: true });
  return files.filter((file) => file.endsWith("index.html") && !file.startsWith(".")).map((file) => file.slice(0, -"index.html".length));
}

test("every route answers below a sub-path and has a title of its own", async () => {
  const titles = new Map();
  const all = await routes();
  assert.ok(all.length > 233 + 32, `${all.length} routes`);
  for (const route of all) {
    const response = await fetch(new URL(route, site.address));
    assert.equal(response.status, 200, route);
    const title = /<title>([^<]+)<\/title>/.exec(await response.text())?.[1];
    assert.ok(title, `${route} has no title`);
    assert.ok(!titles.has(title), `${route} and ${titles.get(title)} are both called ${title}`);
    titles.set(title, route);
  }
});

for (const route of ["", "memory/", EXHIBIT, "ledger/", "credits/"]) {
  test(`/${route} opens without an error and asks no other host`, async () => {
    const shown = await open(route);
    await until("the page's heading", () => shown.page.$("h1"));
    await shown.page.waitForNetworkIdle({ idleTime: 500, timeout: 20_000 }).catch(() => {});
    assert.deepEqual(shown.problems, []);
    const programs = shown.requests.filter((url) => /\.(js|wasm)$/.test(url));
    assert.deepEqual(programs, [...new Set(programs)], "a program was loaded twice");
    await shown.page.close();
  });
}

test("a missing page says so, with a way back", async () => {
  for (const path of ["memory/no-such-exhibit/", "nowhere", "memory/modern-hopfield/x/y/"]) {
    const shown = await open(path);
    assert.equal(shown.response.status(), 404, path);
    const text = await shown.page.$eval("main", (main) => main.textContent);
    assert.match(text, /no (such )?page|not (here|found)|nothing/i, path);
    await shown.page.close();
  }
});

test("the claim can be read with scripts off", async () => {
  const shown = await open(EXHIBIT, {
    prepare: async (page) => {
      if (BROWSER === "chromium") return page.setJavaScriptEnabled(false);
      await page.setRequestInterception(true);
      page.on("request", (request) => (request.url().endsWith(".js") ? request.abort() : request.continue()));
    },
  });
  const text = await shown.page.$eval("main", (main) => main.innerText);
  assert.match(text, /exponential/i);
  assert.ok(text.length > 1500, `only ${text.length} characters`);
  await shown.page.close();
});

for (const [what, stub] of [
  ["WebAssembly SIMD", () => (WebAssembly.validate = () => false)],
  ["WebAssembly", () => delete globalThis.WebAssembly],
  ["Web Workers", () => delete globalThis.Worker],
  ["DecompressionStream", () => delete globalThis.DecompressionStream],
]) {
  test(`a browser without ${what} is told so, and nothing is started`, async () => {
    const shown = await open(EXHIBIT, { prepare: (page) => page.evaluateOnNewDocument(stub) });
    const text = await until("a sentence in #notice", () => shown.page.$eval("#notice", (notice) => notice.innerText));
    assert.match(text, new RegExp(`lacks .*${what}`));
    assert.ok(!shown.requests.some((url) => /worker/.test(url)), "the worker was loaded");
    assert.deepEqual(shown.problems, []);
    await shown.page.close();
  });
}

test("a program that cannot be loaded is spoken of", async () => {
  const shown = await open(EXHIBIT, {
    prepare: async (page) => {
      await page.setRequestInterception(true);
      page.on("request", (request) =>
        /site-.*\.wasm$/.test(request.url()) ? request.abort() : request.continue(),
      );
    },
  });
  const text = await until("a sentence in #notice", () => shown.page.$eval("#notice", (notice) => notice.innerText));
  assert.match(text, /could not be loaded/);
  await shown.page.close();
});

test("theme and embed are set before anything is painted", async () => {
  const shown = await open(`${EXHIBIT}?theme=dark&embed`);
  const colour = () => shown.page.$eval("html", (html) => getComputedStyle(html).backgroundColor);
  assert.equal(await shown.page.$eval("html", (html) => html.dataset.theme), "dark");
  assert.equal(await shown.page.$eval("html", (html) => html.dataset.embed), "");
  const dark = await colour();
  await shown.goto(`${EXHIBIT}?theme=light`);
  assert.equal(await shown.page.$eval("html", (html) => html.dataset.embed ?? "none"), "none");
  assert.notEqual(await colour(), dark);
  await shown.page.close();
});

test("the search on the front page filters", async () => {
  const shown = await open("");
  const field = await until("a search field", () => shown.page.$("input[type=search]"));
  const seen = () =>
    shown.page.$$eval("main a[href]", (all) => all.filter((a) => a.checkVisibility()).map((a) => a.getAttribute("href")));
  const before = (await seen()).length;
  await field.focus();
  await until("fewer papers", async () => {
    await field.evaluate((field) => {
      field.value = "hopfield";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const found = await seen();
    return found.length < before && found.some((href) => href.includes("modern-hopfield"));
  });
  await field.evaluate((field) => {
    field.value = "zzzzzz";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await until("a sentence that nothing was found", async () =>
    /no paper|nothing|none/i.test(await shown.page.$eval("main", (main) => main.innerText)),
  );
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("accessibility: axe finds nothing on front, lab, exhibit and ledger, light and dark", async () => {
  const axe = await readFile(createRequire(join(ROOT, "package.json")).resolve("axe-core/axe.min.js"), "utf8");
  const found = [];
  for (const route of ["", "memory/", EXHIBIT, "ledger/"]) {
    for (const theme of ["light", "dark"]) {
      const shown = await open(`${route}?theme=${theme}`);
      if (route === EXHIBIT) await shown.status("paused");
      await shown.page.evaluate(axe);
      const { violations } = await shown.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      for (const { id, help, nodes } of violations) {
        found.push(`/${route} ${theme}: ${id} (${help}) at ${nodes.map((node) => node.target.join(" ")).slice(0, 4).join(", ")}`);
      }
      await shown.page.close();
    }
  }
  assert.deepEqual(found, []);
});

test("no built page names an absolute address of its own", async () => {
  for (const route of await routes()) {
    const html = await readFile(join(DIST, route, "index.html"), "utf8");
    assert.doesNotMatch(html, /<(script|link|img)[^>]*(src|href)="(\/|https?:)/, relative(DIST, route));
  }
});
