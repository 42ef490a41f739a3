// Pages and their scripts, as the server answers with them and as files hold them.

import { existsSync } from "node:fs";
import { livePage } from "../dashboard/live/live-page.ts";
import { savedPage, trialsToSave } from "../dashboard/live/saved-page.ts";
import type { Markup } from "../dashboard/markup.ts";
import { type PageScripts, packedHead } from "../dashboard/packed-head.ts";
import { pageCss } from "../dashboard/page-css.ts";
import { playPage } from "../dashboard/playground/play-page.ts";
import { playChartStyle, playPageStyle } from "../dashboard/playground/play-style.ts";
import { renderReport } from "../dashboard/report.ts";
import { saveStudy } from "../node/save-study.ts";
import type { ServedFile, ServedFiles } from "../node/serve.ts";
import { modulesOf } from "../node/serve-modules.ts";
import { studyPaths } from "../node/study-folder.ts";
import type { Front } from "../study/front.ts";
import { readFrontFile } from "./front-file.ts";

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const root = new URL("../", import.meta.url);
const main = `dashboard/page/main.${extension}`;
const sheet = `dashboard/page/sheet.${extension}`;
const importance = `dashboard/page/importance-worker.${extension}`;
const play = `dashboard/playground/page/main.${extension}`;
const playWorker = `dashboard/playground/play-worker.${extension}`;

const textsOf = (...paths: readonly string[]): ReadonlyMap<string, string> =>
  new Map(paths.flatMap((path) => [...modulesOf(new URL(path, root), root)]));

function livePageText(front: Front | null): string {
  const atOnce = [...modulesOf(new URL(main, root), root, false).keys()].filter((name) => name !== main);
  const modules = atOnce.map((name) => `/app/${name}`);
  return livePage({ style: "/style.css", script: `/app/${main}`, modules }, front);
}

/** What the server answers with besides the study: the page, its style, and its scripts as modules. */
export function pageFiles(): ServedFiles {
  return new Map([
    ["/", { type: "text/html", text: livePageText(null) }],
    ["/style.css", { type: "text/css", text: pageCss() }],
    ...[...textsOf(main, importance)].map(
      ([name, code]) => [`/app/${name}`, { type: "text/javascript", text: code }] as const,
    ),
  ]);
}

/** The playground, which is not part of the first load: its page, style and scripts, and the thread it runs in. */
export function playFiles(): ServedFiles {
  const html = playPage({ styles: ["/style.css", "/play.css"], script: `/app/${play}` });
  return new Map<string, ServedFile>([
    ["/play", { type: "text/html", text: html }],
    ["/play.css", { type: "text/css", text: playPageStyle + playChartStyle }],
    ...[...textsOf(play, playWorker)].map(
      ([name, text]) =>
        [
          `/app/${name}`,
          {
            type: name.endsWith(".json") ? "application/json" : "text/javascript",
            text,
            isWasm: name === playWorker,
          },
        ] as const,
    ),
  ]);
}

/** The page of the folder's finished study with its result, null while there is none. */
export function reportOf(folder: string): string | null {
  const { front } = studyPaths(folder);
  return existsSync(front) ? livePageText(readFrontFile(front)) : null;
}

/** Of a page on which all is drawn. */
export function sheetHead(): Promise<Markup> {
  return packedHead(scriptsOf(sheet), null);
}

/**
 * A study as one file: the live page as it is now, with the result of a study that has ended. Without its store, there
 * is the result alone.
 *
 * @param front - null: the study goes on
 * @throws {StateError} when there is neither a store nor a front
 */
export async function studyPage(folder: string, front: Front | null): Promise<string> {
  if (front !== null && !existsSync(studyPaths(folder).store)) return renderReport(front, await sheetHead());
  const { saved, play: data } = await saveStudy(folder, trialsToSave);
  return savedPage({
    saved,
    front,
    scripts: scriptsOf(main, importance),
    play: data && { data, scripts: { modules: textsOf(play, playWorker), entry: play } },
  });
}

function scriptsOf(entry: string, ...others: readonly string[]): PageScripts {
  const unpack = `dashboard/page/unpack.${extension}`;
  return { modules: textsOf(entry, ...others), entry, unpack: textsOf(unpack).get(unpack) ?? "" };
}
