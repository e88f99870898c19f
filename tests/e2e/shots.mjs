// Pictures of pages: node tests/e2e/shots.mjs [--out FOLDER] [--wait SECONDS] PATH...
// Each PATH (such as memory/modern-hopfield/) is shown wide and narrow, light and dark; dist/ must have been built.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { host, launch, visit } from "./harness.mjs";

const { values, positionals } = parseArgs({
  options: { out: { type: "string", default: "tests/e2e/shots" }, wait: { type: "string", default: "2" } },
  allowPositionals: true,
});
if (positionals.length === 0) {
  console.error("Which pages? node tests/e2e/shots.mjs [--out FOLDER] [--wait SECONDS] PATH...");
  process.exit(2);
}
await mkdir(values.out, { recursive: true });
const server = positionals.every((path) => path.startsWith("http")) ? { address: "http://localhost/", stop() {} } : await host();
const { browser, stop } = await launch();
for (const path of positionals) {
  for (const [size, width, height] of [["wide", 1440, 900], ["phone", 390, 844]]) {
    for (const theme of ["light", "dark"]) {
      const url = new URL(path, server.address);
      url.searchParams.set("theme", theme);
      const shown = await visit(browser, server.address, url.href, { width, height });
      await new Promise((resolve) => setTimeout(resolve, Number(values.wait) * 1000));
      const name = `${url.pathname.replaceAll("/", "-").replace(/^-|-$/g, "") || "front"}-${size}-${theme}.png`;
      const file = join(values.out, name);
      await shown.page.screenshot({ path: file });
      await shown.page.screenshot({ path: file.replace(".png", "-full.png"), fullPage: true });
      console.log(file, shown.problems.join("; "));
      await shown.page.close();
    }
  }
}
await stop();
server.stop();
