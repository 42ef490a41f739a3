// `explore`: the main job, from a study file to a front and its report.

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../base/errors.ts";
import { hasRelaxedSimd } from "../kernels/load.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { requireWorkers } from "../node/evaluation-pool.ts";
import { runStudyInPostgres } from "../node/postgres-study.ts";
import { readPortableStudy } from "../node/study-exchange.ts";
import { runStudyInFolder, type StudyFolderOptions, studyPaths } from "../node/study-folder.ts";
import { choice, flag, int, text } from "../space/field.ts";
import type { Front } from "../study/front.ts";
import { readStudyFile } from "../study/study-file.ts";
import type { StudyProgress } from "../study/study-ports.ts";
import { command } from "./command.ts";
import { frontSummary } from "./front-summary.ts";
import { studyPage } from "./page-files.ts";
import { serveOptions, serveWhile } from "./serve-while.ts";
import { storeAddress, storeOption, withStudyFolder } from "./store-option.ts";

/** The study that runs when none is named. */
const quickstart = fileURLToPath(new URL("../../studies/quickstart.yaml", import.meta.url));

/** What a piece of each phase is called in the progress line. */
const units: Readonly<Record<StudyProgress["phase"], string>> = {
  train: "epoch",
  reference: "network",
  race: "design",
  search: "trial",
  confirm: "network",
  final: "network",
  report: "",
};

export const explore = command({
  name: "explore",
  about: "Search the design space of a study and report its Pareto front.",
  out: "folder of the study [default: runs/NAME]",
  operands: [{ name: "study", about: "study file [default: the quickstart, on MNIST]", isOptional: true }],
  options: {
    trials: int({
      about: "trials in all instead of the study file's; may grow later",
      unit: "1",
      low: 1,
      high: 1_000_000,
      default: 64,
    }),
    async: flag({ about: "ask trials as workers get free; results then depend on timing", default: false }),
    past: text({
      about: "a study whose trials the search knows from its start: a folder, or a file of study export",
      default: "",
    }),
    store: storeOption,
    tag: text({ about: "with --store: what a worker must have for these trials, e.g. gpu", default: "" }),
    inFlight: int({
      about: "with --store and --async: trials asked for ahead of their results",
      unit: "1",
      low: 1,
      high: 10_000,
      default: 16,
    }),
    heartbeat: int({
      about: "with --store: seconds of silence after which whoever has work of this study is taken for dead",
      unit: "1",
      low: 10,
      high: 3600,
      default: 15,
    }),
    onlyAsk: flag({ about: "with --store: run no trials here, leave them to workers", default: false }),
    kernels: choice({
      about: "kernels of the training; simd gives the same bits on every machine",
      options: ["auto", "simd", "relaxed"],
      default: "auto",
    }),
    ...serveOptions,
  },
  resources: ["memory", "workers"],
  details: [
    "Trains the study's networks, searches designs on validation images, confirms the front under fresh faults and reports it on test images. The folder gets study.yaml, study.sqlite, networks/, front.json and report.html.",
    "Run the same command again to continue after Ctrl-C or a crash; nothing finished is done twice.",
    "With --serve the page is there while this runs; afterwards serve shows the same.",
    "With --store the study is kept in a PostgreSQL database, and its trials are run by whatever `spikefront worker` processes are there, on this machine or others.",
  ],
  examples: [
    "spikefront explore",
    "spikefront explore studies/fashion.yaml --workers 1",
    "spikefront explore --serve --stay",
    "spikefront explore study.yaml --trials 200 --out runs/longer",
    "spikefront explore study.yaml --out runs/next --past runs/longer",
    "spikefront explore study.yaml --store postgres://me@db.example.org/studies --only-ask",
  ],
  async run(context) {
    const { operands, options, given, terminal, signal, memoryBytes } = context;
    const address = storeAddress(options.store);
    const studyPath = operands[0] ?? quickstart;
    const studyText = new TextDecoder().decode(readFileBytes(studyPath));
    const fromFile = readStudyFile(studyText, studyPath);
    const settings = {
      ...fromFile,
      seed: context.seed ?? fromFile.seed,
      search: { ...fromFile.search, trials: given.has("trials") ? options.trials : fromFile.search.trials },
    };
    const cores = availableParallelism();
    const workers = context.workers ?? cores;
    requireWorkers(workers);
    const folder = context.out ?? join("runs", settings.name);
    const build = options.kernels === "auto" ? (hasRelaxedSimd() ? "relaxed" : "simd") : options.kernels;
    terminal.note(
      `study ${settings.name}, seed ${settings.seed}, ${settings.search.trials} trials in ${folder}; ${workers} workers × 1 thread on ${cores} cores, ${build} kernels for training`,
    );
    if (options.serve && options.store !== "")
      throw new UsageError(
        "--serve must not be given with --store: it follows a folder. Leave it out, and watch from beside: spikefront serve --store.",
      );
    return serveWhile({ folder, options, terminal, signal }, async () => {
      const past = options.past === "" ? undefined : await readPortableStudy(options.past);
      const dataset = await loadDataset(settings.data);
      const studyOptions = {
        folder,
        settings,
        studyText,
        studyPath,
        dataset,
        workers,
        memoryBytes,
        isAsync: options.async,
        past,
        build,
        signal,
        onProgress: ({ phase, done, total, best }: StudyProgress) =>
          terminal.progress({ phase, done, total, best, unit: units[phase] }),
        onNote: (line: string) => terminal.note(line),
      } satisfies StudyFolderOptions;
      const front = await (address === undefined
        ? runStudyInFolder(studyOptions)
        : runStudyInPostgres({
            ...studyOptions,
            address,
            tag: options.tag,
            inFlight: options.inFlight,
            onlyAsks: options.onlyAsk,
            queue: { heartbeatSeconds: options.heartbeat },
          }));
      const paths = studyPaths(folder);
      writeFileAtomic(paths.report, await reportPage(folder, front, options.store));
      for (const line of frontSummary(front)) terminal.write(line);
      terminal.write(`report: ${paths.report}`);
      const { recommendation, points, reference, hypervolume, stalled, halving, race, trials } = front;
      return {
        study: settings.name,
        folder,
        front: paths.front,
        report: paths.report,
        points: points.length,
        search: {
          trials: trials.length,
          reference,
          hypervolume: hypervolume.at(-1)?.hypervolume ?? null,
          stalled: stalled ?? null,
          halving: halving ?? null,
          race: race ?? null,
        },
        recommendation,
      };
    });
  },
});

/** Trials that lie in a database are read from there. */
function reportPage(folder: string, front: Front, store: string): Promise<string> {
  if (store === "") return studyPage(folder, front);
  const place = { folder: undefined, store, study: front.study };
  return withStudyFolder(place, (copy) => studyPage(copy ?? folder, front));
}
