// `serve`: a study's folder as a live page.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { StateError } from "../base/errors.ts";
import { livePage, livePageCss } from "../dashboard/live/live-page.ts";
import { savedPage, trialsToSave } from "../dashboard/live/saved-page.ts";
import { playPage } from "../dashboard/playground/play-page.ts";
import { playChartStyle, playPageStyle } from "../dashboard/playground/play-style.ts";
import { renderReport } from "../dashboard/report.ts";
import { writeFileAtomic } from "../node/atomic-file.ts";
import { saveStudy } from "../node/save-study.ts";
import { type ServedFile, type ServedFiles, serveFolder } from "../node/serve.ts";
import { modulesOf } from "../node/serve-modules.ts";
import { studyPaths } from "../node/study-folder.ts";
import { type Fields, int, text } from "../space/field.ts";
import { type CommandContext, command } from "./command.ts";
import { readFrontFile } from "./report.ts";
import { storeOption, studyOption, withStudyFolder } from "./store-option.ts";

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** What the server answers with besides the study: the page, its style, and its scripts as modules. */
export function pageFiles(): ServedFiles {
  const root = new URL("../", import.meta.url);
  const modules = new Map(
    ["main", "importance-worker"].flatMap((name) => [
      ...modulesOf(new URL(`dashboard/page/${name}.${extension}`, root), root),
    ]),
  );
  const main = `dashboard/page/main.${extension}`;
  const atOnce = [...modulesOf(new URL(main, root), root, false).keys()].filter((name) => name !== main);
  const html = livePage({
    style: "/style.css",
    script: `/app/${main}`,
    modules: atOnce.map((name) => `/app/${name}`),
  });
  return new Map([
    ["/", { type: "text/html", text: html }],
    ["/style.css", { type: "text/css", text: livePageCss() }],
    ...[...modules].map(([name, code]) => [`/app/${name}`, { type: "text/javascript", text: code }] as const),
  ]);
}

/** The playground, which is not part of the first load: its page, style and scripts, and the thread it runs in. */
export function playFiles(): ServedFiles {
  const root = new URL("../", import.meta.url);
  const [page, worker] = ["page/main", "play-worker"].map(
    (name) => `dashboard/playground/${name}.${extension}`,
  );
  const modules = new Map([
    ...modulesOf(new URL(page, root), root),
    ...modulesOf(new URL(worker, root), root),
  ]);
  const html = playPage({ styles: ["/style.css", "/play.css"], script: `/app/${page}` });
  return new Map<string, ServedFile>([
    ["/play", { type: "text/html", text: html }],
    ["/play.css", { type: "text/css", text: playPageStyle + playChartStyle }],
    ...[...modules].map(
      ([name, text]) =>
        [
          `/app/${name}`,
          {
            type: name.endsWith(".json") ? "application/json" : "text/javascript",
            text,
            isWasm: name === worker,
          },
        ] as const,
    ),
  ]);
}

/** The report of the folder's finished study, null while there is none. */
export function reportOf(folder: string): string | null {
  const { front } = studyPaths(folder);
  return existsSync(front) ? renderReport(readFrontFile(front)) : null;
}

const serveFields = {
  host: text({
    about: "address to listen on; any but this machine's own asks for a token",
    default: "127.0.0.1",
  }),
  port: int({
    about: "port to listen on; 0: one that is free",
    unit: "1",
    low: 0,
    high: 65_535,
    default: 8421,
  }),
  data: text({
    about: "data set that the playground shows images of: a known name or a folder [default: the study's]",
    default: "",
  }),
  store: storeOption,
  study: studyOption,
} satisfies Fields;

export const serve = command({
  name: "serve",
  about: "Show a study as a live page, while it runs or after.",
  out: "write the page with the study as it is now to this file, which needs no server, and end",
  operands: [
    {
      name: "folder",
      about: "folder of the study, or postgres://… [default: the latest in runs/]",
      isOptional: true,
    },
  ],
  options: serveFields,
  resources: [],
  details: [
    "The page only reads the study's store, follows it as trials finish, and loads nothing from elsewhere. It may be opened before explore begins. Ctrl-C ends it.",
  ],
  examples: [
    "spikefront serve",
    "spikefront serve runs/quickstart --port 0",
    "spikefront serve runs/quickstart --out study.html",
    "spikefront serve postgres://me@db.example.org/studies --study quickstart",
  ],
  async run(context) {
    const { store, study } = context.options;
    const place = { folder: context.operands[0], store, study };
    return withStudyFolder(place, (folder) => show(folder ?? latestStudy(), context), { refresh: true });
  },
});

async function show(
  folder: string,
  { options, out, terminal, signal }: CommandContext<typeof serveFields>,
): Promise<Readonly<Record<string, unknown>>> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new StateError(`${folder} must be the folder of a study, but is none. Explore makes one in runs/.`);
  if (out !== undefined) {
    const root = new URL("../", import.meta.url);
    const entry = `dashboard/page/main.${extension}`;
    const saved = await saveStudy(folder, trialsToSave);
    const page = savedPage({ saved, modules: modulesOf(new URL(entry, root), root), entry });
    writeFileAtomic(out, page);
    terminal.write(`${folder}: ${out}`);
    return { folder, out };
  }
  const served = await serveFolder({
    folder,
    ...options,
    files: pageFiles(),
    playFiles,
    report: reportOf,
  });
  terminal.write(`${folder}: ${served.url}`);
  terminal.note("Ctrl-C ends it.");
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }
  await served.close();
  return { folder, url: served.url };
}

function latestStudy(): string {
  const folders = (existsSync("runs") ? readdirSync("runs") : [])
    .map((name) => join("runs", name))
    .filter((folder) => existsSync(studyPaths(folder).store))
    .sort((a, b) => statSync(studyPaths(b).store).mtimeMs - statSync(studyPaths(a).store).mtimeMs);
  if (folders[0] === undefined)
    throw new StateError("runs holds no study here. Run explore first, or give a study's folder.");
  return folders[0];
}
