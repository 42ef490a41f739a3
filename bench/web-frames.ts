// The page in a real Chromium: how long until it shows something, and how long its frames take while a reader works.
//
// A frame's time is from one animation frame to the next, as the browser tells them: 16.7 ms where it keeps up with a
// screen of 60 Hz, as many times that as it misses.

import { setTimeout as wait } from "node:timers/promises";
import { Chromium } from "../test/browser/chromium.ts";
import type { BrowserFile } from "../test/browser/packed-chromium.ts";

export interface PageTimes {
  /** From asking for the page to the first drawing of the study, one a visit. */
  readonly firstViewMs: readonly number[];
  /** Between frames while a filter is typed, and while a range is drawn on an axis. */
  readonly filterFramesMs: readonly number[];
  readonly brushFramesMs: readonly number[];
  /** The browser's name and version. */
  readonly browser: string;
}

export interface PageTimesOptions {
  readonly url: string;
  readonly visits: number;
  /** How often the filter changes, and how many places the range is drawn through. */
  readonly changes: number;
}

/** Filters as they are typed, letter after letter. */
const typed = "accuracy >= 0.9 and steps < 32 and neuron = lif";

export async function pageTimes(file: BrowserFile, options: PageTimesOptions): Promise<PageTimes> {
  const browser = await Chromium.open(file);
  try {
    await browser.resize(1280, 900);
    const firstViewMs: number[] = [];
    for (let i = 0; i < options.visits; i++) firstViewMs.push(await firstView(browser, options.url));
    const { product } = (await browser.call("Browser.getVersion")) as { product: string };
    return {
      firstViewMs,
      filterFramesMs: await framesDuring(browser, () => typeFilter(browser, options.changes)),
      brushFramesMs: await framesDuring(browser, () => drawRange(browser, options.changes)),
      browser: product,
    };
  } finally {
    await browser.close();
  }
}

/** By the page's own clock, which begins when it is asked for. */
async function firstView(browser: Chromium, url: string): Promise<number> {
  await browser.visit("about:blank");
  await browser.visit(url);
  await browser.until(
    `document.querySelector("#scatter svg") && document.querySelector("#table tbody tr")`,
    60,
  );
  // Painted: the second frame after it is in the document.
  return browser.ask(
    `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))`,
  );
}

async function framesDuring(browser: Chromium, work: () => Promise<void>): Promise<readonly number[]> {
  await browser.ask(`{
    const times = window.frameTimes = [];
    const next = now => { times.push(now); if (window.frameTimes === times) requestAnimationFrame(next); };
    requestAnimationFrame(next);
  }`);
  await work();
  await browser.ask(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))`);
  const times = await browser.ask<readonly number[]>(
    `(times => { window.frameTimes = null; return times; })(window.frameTimes)`,
  );
  // The browser tells moments to a tenth of a millisecond: what a difference has beyond that is rounding.
  return times.slice(1).map((time, i) => Math.round(10 * (time - times[i])) / 10);
}

/** A letter every 80 ms, as a quick typist does, over and over. */
async function typeFilter(browser: Chromium, changes: number): Promise<void> {
  for (let i = 0; i < changes; i++) {
    const text = JSON.stringify(typed.slice(0, 1 + (i % typed.length)));
    await browser.ask(
      `(f => { f.value = ${text}; f.dispatchEvent(new Event("input", { bubbles: true })); })(document.getElementById("filter"))`,
    );
    await wait(80);
  }
  await browser.ask(`document.getElementById("clear").click()`);
}

/** The pointer goes up and down an axis with its button held, a place every 16 ms. */
async function drawRange(browser: Chromium, changes: number): Promise<void> {
  await browser.ask(`document.getElementById("coordinates").scrollIntoView({ behavior: "instant" })`);
  const box = await browser.ask<{ x: number; y: number; h: number }>(
    `(b => ({ x: b.x + b.width / 2, y: b.y, h: b.height }))(document.querySelector('[data-axis="steps"]').getBoundingClientRect())`,
  );
  const mouse = (type: string, y: number): Promise<unknown> =>
    browser.call("Input.dispatchMouseEvent", {
      type,
      x: box.x,
      y,
      button: "left",
      buttons: 1,
      clickCount: 1,
    });
  await mouse("mousePressed", box.y + 4);
  for (let i = 0; i < changes; i++) {
    const share = Math.abs(((i / 40) % 2) - 1);
    await mouse("mouseMoved", box.y + 8 + share * (box.h - 16));
    await wait(16);
  }
  await mouse("mouseReleased", box.y + box.h / 2);
}
