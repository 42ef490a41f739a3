// The live page in a real Chromium: on a running and on a finished study, over a restart of its server, by keyboard,
// and as axe-core sees it. Skipped where this system has no Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { pageFiles, reportOf } from "../../src/cli/page-files.ts";
import { type ServedFolder, serveFolder } from "../../src/node/serve.ts";
import { modulesOf } from "../../src/node/serve-modules.ts";
import { syntheticFront } from "../fixtures/synthetic-front.ts";
import { freePort } from "../free-port.ts";
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
  served = await open(await freePort());
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
  const root = new URL("../../src/", import.meta.url);
  const first = modulesOf(new URL("dashboard/page/main.ts", root), root, false);
  const texts = [...["/", "/style.css"].map((name) => files.get(name)?.text ?? ""), ...first.values()];
  const bytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
  context.diagnostic(`${(bytes / 1024).toFixed(1)} KiB in ${texts.length} of ${files.size} files`);
  assert.ok(bytes <= 120 * 1024, `${bytes} bytes`);
});

test("an empty folder says that it waits, and the study appears when it begins", { skip }, async () => {
  await browser.visit(served.url);
  await browser.until(
    `document.getElementById("notice").textContent.includes("No study is in this folder yet")`,
  );
  await made.begin(400, true);
  await browser.until(`!document.getElementById("views").hidden`);
  assert.equal(await textOf("name"), "served");
  await browser.until(`document.getElementById("table").textContent.includes("No trial has been asked yet")`);
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
  // The dots themselves lie on a layer of pixels beneath the drawing.
  const full = (): Promise<number> =>
    browser.ask(
      `(c => c.getContext("2d").getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v === 255).length)(document.querySelector("#scatter canvas"))`,
    );
  const before = await full();
  assert.ok(before > 500, `${before} pixels of dots`);
  await type("steps < 16 and neuron = lif");
  await browser.until(`!document.getElementById("count").textContent.startsWith("160 ")`);
  const kept = Number.parseInt(await textOf("count"), 10);
  assert.ok(kept > 0 && kept < 160);
  // What is out of sight follows when the reader pauses.
  await browser.until(`document.querySelector("#scatter .dots.out")`);
  const after = await full();
  assert.ok(after > 0 && after < before / 2, `${after} of ${before} pixels of dots`);
  await browser.until(
    `/ [1-9]\\d* selected/.test(document.getElementById("parallel-caption").textContent) && !document.getElementById("parallel-caption").textContent.includes(", 156 selected")`,
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
  await browser.until(`document.querySelector('#table [data-trial="150"]')`);
  await browser.ask(`document.querySelector('#table [data-trial="150"]').click()`);
  await browser.until(
    `document.querySelector("#scatter .ring") && document.querySelector("#parallel .wire.chosen") && document.querySelector("#table tr.chosen")`,
  );
  await browser.until(`document.getElementById("detail").textContent.includes("Trial 150")`);
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

/** Bring a section into view, and wait for what comes only then. */
async function look(section: string, isThere: string): Promise<void> {
  await browser.ask(`document.getElementById("${section}").scrollIntoView({ behavior: "instant" })`);
  await browser.until(isThere);
}

const click = (selector: string): Promise<void> =>
  browser.ask(
    `document.querySelector(${JSON.stringify(selector)}).dispatchEvent(new MouseEvent("click", { bubbles: true }))`,
  );
const write = (id: string, value: string): Promise<void> =>
  browser.ask(
    `(i => { i.value = "${value}"; i.dispatchEvent(new Event("change", { bubbles: true })); })(document.getElementById("${id}"))`,
  );

test("a box drawn on the trade-offs keeps the trials within it", { skip }, async () => {
  await browser.ask(`document.getElementById("clear").click()`);
  await browser.until(`document.getElementById("detail").textContent === ""`); // it has made room
  await browser.ask(`document.getElementById("scatter").scrollIntoView({ behavior: "instant" })`);
  const box = await browser.ask<{ x: number; y: number; w: number; h: number }>(
    `(b => ({ x: b.x, y: b.y, w: b.width, h: b.height }))(document.querySelector("#scatter svg").getBoundingClientRect())`,
  );
  const mouse = (kind: string, x: number, y: number): Promise<unknown> =>
    browser.call("Input.dispatchMouseEvent", { type: kind, x, y, button: "left", buttons: 1, clickCount: 1 });
  await mouse("mousePressed", box.x + 0.3 * box.w, box.y + 0.2 * box.h);
  await mouse("mouseMoved", box.x + 0.6 * box.w, box.y + 0.6 * box.h);
  await browser.until(`!document.getElementById("drawn-box").hidden`);
  await mouse("mouseReleased", box.x + 0.6 * box.w, box.y + 0.6 * box.h);
  await browser.until(`document.querySelector("#scatter .brush.box")`);
  const kept = Number.parseInt(await textOf("count"), 10);
  assert.ok(kept > 0 && kept < 160, `${kept} of 160`);
  assert.equal(await textOf("detail"), "", "the end of a drag chooses no trial");
  await browser.ask(`document.getElementById("clear").click()`);
  await browser.until(`document.getElementById("count").textContent === "160 of 160 trials"`);
});

test("what matters is told with intervals, and a setting colours the trials", { skip }, async () => {
  await look("importance", `document.querySelectorAll("#importance-chart .bar").length > 6`);
  assert.match(await textOf("importance-chart-caption"), /all 156 trials/);
  await click(`#importance-chart [data-colour="steps"]`);
  await browser.until(`document.getElementById("colour").value === "steps"`);
  await click(`#importance-chart [data-colour="steps"]`);
});

test("pinned trials stand side by side with their intervals and what they differ in", { skip }, async () => {
  await look("compare", `document.getElementById("comparison").textContent.includes("Pin two trials")`);
  for (const trial of [158, 157])
    await browser.ask(`document.querySelector('[data-pin="${trial}"]').click()`);
  await browser.until(`document.querySelectorAll("#comparison .spot").length === 6`);
  assert.equal(await browser.ask(`document.querySelectorAll("#comparison .bar").length`), 6);
  assert.match(await textOf("differing"), /threshold factor/);
  assert.doesNotMatch(await textOf("differing"), /network/, "they have the same");
});

test("the chosen trial's network is shown layer by layer, with its skip, its steps and its spikes", {
  skip,
}, async () => {
  await click(`#table [data-trial="150"]`);
  await look(
    "network",
    `document.querySelector("#raster .spikes") && document.querySelector("#steps .line")`,
  );
  assert.match(await textOf("network-about"), /Trial 150, which you have chosen/);
  assert.equal(await browser.ask(`document.querySelectorAll("#layers .skip").length`), 1);
  assert.equal(await browser.ask(`document.querySelectorAll("#adjacency rect.meeting.add").length`), 3);
  assert.match(await textOf("raster-caption"), /validation image 0,/);
  await click(`[data-image="1"]`);
  await browser.until(
    `document.getElementById("raster-caption").textContent.includes("validation image 1,")`,
  );
  const [ticks, spikes] = await browser.ask<[number, number]>(
    `[[...document.querySelectorAll("#raster .spikes")].reduce((n, p) => n + (p.getAttribute("d").match(/M/g) ?? []).length, 0),
      [...document.querySelectorAll("#raster .panel-title")].reduce((n, t) => n + Number(/: ([0-9]+) spike/.exec(t.textContent)[1]), 0)]`,
  );
  assert.equal(ticks, spikes);
});

test("a question that fails says why and can be asked again, and a failed trial has no network", {
  skip,
}, async () => {
  await write("image", "4000");
  await browser.until(`document.querySelector("#raster .notice.bad")`);
  assert.match(await textOf("raster"), /must lie in the set of 10.*Try again/);
  await write("image", "0");
  await browser.until(`document.querySelector("#raster .spikes")`);
  await click(`#table [data-trial="159"]`);
  await browser.until(`document.getElementById("network-about").textContent.includes("159 has failed")`);
  assert.match(await textOf("raster"), /No image was run/);
});

test("faults of the chosen are there while the search runs, and finalists come as they are confirmed", {
  skip,
}, async () => {
  await look(
    "faults",
    `document.querySelector("#doses .bar") && document.querySelector("#layer-drops .bar")`,
  );
  assert.match(await textOf("finalists"), /No network was tested/);
  assert.match(await textOf("campaigns"), /No campaign lies under this folder/);
  await made.confirm([3, 7]);
  await browser.until(`document.querySelector("#finalists .bar")`);
  assert.match(await textOf("finalists-caption"), /on validation images/);
});

test("a finished study says so and shows its report, whose own script runs", { skip }, async () => {
  await made.end({ ...syntheticFront(3), study: "served" });
  await browser.until(`document.getElementById("status").textContent === "finished"`);
  await browser.ask(`document.getElementById("report").click()`);
  await browser.until(
    `location.pathname === "/report" && document.getElementById("theme") && !document.getElementById("theme").hidden`,
  );
  await browser.visit(served.url);
  await browser.until(`document.querySelector("#table tbody tr")`);
  await look("faults", `document.querySelector("#finalists .line")`);
  assert.match(await textOf("finalists-caption"), /on test images/);
});

test("every figure that is drawn can be saved as SVG, in colours of its own, and as CSV", {
  skip,
}, async () => {
  for (const trial of [157, 158]) await click(`[data-pin="${trial}"]`);
  await look("importance", `document.querySelector("#importance-chart .bar")`);
  await look("compare", `document.querySelector("#comparison .bar")`);
  await look("network", `document.querySelector("#raster .spikes")`);
  const saved = await browser.ask<readonly [string, string][]>(`(async () => {
    const saved = [];
    const make = URL.createObjectURL;
    let blob = null;
    URL.createObjectURL = (one) => { blob = one; return make(one); };
    for (const figure of document.querySelectorAll("figure:not([hidden])"))
      for (const kind of ["svg", "csv"]) {
        blob = null;
        figure.querySelector('[data-save="' + kind + '"]').click();
        saved.push([figure.id + "." + kind, blob === null ? "" : await blob.text()]);
      }
    URL.createObjectURL = make;
    return saved;
  })()`);
  assert.equal(saved.length, 2 * 14);
  for (const [name, text] of saved) {
    if (name === "figure-campaign-map.csv") continue; // there is no campaign, so no table
    assert.ok(text.length > 20, name);
    if (name.endsWith(".svg")) assert.doesNotMatch(text, /var\(--/, name);
    // What the page draws as pixels is in files as paths.
    if (name === "figure-scatter.svg") assert.match(text, /class="dots"/);
    if (name === "figure-parallel.svg") assert.match(text, /class="wire shaded"/);
  }
});

test("axe finds nothing serious, tables and ranges open", { skip }, async () => {
  await type("trial < 6"); // few rows: axe looks at every cell
  // All tables behind figures are made in one place; two of them tell for all.
  const open = ["scatter", "layers"].map((id) => `[data-behind=${id}]`).join();
  await browser.ask(
    `for (const one of document.querySelectorAll("${open},details:not([data-behind])")) one.open = true`,
  );
  await browser.until(
    `document.querySelector("#scatter-table tbody tr") && document.querySelector("#ranges fieldset")`,
  );
  await look("network", `document.querySelector("#layers-table tbody tr")`);
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

test("a folder of several studies lists them, and the one that is chosen is shown", { skip }, async () => {
  await new StudyInFolder(join(made.folder, "second")).begin(7);
  await browser.visit(served.url);
  await browser.until(`document.querySelectorAll("#studies option").length === 2`);
  await write("studies", "second/served");
  await browser.until(`document.getElementById("tiles").textContent.includes("0 of 7")`);
  assert.equal(await browser.ask(`document.getElementById("studies").value`), "second/served");
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
      (text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/.test(text) && !text.includes("image=4000"), // asked for above
    ),
    [],
  );
});
