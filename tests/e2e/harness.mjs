// What all tests in browsers share: the static host, the browser, a page that is listened to, and the page's contract
// (attributes and accessible names, which README documents).

import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import puppeteer from "puppeteer-core";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const DIST = process.env.DIST ?? join(ROOT, "dist");
/** The browser under test. */
export const BROWSER = process.env.BROWSER ?? "chromium";
/** The exhibit that the tests play with. */
export const EXHIBIT = "memory/modern-hopfield/";

const PROGRAMS = {
  chromium: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  firefox: ["firefox-esr", "firefox"],
};

function program() {
  if (process.env.BROWSER_PATH) return process.env.BROWSER_PATH;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = PROGRAMS[BROWSER].flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (!found) throw new Error(`${BROWSER} is not on the search path; name it in BROWSER_PATH`);
  return found;
}

/** Runs the command-line program and reads the JSON it prints, a line each. Findings that do not hold are no failure. */
export async function vivarium(...flags) {
  const program = process.env.VIVARIUM ?? join(ROOT, "target/cli/vivarium");
  const run = promisify(execFile)(program, flags, { maxBuffer: 1 << 28 });
  const { stdout } = await run.catch((error) => (error.code === 1 ? error : Promise.reject(error)));
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** Starts the project's static host for dist/ below `base`; gives the address and a way to stop it. */
export async function host(base = "/") {
  const xtask = process.env.XTASK ?? join(ROOT, "target/debug/xtask");
  const child = spawn(xtask, ["host", "--dir", DIST, "--port", "0", "--base", base], { cwd: ROOT });
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  const address = await new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => {
      said += text;
      const found = /http:\/\/\S+/.exec(said);
      if (found) resolve(found[0]);
    });
    child.on("error", reject);
    child.on("exit", () => reject(new Error(`The host has ended: ${said}`)));
  });
  return { address, stop: () => child.kill() };
}

const CHROMIUM = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A tab that is not in front would be slowed down, and the tests with it.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
];

/** Starts the browser with a profile of its own, which is removed when it is closed. */
export async function launch() {
  const profile = await mkdtemp(join(tmpdir(), "vivarium-"));
  const root = process.getuid?.() === 0;
  const browser = await puppeteer.launch({
    browser: BROWSER === "firefox" ? "firefox" : "chrome",
    executablePath: program(),
    headless: true,
    userDataDir: profile,
    args: BROWSER === "firefox" ? [] : [...CHROMIUM, ...(root ? ["--no-sandbox"] : [])],
    // Firefox must not look for updates or anything else outside.
    extraPrefsFirefox: { "network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false },
  });
  const stop = async () => {
    await browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { browser, stop };
}

/** Waits until `look` gives something true, or says what it was waiting for. */
export async function until(what, look, timeout = 30_000) {
  const end = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      last = await look();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`Waited ${timeout / 1000} s in vain: ${what} (last seen: ${last})`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** A page of the site, with everything that went wrong on it. */
export class Visit {
  constructor(page, site) {
    this.page = page;
    this.site = site;
    this.problems = [];
    this.requests = [];
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.problems.push(`uncaught: ${error?.message ?? error}`));
    page.on("request", (request) => {
      const url = new URL(request.url());
      this.requests.push(url.href);
      const inside = ["data:", "blob:", "about:"].includes(url.protocol) || url.host === new URL(site).host;
      if (!inside) this.problems.push(`request to another host: ${url.href}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) this.problems.push(`${response.status()} for ${response.url()}`);
    });
  }

  goto(path) {
    return this.page.goto(new URL(path, this.site).href, { waitUntil: "load" });
  }

  /** Waits for one of these statuses. */
  status(...wanted) {
    let seen;
    return until(`status ${wanted.join(" or ")}`, async () => {
      seen = await this.main("status");
      if (seen === "failed" && !wanted.includes("failed")) {
        throw new Error(`failed: ${await this.alerts()}`);
      }
      return wanted.includes(seen) && seen;
    });
  }

  /** A data attribute of the exhibit's main element. */
  main(name) {
    return this.page.$eval("main[data-exhibit]", (main, name) => main.dataset[name], name);
  }

  async step() {
    return Number(await this.main("step"));
  }

  /** All figures, by name, as the text that stands there. */
  figures() {
    return this.page.$$eval("output[data-figure]", (all) =>
      Object.fromEntries(all.map((one) => [one.dataset.figure, one.textContent.trim()])),
    );
  }

  /** What the page complains about. */
  async alerts() {
    const texts = await this.page.$$eval("[role=alert]", (all) => all.map((one) => one.textContent.trim()));
    return texts.filter(Boolean).join(" | ");
  }

  alert(pattern) {
    return until(`an alert like ${pattern}`, async () => {
      const text = await this.alerts();
      return pattern.test(text) && text;
    });
  }

  /** The button of this accessible name. */
  async button(name) {
    const handle = await until(`a button ${name}`, () =>
      this.page.evaluateHandle((name) => {
        const label = (button) => (button.getAttribute("aria-label") ?? button.textContent).trim();
        return [...document.querySelectorAll("button")].find((button) => label(button) === name) ?? null;
      }, name).then((handle) => handle.asElement()),
    );
    return handle;
  }

  /** Presses a button by its accessible name, as the keyboard or a screen reader does. */
  async press(name) {
    const button = await this.button(name);
    await button.evaluate((button) => button.click());
  }

  /** Sets a control as a visitor does: the value changes, then input and change are told. */
  async set(control, value) {
    await this.page.$eval(
      `[data-control="${control}"]`,
      (widget, value) => {
        const field = widget.matches("input, select") ? widget : widget.querySelector("input, select");
        if (field.type === "checkbox") field.checked = value === "on" || value === true;
        else field.value = String(value);
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      },
      value,
    );
  }

  /** Draws a line on a panel's canvas, in fractions of its width and height. */
  async draw(panel, ...points) {
    const canvas = await this.page.waitForSelector(panel ? `canvas[data-panel="${panel}"]` : "canvas[data-panel]");
    await canvas.evaluate((canvas) => canvas.scrollIntoView({ block: "center" }));
    const box = await canvas.boundingBox();
    const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
    await this.page.mouse.move(...at(points[0]));
    await this.page.mouse.down();
    for (const point of points.slice(1)) await this.page.mouse.move(...at(point), { steps: 12 });
    await this.page.mouse.up();
  }
}

/** Opens a new tab; `prepare` may change it before it goes anywhere. */
export async function visit(browser, site, path, { width = 1440, height = 900, prepare } = {}) {
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  const visit = new Visit(page, site);
  if (prepare) await prepare(page, visit);
  visit.response = path === undefined ? undefined : await visit.goto(path);
  return visit;
}

/** Hosts the site below `base` and starts the browser, for all tests of the file that calls it. */
export function hosted(base = "/") {
  let server, browser, stop;
  const site = { address: "", open: (path, options) => visit(browser, site.address, path, options) };
  before(async () => {
    server = await host(base);
    site.address = server.address;
    ({ browser, stop } = await launch());
  });
  after(async () => {
    await stop?.();
    server?.stop();
  });
  return site;
}
