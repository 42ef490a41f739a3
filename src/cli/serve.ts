// `serve`: a study's folder as a live page.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { StateError } from "../base/errors.ts";
import { writeFileAtomic } from "../node/atomic-file.ts";
import { serveFolder } from "../node/serve.ts";
import { studyPaths } from "../node/study-folder.ts";
import { type Fields, int, text } from "../space/field.ts";
import { type CommandContext, command } from "./command.ts";
import { readFrontFile } from "./front-file.ts";
import { pageFiles, playFiles, reportOf, studyPage } from "./page-files.ts";
import { storeOption, studyOption, withStudyFolder } from "./store-option.ts";

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
    return withStudyFolder(place, (folder) => show(folder ?? latestStudy(), context, place.folder || store), {
      refresh: true,
    });
  },
});

/** @param named - where the study is, as the user wrote it; "": not at all */
async function show(
  folder: string,
  { options, out, terminal, signal }: CommandContext<typeof serveFields>,
  named: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new StateError(`${folder} must be the folder of a study, but is none. Explore makes one in runs/.`);
  const place = named || folder; // of a study in a database the folder is a copy that goes with this
  if (out !== undefined) {
    const { front } = studyPaths(folder);
    writeFileAtomic(out, await studyPage(folder, existsSync(front) ? readFrontFile(front) : null));
    terminal.write(`${place}: ${out}`);
    return { folder: place, out };
  }
  const served = await serveFolder({
    folder,
    ...options,
    files: pageFiles(),
    playFiles,
    report: reportOf,
  });
  terminal.write(`${place}: ${served.url}`);
  terminal.note("Ctrl-C ends it.");
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }
  await served.close();
  return { folder: place, url: served.url };
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
