// The ledger's table, and a check in the page beside it: sorted, filtered, linked, cancelled, taken along, compared.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { BROWSER, EXHIBIT, ROOT, hosted, until } from "./harness.mjs";

const site = hosted("/some/sub/path/");
const { open } = site;
const PAPERS = 233;
const ledger = JSON.parse(await readFile(join(ROOT, "assets/ledger.json"), "utf8"));

/** The papers in sight, from top to bottom, with what the table says of them. */
const papers = (shown) =>
  shown.page.$$eval("#papers [data-paper]", (all) =>
    all.filter((one) => one.checkVisibility()).map((one) => ({ ...one.dataset, text: one.innerText })),
  );
const status = (shown) => shown.page.$eval("search [role=status]", (one) => one.textContent.trim());
const address = (shown) => new URL(shown.page.url()).searchParams;
const ascending = (list) => list.every((value, i) => i === 0 || list[i - 1] <= value);

async function ledgerPage(query = "") {
  const shown = await open(`ledger/${query}`);
  await until("the search", () => shown.page.$("search"));
  return shown;
}

async function choose(shown, filter, value) {
  await shown.page.select(`#filter-${filter}`, value);
}

test("the ledger sorts by its headings, with the keyboard, and says so", async () => {
  const shown = await ledgerPage();
  const first = await papers(shown);
  assert.equal(first.length, PAPERS);
  const heading = (name) => shown.page.$(`th[data-sort="${name}"] button`);
  const aria = (name) => shown.page.$eval(`th[data-sort="${name}"]`, (th) => th.getAttribute("aria-sort"));
  assert.equal(await aria("year"), null);

  await (await heading("year")).focus();
  await shown.page.keyboard.press("Enter");
  await until("ascending", async () => (await aria("year")) === "ascending");
  const years = async () => (await papers(shown)).map((one) => Number(one.year));
  assert.ok(ascending(await years()));
  await shown.page.keyboard.press("Enter");
  await until("descending", async () => (await aria("year")) === "descending");
  assert.ok(ascending((await years()).reverse()));
  assert.equal(address(shown).get("sort"), "-year");

  await (await heading("name")).focus();
  await shown.page.keyboard.press(" ");
  await until("by name", async () => (await aria("name")) === "ascending");
  assert.equal(await aria("year"), null);
  assert.ok(ascending((await papers(shown)).map((one) => one.name.toLowerCase())));

  await (await heading("verdict")).focus();
  await shown.page.keyboard.press("Enter");
  await until("by verdict", async () => (await aria("verdict")) === "ascending");
  const verdicts = (await papers(shown)).map((one) => one.verdict);
  assert.ok(!verdicts.slice(verdicts.indexOf("")).some(Boolean), "what was not measured comes last");

  await shown.press("Show all");
  await until("the page's own order", async () => (await aria("verdict")) === null);
  assert.deepEqual((await papers(shown)).map((one) => one.paper), first.map((one) => one.paper));
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("the ledger filters and counts, and the address brings it back", async () => {
  const shown = await ledgerPage();
  await choose(shown, "lab", "memory");
  const some = await until("fewer papers", async () => {
    const found = await papers(shown);
    return found.length < PAPERS && found;
  });
  assert.ok(some.length > 1 && some.every((one) => one.lab === "memory"));
  assert.equal(await status(shown), `${some.length} of ${PAPERS} papers.`);
  await choose(shown, "fidelity", "replica");
  await shown.page.type("#search-text", "energy");
  await (await shown.page.$('th[data-sort="year"] button')).evaluate((button) => button.click());
  const few = await until("fewer still", async () => {
    const found = await papers(shown);
    return address(shown).get("q") === "energy" && address(shown).get("sort") === "year" && found.length < some.length && found;
  });
  assert.ok(few.length > 0 && few.every((one) => one.fidelity === "replica" && /energy/i.test(one.text)));

  const linked = await ledgerPage(new URL(shown.page.url()).search);
  await until("the same count", async () => (await status(linked)) === `${few.length} of ${PAPERS} papers.`);
  assert.deepEqual((await papers(linked)).map((one) => one.paper), few.map((one) => one.paper));
  assert.equal(await linked.page.$eval("#filter-lab", (select) => select.value), "memory");
  assert.deepEqual([...shown.problems, ...linked.problems], []);
  await linked.page.close();
  await shown.page.close();
});

test("each finding stands in the ledger with picture and verdict, and leads to its own check", async () => {
  const shown = await ledgerPage("?state=live");
  const rows = await shown.page.$$eval("#papers tr:has(.run)", (all) =>
    all.map((row) => ({
      verdict: row.querySelector("[data-verdict]").dataset.verdict,
      picture: row.querySelector("svg[role=img]")?.getAttribute("aria-label"),
      link: row.querySelector(".run").href,
    })),
  );
  assert.equal(rows.length, ledger.findings.length);
  assert.deepEqual(rows.map((row) => row.verdict).sort(), ledger.findings.map((one) => one.verdict).sort());
  assert.ok(rows.every((row) => /^Mean .*95 % interval .*expected/.test(row.picture)));

  // From far below the page comes to rest at the very part.
  const { link } = rows.at(-1);
  await shown.goto(link);
  await shown.status("paused");
  const id = new URL(link).hash.slice(1);
  const part = await until("the part in view", () =>
    shown.page.evaluate((id) => {
      const all = document.querySelectorAll(`[id="${id}"]`);
      const box = all[0]?.getBoundingClientRect();
      const seen = all[0]?.matches(".check .part:target") && box.top >= 0 && box.top < innerHeight;
      return seen && all.length;
    }, id),
  );
  assert.equal(part, 1, "one place alone has this name");
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

test("the whole ledger can be taken along", async () => {
  const shown = await ledgerPage();
  const links = await shown.page.$$eval("a[download]", (all) => all.map((a) => a.href));
  const [json, findings, table] = await Promise.all(links.map(async (link) => (await fetch(link)).text()));
  assert.deepEqual(JSON.parse(json), ledger);
  const seeds = ledger.findings.reduce((sum, finding) => sum + finding.seeds.length, 0);
  assert.equal(findings.trim().split("\n").length, 1 + seeds);
  assert.ok(table.trim().split("\n").length > PAPERS);
  await shown.page.close();
});

test("the ledger fits a phone", async () => {
  const shown = await open("ledger/", { width: 390, height: 844 });
  await until("the search", () => shown.page.$("search"));
  assert.ok((await shown.page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  await shown.page.select("#sort", "-year");
  await until("the newest first", async () => {
    const years = (await papers(shown)).map((one) => Number(one.year));
    return ascending(years.reverse());
  });
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});

/** Keeps what the page would save or copy, instead of handing it to the browser. */
function keep() {
  const kept = (globalThis.kept = { files: {}, copied: "" });
  const blobs = new Map();
  const make = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    const url = make.call(URL, blob);
    blobs.set(url, blob);
    return url;
  };
  const click = HTMLAnchorElement.prototype.click;
  HTMLAnchorElement.prototype.click = function () {
    if (!this.download) return click.call(this);
    blobs.get(this.href).text().then((text) => (kept.files[this.download] = text));
  };
  const clipboard = { writeText: async (text) => void (kept.copied = text) };
  Object.defineProperty(navigator, "clipboard", { configurable: true, get: () => clipboard });
}

test("a check keeps what it has when cancelled, gives the ledger's bits when done, and can be taken along", { timeout: 300_000 }, async (t) => {
  const shown = await open(EXHIBIT, { prepare: (page) => page.evaluateOnNewDocument(keep) });
  const id = EXHIBIT.split("/")[1];
  await shown.status("paused");
  const effort = () => shown.page.$eval(".check .effort", (one) => one.textContent);
  assert.match(await effort(), /^About .* here, .* multiply-adds\.$/);
  const findings = () =>
    shown.page.$$eval("[data-finding]", (all) =>
      all.map((one) => ({
        part: one.dataset.finding,
        verdict: one.dataset.verdict,
        value: Number(one.dataset.value),
        agreement: one.querySelector("[data-agreement]").dataset.agreement,
        text: one.innerText,
      })),
    );
  const taken = async () => {
    await shown.press("Result as JSON");
    const text = await until("a file", () => shown.page.evaluate((name) => globalThis.kept.files[name], `${id}-check.json`));
    await shown.page.evaluate((name) => delete globalThis.kept.files[name], `${id}-check.json`);
    return JSON.parse(text);
  };
  const measured = () => shown.page.$$eval(".check [data-seed]", (all) => all.length);
  const plain = (list) => list.map(({ part, verdict, value }) => ({ part, verdict, value }));

  // Cancelled after some seeds.
  await shown.press("Check the claim");
  await until("seeds of two rounds", async () => (await measured()) >= 11, 200_000);
  assert.match(await effort(), /^About .* left\.$/);
  await shown.press("Cancel");
  const partial = await until("the judgement of what there is", async () => {
    const found = await findings();
    return found.length >= 2 && !(await shown.page.$("progress")) && found;
  });
  const kept = await measured();
  assert.ok(kept >= 11, "the seeds are still there");
  for (const { agreement, text } of partial) {
    assert.equal(agreement, "seeds-equal");
    assert.match(text, /over \d of 5 seeds/);
  }
  await until("all of them", async () => (await findings()).reduce((sum, one) => sum + Number(/over (\d) of/.exec(one.text)[1]), 0) === kept);
  assert.deepEqual(plain(await taken()), plain(await findings()));

  // To the end.
  const start = Date.now();
  await shown.press("Check the claim");
  const own = ledger.findings.filter((finding) => finding.id === id);
  await until("all findings", async () => (await findings()).length === own.length && !(await shown.page.$("progress")), 280_000);
  t.diagnostic(`${BROWSER}: ${own.length} findings in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  const all = await findings();
  assert.ok(all.length >= 3);
  assert.deepEqual(all.filter((one) => one.agreement !== "equal"), [], "every part agrees with the ledger to the bit");
  assert.deepEqual(plain(all), plain(own));
  const bare = (list) => list.map(({ seconds, ...rest }) => rest);
  const json = await taken();
  assert.deepEqual(bare(json), bare(own));
  t.diagnostic(`${BROWSER}: seconds ${JSON.stringify(Object.fromEntries(json.map(({ part, seconds }) => [part, Number(seconds.toFixed(2))])))}`);
  assert.match(await shown.page.$eval(".conclusion", (one) => one.innerText), /parts measured .*(replica|miniature|analogue)/);

  await shown.press("Result as CSV");
  const csv = await until("a table", () => shown.page.evaluate((name) => globalThis.kept.files[name], `${id}-check.csv`));
  const lines = csv.trim().split("\n");
  assert.equal(lines.length, 1 + own.reduce((sum, finding) => sum + finding.seeds.length, 0));
  const [, , , value, , mean] = lines[1].split(",");
  assert.deepEqual([Number(value), Number(mean)], [own[0].seeds[0].value, own[0].value]);

  await shown.press("Copy the result");
  const copied = await until("a text", () => shown.page.evaluate(() => globalThis.kept.copied));
  assert.ok(own.every(({ part }) => copied.includes(`${site.address}${EXHIBIT}#check-${part}`)), copied);
  assert.equal((copied.match(/equal to the last bit/g) ?? []).length, own.length);
  assert.deepEqual(shown.problems, []);
  await shown.page.close();
});
