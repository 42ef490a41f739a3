// A page that was saved to a file, opened from the disk in a real Chromium: it shows the study and asks nobody.
// Skipped where there is no Chromium.

import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { serve } from "../../src/cli/serve.ts";
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
  await serve.run({
    operands: [made.folder],
    options: { host: "127.0.0.1", port: 0, data: "", store: "", study: "" },
    out: file,
    terminal: { write: () => {} },
  } as unknown as Parameters<typeof serve.run>[0]);
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

test("importance and networks are there, too; what is not kept says where it is", { skip }, async () => {
  await browser.ask(`document.getElementById("importance").scrollIntoView({ behavior: "instant" })`);
  await browser.until(`document.querySelector("#importance-chart svg .mark")`);
  await browser.ask(`document.getElementById("network").scrollIntoView({ behavior: "instant" })`);
  await browser.until(`document.querySelector("#layers svg")`);
  await browser.until(`document.getElementById("raster").textContent.includes("spikefront serve")`);
  for (const id of ["to-play", "network-play"])
    assert.equal(await browser.ask(`getComputedStyle(document.getElementById("${id}")).display`), "none", id);
});

test("it asked nobody for anything, and complained of nothing", { skip }, () => {
  assert.deepEqual(
    browser.requests.filter((url) => !/^(about|data|blob):/.test(url) && url !== pathToFileURL(file).href),
    [],
  );
  assert.deepEqual(browser.complaints, []);
});
