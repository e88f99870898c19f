// The engine's own tests of its bits, in this browser: they compare with what is stored, which native programs give too.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { ROOT, launch, until } from "./harness.mjs";

/** Builds a test program of the engine as wasm and serves a page that runs it. */
async function served(name) {
  const flags = ["test", "--package", "vivarium-engine", "--test", name, "--target", "wasm32-unknown-unknown"];
  const env = {
    ...process.env,
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "wasm-bindgen-test-runner",
    WASM_BINDGEN_USE_BROWSER: "1",
    // Any free port; the page is opened by us, not by a driver of the runner's.
    WASM_BINDGEN_TEST_ADDRESS: "127.0.0.1:0",
    NO_HEADLESS: "1",
  };
  // A group of its own: cargo does not hand a signal on to what it has started.
  const child = spawn("cargo", flags, { cwd: ROOT, env, detached: true });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const address = await until(
    "a page with the test",
    () => {
      if (child.exitCode !== null) throw new Error(said);
      return /available at (http:\/\/\S+)/.exec(said)?.[1];
    },
    600_000,
  );
  const stop = async () => {
    process.kill(-child.pid);
    await ended;
  };
  return { address, stop };
}

for (const name of ["bits", "data_bits"]) {
  test(`the engine's ${name} are those of native programs`, { timeout: 700_000 }, async () => {
    const { address, stop } = await served(name);
    const { browser, stop: close } = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(address);
      const output = () => page.$eval("#output", (output) => output.textContent);
      await until("the end of the tests", async () => /test result: /.test(await output()), 120_000);
      assert.match(await output(), /test result: ok\. [1-9]\d* passed; 0 failed/);
    } finally {
      await close();
      await stop();
    }
  });
}
