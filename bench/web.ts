// The live page: what it weighs, how soon it shows something, whether it keeps up with a reader's hands at 10,000
// trials, and what 50 who watch cost the server. Nobody is compared with: other dashboards draw other things.

import { gzipSync } from "node:zlib";
import { pageFiles, playFiles } from "../src/cli/page-files.ts";
import type { ServedFiles } from "../src/node/serve.ts";
import { findChromium } from "../test/browser/chromium.ts";
import { StudyInFolder } from "../test/served-study.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";
import { type PageTimes, pageTimes } from "./web-frames.ts";
import { ServedProcess, type WatcherTimes, watcherTimes } from "./web-watchers.ts";

interface Plan {
  readonly trials: number;
  readonly visits: number;
  readonly changes: number;
  readonly watchers: number;
  readonly events: number;
}

const full: Plan = { trials: 10_000, visits: 7, changes: 240, watchers: 50, events: 20 };
const quickPlan: Plan = { trials: 1_000, visits: 2, changes: 20, watchers: 10, events: 3 };

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  const plan = quick ? quickPlan : full;
  const study = new StudyInFolder();
  const browser = await findChromium();
  if (browser === null) console.error("No Chromium was found: the page's times are left out.");
  let served: ServedProcess | undefined;
  try {
    await study.begin(2 * plan.trials);
    await study.finish(0, plan.trials);
    served = await ServedProcess.open(study.folder);
    const page =
      browser === null
        ? null
        : await pageTimes(browser, { url: served.url, visits: plan.visits, changes: plan.changes });
    await served.close();
    // Another process: what the browser asked for is not in its memory.
    served = await ServedProcess.open(study.folder);
    const watched = await watcherTimes(served, study, { ...plan, next: plan.trials });
    return benchReport({
      name: "web",
      quick,
      threads: 1,
      ...(page !== null && { versions: { browser: page.browser } }),
      rows: [...sizeRows(), ...(page === null ? [] : pageRows(page, plan)), ...watcherRows(watched, plan)],
    });
  } finally {
    await served?.close();
    study.remove();
  }
}

function sizeRows(): readonly BenchRow[] {
  const files = new Map([...playFiles(), ...pageFiles()]);
  const page = loadedBy("/", files);
  const play = loadedBy("/play", files);
  const more = new Set([...play].filter((path) => !page.has(path)));
  return [
    benchRow({
      case: "first load, after gzip",
      unit: "KiB",
      ours: kibOf(page, files),
      goal: 120,
      better: "lower",
      note: `${page.size} files`,
    }),
    benchRow({
      case: "playground on top, when it is opened",
      unit: "KiB",
      ours: kibOf(more, files),
      better: "lower",
      note: `${more.size} files`,
    }),
  ];
}

function pageRows(
  { firstViewMs, filterFramesMs, brushFramesMs }: PageTimes,
  { trials }: Plan,
): readonly BenchRow[] {
  const frames = (what: string, times: readonly number[]): BenchRow =>
    benchRow({
      case: `frame while ${what}, ${trials} trials, p95`,
      unit: "ms",
      ours: quantile(times, 0.95),
      goal: 16.7,
      better: "lower",
      note: `${times.length} frames; median ${quantile(times, 0.5).toFixed(1)}, longest ${Math.max(...times).toFixed(0)} ms`,
    });
  return [
    benchRow({
      case: `first view, ${trials} trials, median`,
      unit: "ms",
      ours: quantile(firstViewMs, 0.5),
      goal: 1000,
      better: "lower",
      note: `${firstViewMs.length} visits, ${Math.min(...firstViewMs).toFixed(0)} to ${Math.max(...firstViewMs).toFixed(0)} ms`,
    }),
    frames("a filter is typed", filterFramesMs),
    frames("a range is drawn", brushFramesMs),
  ];
}

function watcherRows(
  { wholeMs, tellMs, memoryMib }: WatcherTimes,
  { watchers, trials }: Plan,
): readonly BenchRow[] {
  const rows = [
    benchRow({
      case: `whole study of ${trials} trials to ${watchers} watchers`,
      unit: "ms",
      ours: wholeMs,
      better: "lower",
    }),
    benchRow({
      case: `a trial's result to all ${watchers} watchers, median`,
      unit: "ms",
      ours: quantile(tellMs, 0.5),
      goal: 500,
      better: "lower",
      note: `${tellMs.length} trials, longest ${Math.max(...tellMs).toFixed(0)} ms; the store is asked every 250 ms`,
    }),
  ];
  if (memoryMib === null) return rows;
  return [
    ...rows,
    benchRow({
      case: `server's memory for ${watchers} watchers`,
      unit: "MiB",
      ours: memoryMib.after - memoryMib.before,
      better: "lower",
      note: `${memoryMib.before.toFixed(0)} without them`,
    }),
  ];
}

/** What comes with a page without being asked for later: what it names, and what its scripts import at once. */
function loadedBy(page: string, files: ServedFiles): ReadonlySet<string> {
  const loaded = new Set<string>();
  const open = [page];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const text = files.get(path)?.text;
    if (text === undefined || loaded.has(path)) continue;
    loaded.add(path);
    const names =
      path === page
        ? text.matchAll(/(?:src|href)="(\/[^"]+\.\w+)"/g)
        : text.matchAll(/\b(?:from|import|new URL\()\s*[`"](\.[^`"]+)[`"]/g);
    for (const [, name] of names) open.push(new URL(named(name, path), `http://page${path}`).pathname);
  }
  return loaded;
}

/** The playground's thread is named by the extension of the script that begins it. */
function named(name: string, path: string): string {
  return name.replace(/\$\{extension\}/, path.slice(path.lastIndexOf(".") + 1));
}

function kibOf(paths: ReadonlySet<string>, files: ServedFiles): number {
  return [...paths].reduce((sum, path) => sum + gzipSync(files.get(path)?.text ?? "").length, 0) / 1024;
}

/** Nearest rank. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
