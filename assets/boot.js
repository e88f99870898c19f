// The first script of every page. It sets the theme before anything is painted, and loads the program only in a browser
// that can run it. Whatever stands in the way is said in the page's #notice; the text of the page needs no script.
"use strict";
(() => {
  const own = document.currentScript;
  const root = document.documentElement;
  const query = new URLSearchParams(location.search);

  let theme = query.get("theme");
  try {
    theme ??= localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden; the system's theme is used then.
  }
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (query.has("embed")) root.dataset.embed = "";
  root.dataset.scripts = "";

  const ready = new Promise((resolve) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", resolve, { once: true });
    else resolve();
  });

  const tell = (sentence) =>
    ready.then(() => {
      const notice = document.getElementById("notice");
      if (notice) {
        notice.hidden = false;
        notice.setAttribute("role", "alert");
        notice.textContent = sentence;
      }
      const main = document.querySelector("main[data-status]");
      if (main) main.dataset.status = "failed";
    });

  // A module of one function that makes a 128-bit vector: (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt).
  const vectors = Uint8Array.of(
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
  );
  const missing = [];
  if (typeof WebAssembly !== "object") missing.push("WebAssembly");
  else if (!WebAssembly.validate(vectors)) missing.push("WebAssembly SIMD");
  if (typeof Worker !== "function") missing.push("Web Workers");
  if (typeof DecompressionStream !== "function") missing.push("DecompressionStream");
  if (missing.length > 0) {
    tell(
      `The experiments cannot run in this browser: it lacks ${missing.join(" and ")}. ` +
        "Any browser of 2023 or later has it, if it is not switched off. The text below can be read as it is.",
    );
    return;
  }

  const { app, wasm } = own.dataset;
  if (!app || !wasm) return;
  const address = (path) => new URL(path, document.baseURI).href;
  const bytes = fetch(address(wasm)).then((response) => {
    if (!response.ok) throw new Error(`${response.status} for ${wasm}`);
    return response;
  });
  Promise.all([import(address(app)), bytes, ready])
    .then(([program, response]) => program.default({ module_or_path: response }))
    .catch((error) => {
      console.warn(error);
      tell(
        error instanceof WebAssembly.RuntimeError
          ? "The program of this page has stopped by a fault of its own. Reload the page to start it again."
          : "The program of this page could not be loaded. The site may have been updated a moment ago, or the " +
              "connection is down: reload the page.",
      );
    });
})();
