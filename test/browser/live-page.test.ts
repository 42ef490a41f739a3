// The live page in a real Chromium: on a running and on a finished study, over a restart of its server, by keyboard,
// and as axe-core sees it. Skipped where this system has no Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { pageFiles, reportOf } from "../../src/cli/serve.ts";
import { type ServedFolder, serveFolder } from "../../src/node/serve.ts";
import { syntheticFront } from "../fixtures/synthetic-front.ts";
import { StudyInFolder } from "../served-study.ts";
import { Chromium, findChromium } from "./chromium.ts";

const found = await findChromium();
const skip = found === null ? "no Chromium was found; set CHROMIUM to one" : false;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const made = new StudyInFolder();
const files = pageFiles();
let browser: Chromium;
let served: ServedFolder;

const open = (port = 0): Promise<ServedFolder> =>
  serveFolder({ folder: made.folder, host: "127.0.0.1", port, files, report: reportOf });

before(async () => {
  if (found === null) return;
  served = await open();
  browser = await Chromium.open(found);
  await browser.resize(1280, 900);
});
after(async () => {
  await browser?.close();
  await served?.close();
  made.remove();
});

const textOf = (id: string): Promise<string> => browser.ask(`document.getElementById("${id}").textContent`);
const type = (text: string): Promise<void> =>
  browser.ask(
    `(f => { f.value = ${JSON.stringify(text)}; f.dispatchEvent(new Event("input", { bubbles: true })); })(document.getElementById("filter"))`,
  );

/** What axe holds to be serious or worse, by the rules given. */
async function seriousFaults(rules: string): Promise<readonly string[]> {
  await browser.ask(`${axe}; undefined`);
  return browser.ask(
    `axe.run(document, { runOnly: ${rules}, resultTypes: ["violations"] }).then(({ violations }) =>
      violations.filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")))`,
  );
}

test("the first load is at most 120 KiB after gzip", (context) => {
  const bytes = [...files.values()].reduce((sum, { text }) => sum + gzipSync(text).length, 0);
  context.diagnostic(`${(bytes / 1024).toFixed(1)} KiB in ${files.size} files`);
  assert.ok(bytes <= 120 * 1024, `${bytes} bytes`);
});

test("an empty folder says that it waits, and the study appears when it begins", { skip }, async () => {
  await browser.visit(served.url);
  await browser.until(
    `document.getElementById("notice").textContent.includes("No study is in this folder yet")`,
  );
  await made.begin(400);
  await browser.until(`!document.getElementById("views").hidden`);
  assert.equal(await textOf("name"), "served");
  assert.match(await textOf("table"), /No trial has been asked yet/);
});

test("trials appear by themselves as they finish", { skip }, async () => {
  await made.finish(0, 120);
  await browser.until(`document.getElementById("count").textContent === "120 of 120 trials"`);
  assert.match(await textOf("tiles"), /Trials done120 of 400/);
  assert.match(await textOf("tiles"), /Failed3/);
  assert.ok(
    await browser.ask(`document.querySelectorAll("#scatter .spot").length > 3`),
    "the best stand out",
  );
});

test("after its server was gone and came back, the page goes on where it was", { skip }, async () => {
  await browser.ask(`window.isTheSamePage = true`);
  const port = Number(new URL(served.url).port);
  await served.close();
  await browser.until(`document.getElementById("line").classList.contains("lost")`);
  await made.finish(120, 160);
  served = await open(port);
  await browser.until(`document.getElementById("count").textContent === "160 of 160 trials"`);
  assert.equal(await textOf("line"), "live");
  assert.ok(await browser.ask(`window.isTheSamePage`));
});

test("a filter, a range and a chosen trial reach every view", { skip }, async () => {
  await type("steps < 16 and neuron = lif");
  await browser.until(`!document.getElementById("count").textContent.startsWith("160 ")`);
  const kept = Number.parseInt(await textOf("count"), 10);
  assert.ok(kept > 0 && kept < 160);
  assert.match(
    await textOf("parallel-caption"),
    new RegExp(
      `${(await browser.ask(`document.querySelectorAll("#scatter .dots.out").length > 0`)) ? "selected" : "never"}`,
    ),
  );
  await type("steps <");
  await browser.until(`!document.getElementById("filter-problem").hidden`);
  assert.match(await textOf("filter-problem"), /a value is missing/);
  await type("");
  // A range drawn by pointer on the first axis, over its upper half.
  await browser.ask(`document.getElementById("coordinates").scrollIntoView({ behavior: "instant" })`);
  const box = await browser.ask<{ x: number; y: number; h: number }>(
    `(b => ({ x: b.x + b.width / 2, y: b.y, h: b.height }))(document.querySelector('[data-axis="steps"]').getBoundingClientRect())`,
  );
  const mouse = (kind: string, y: number): Promise<unknown> =>
    browser.call("Input.dispatchMouseEvent", {
      type: kind,
      x: box.x,
      y,
      button: "left",
      buttons: 1,
      clickCount: 1,
    });
  await mouse("mousePressed", box.y + 10);
  await mouse("mouseMoved", box.y + box.h / 2);
  await mouse("mouseReleased", box.y + box.h / 2);
  await browser.until(
    `document.querySelector("#parallel .brush") && !document.getElementById("count").textContent.startsWith("160 ")`,
  );
  await browser.ask(`document.getElementById("clear").click()`);
  await browser.until(`document.getElementById("count").textContent === "160 of 160 trials"`);
  await browser.ask(`document.querySelector('#table [data-trial="150"]').click()`);
  await browser.until(
    `document.querySelector("#scatter .ring") && document.querySelector("#parallel .wire.chosen") && document.querySelector("#table tr.chosen")`,
  );
  assert.match(await textOf("detail"), /Trial 150/);
});

test("the best are reached and chosen by keyboard alone", { skip }, async () => {
  await browser.ask(`document.getElementById("clear").click()`);
  await browser.until(`document.getElementById("detail").textContent === ""`);
  await browser.ask(`document.querySelector("#scatter .spot[tabindex='0']").focus()`);
  const first = await browser.ask<string>(`document.activeElement.getAttribute("aria-label")`);
  const press = async (key: string): Promise<void> => {
    await browser.call("Input.dispatchKeyEvent", { type: "keyDown", key });
    await browser.call("Input.dispatchKeyEvent", { type: "keyUp", key });
  };
  await press("ArrowRight");
  const second = await browser.ask<string>(`document.activeElement.getAttribute("aria-label")`);
  assert.notEqual(second, first);
  assert.equal(await textOf("read-out"), second);
  await press("Enter");
  await browser.until(`document.getElementById("detail").textContent !== ""`);
  assert.ok(second.startsWith(`trial ${/Trial (\d+)/.exec(await textOf("detail"))?.[1]}`));
  assert.equal(await browser.ask(`document.activeElement.getAttribute("class")`), "spot", "the focus stays");
});

test("a finished study says so and shows its report, whose own script runs", { skip }, async () => {
  await made.end(syntheticFront(3));
  await browser.until(`document.getElementById("status").textContent === "finished"`);
  await browser.ask(`document.getElementById("report").click()`);
  await browser.until(
    `location.pathname === "/report" && document.getElementById("theme") && !document.getElementById("theme").hidden`,
  );
  await browser.visit(served.url);
  await browser.until(`document.querySelector("#table tbody tr")`);
});

test("axe finds nothing serious, tables and ranges open", { skip }, async () => {
  await type("trial < 6"); // few rows: axe looks at every cell
  await browser.ask(`for (const one of document.querySelectorAll("details")) one.open = true`);
  await browser.until(
    `document.querySelector("#scatter-table tbody tr") && document.querySelector("#ranges fieldset")`,
  );
  assert.deepEqual(await seriousFaults(`["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]`), []);
});

test("axe finds enough contrast in dark, too", { skip }, async () => {
  await browser.inColours("dark");
  await browser.ask(
    `for (const one of document.querySelectorAll("details.behind[data-behind]")) one.open = false`,
  );
  assert.deepEqual(await seriousFaults(`{ type: "rule", values: ["color-contrast"] }`), []);
  await browser.inColours("light");
  await type("");
});

test("on a phone nothing but tables and coordinates is wider than the screen", { skip }, async () => {
  await browser.resize(390, 800);
  await browser.until(`document.querySelector("#scatter svg").getBoundingClientRect().width <= 390`);
  assert.ok(await browser.ask(`document.documentElement.scrollWidth <= innerWidth`));
  await browser.resize(1280, 900);
});

test("the page asked nobody but its server for anything, and complained of nothing but its absence", {
  skip,
}, () => {
  const { origin } = new URL(served.url);
  const others = browser.requests.filter(
    (url) => !url.startsWith(origin) && !/^(about|data|blob):/.test(url),
  );
  assert.deepEqual(others, []);
  assert.deepEqual(
    browser.complaints.filter(
      (text) => !text.includes("ERR_CONNECTION_REFUSED") && !text.includes("ERR_INCOMPLETE_CHUNKED"),
    ),
    [],
  );
});
