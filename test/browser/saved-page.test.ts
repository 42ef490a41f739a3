// A study as one file, which is its report, opened from the disk in a real Chromium: result, views, spikes and
// playground are within, and it asks nobody. Skipped where there is no Chromium.

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { report } from "../../src/cli/report.ts";
import { syntheticFront } from "../fixtures/synthetic-front.ts";
import { StudyInFolder } from "../served-study.ts";
import { Chromium, findChromium } from "./chromium.ts";

const found = await findChromium();
const skip = found === null ? "no Chromium was found; set CHROMIUM to one" : false;
const made = new StudyInFolder();
const file = join(made.folder, "page.html");
let browser: Chromium;

before(async () => {
  await made.begin(100, true);
  await made.finish(0, 80);
  await made.end({ ...syntheticFront(3), study: "served" });
  await report.run({
    operands: [made.folder],
    options: { store: "", study: "" },
    out: file,
    terminal: { write: () => {} },
  } as unknown as Parameters<typeof report.run>[0]);
  if (found === null) return;
  browser = await Chromium.open(found);
  await browser.resize(1280, 900);
});
after(async () => {
  await browser?.close();
  made.remove();
});

const textOf = (id: string): Promise<string> => browser.ask(`document.getElementById("${id}").textContent`);

test("the study is there, from a file alone, and its views are linked", { skip }, async (context) => {
  context.diagnostic(`${(statSync(file).size / 1024).toFixed(0)} KiB with 80 trials`);
  await browser.visit(pathToFileURL(file).href);
  await browser.until(`document.getElementById("count").textContent === "80 of 80 trials"`);
  assert.match(await textOf("line"), /^as it was on \d{4}-\d\d-\d\d, \d\d:\d\d UTC$/);
  await browser.ask(
    `(f => { f.value = "steps < 16"; f.dispatchEvent(new Event("input", { bubbles: true })); })(document.getElementById("filter"))`,
  );
  await browser.until(`!document.getElementById("count").textContent.startsWith("80 ")`);
});

test("the result stands above the views, and its tables and figures can be worked with", {
  skip,
}, async () => {
  assert.equal(
    await browser.ask(
      `document.getElementById("result").compareDocumentPosition(document.getElementById("views"))`,
    ),
    4, // the views follow
  );
  assert.equal(await textOf("name"), "served");
  const first = `document.querySelector("#front tbody th").textContent`;
  const before = await browser.ask<string>(first);
  await browser.ask(`document.querySelector("#front thead th button").click()`);
  await browser.ask(`document.querySelector("#front thead th button").click()`);
  assert.notEqual(await browser.ask(first), before, "sorted the other way round");
  const csv = await browser.ask<string>(`(async () => {
    let blob = null;
    const make = URL.createObjectURL;
    URL.createObjectURL = (one) => { blob = one; return make(one); };
    document.querySelector('#result figure [data-save="csv"]').click();
    URL.createObjectURL = make;
    return blob.text();
  })()`);
  assert.match(csv, /^network,/);
});

test("importance, networks and spikes are there, too; what is not kept says where it is", {
  skip,
}, async () => {
  await browser.ask(`document.getElementById("importance").scrollIntoView({ behavior: "instant" })`);
  await browser.until(`document.querySelector("#importance-chart svg .mark")`);
  await browser.ask(`document.getElementById("network").scrollIntoView({ behavior: "instant" })`);
  await browser.until(`document.querySelector("#layers svg") && document.querySelector("#raster .spikes")`);
  await browser.ask(
    `(i => { i.value = "9"; i.dispatchEvent(new Event("change", { bubbles: true })); })(document.getElementById("image"))`,
  );
  await browser.until(`document.getElementById("raster").textContent.includes("spikefront serve")`);
  assert.match(await textOf("raster"), /for images 0 to 2, not for image 9/);
});

test("its playground runs the networks it holds, in a thread, on the kernels", { skip }, async () => {
  await browser.ask(`document.getElementById("network-play").click()`);
  await browser.until(`document.getElementById("sample-part")?.dataset.state === "done"`);
  assert.match(await textOf("sample-tiles"), /10 images|Accuracy/);
  await browser.until(`document.querySelector("#raster .spikes")`);
  await browser.ask(`document.getElementById("to-study").click()`);
  await browser.until(`document.getElementById("count")?.textContent === "80 of 80 trials"`);
});

test("it asked nobody for anything, and complained of nothing", { skip }, () => {
  assert.deepEqual(
    browser.requests.filter(
      (url) => !/^(about|data|blob):/.test(url) && url.split("?")[0] !== pathToFileURL(file).href,
    ),
    [],
  );
  assert.deepEqual(browser.complaints, []);
});
