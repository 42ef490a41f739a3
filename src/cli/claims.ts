// `claims`: the claims of a paper, written down in a study file, tested.

import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { kernelHash } from "../kernels/load.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import { requireWorkers } from "../node/evaluation-pool.ts";
import { lockFolder } from "../node/folder-lock.ts";
import { packageVersion, sourceRevision } from "../node/source-revision.ts";
import { flag } from "../space/field.ts";
import { type ClaimsDocument, openClaims } from "../study/claims/claims-document.ts";
import { readConversionClaims } from "../study/claims/claims-file.ts";
import type { ClaimsProgress } from "../study/claims/claims-ports.ts";
import type { ClaimsResult } from "../study/claims/claims-result.ts";
import { quickSettings } from "../study/claims/claims-settings.ts";
import { readEventClaims } from "../study/claims/events/event-claims-file.ts";
import type { EventClaimsResult } from "../study/claims/events/event-claims-result.ts";
import { quickEventSettings } from "../study/claims/events/event-claims-settings.ts";
import { runEventClaims } from "../study/claims/events/run-event-claims.ts";
import { runClaims } from "../study/claims/run-claims.ts";
import { runSkipClaims } from "../study/claims/skips/run-skip-claims.ts";
import { readSkipClaims } from "../study/claims/skips/skip-claims-file.ts";
import type { SkipClaimsResult } from "../study/claims/skips/skip-claims-result.ts";
import { quickSkipSettings } from "../study/claims/skips/skip-claims-settings.ts";
import { claimsPorts } from "./claims-folder.ts";
import { claimsReport, claimsTable } from "./claims-report.ts";
import { type CommandContext, command } from "./command.ts";
import { eventClaimsFigures } from "./event-claims-figures.ts";
import { eventClaimsPorts } from "./event-claims-folder.ts";
import { eventClaimsReport, eventClaimsTable } from "./event-claims-report.ts";
import { skipClaimsFigures } from "./skip-claims-figures.ts";
import { skipClaimsPorts } from "./skip-claims-folder.ts";
import { skipClaimsReport, skipClaimsTable } from "./skip-claims-report.ts";

export const claims = command({
  name: "claims",
  about: "Test the claims of a paper, as a study file states them.",
  out: "folder of the run [default: runs/NAME, or runs/NAME-quick]",
  operands: [{ name: "study", about: "file of the claims, schema spikefront.claims/1" }],
  options: {
    quick: flag({ about: "a small run that only shows that all works", default: false }),
  },
  resources: ["memory", "workers"],
  details: [
    "Trains the networks, picks designs on validation images, and compares ANN, clipped ANN, clipped ANN of T levels and SNN on test images under the same weight bit flips. The folder gets claims.yaml, networks/, pieces/, result.json and report.md.",
    "Of claims about event networks (kind: events): trains networks of one spike and of many, and compares their accuracy, training, spikes, latency and robustness on test samples; the folder gets figures.svg as well.",
    "Of claims about skip connections (kind: skips): trains networks without skips, with all added and all concatenated, searches for better ones, and compares accuracy, firing rates, energy and searches; the folder gets figures.svg, too. Data sets that are not on this machine are left out and said.",
    "Run the same command again to continue after Ctrl-C or a crash; nothing measured is measured twice.",
  ],
  examples: [
    "spikefront claims studies/sharifian.yaml --quick",
    "spikefront claims studies/sharifian.yaml --workers 2 --out runs/sharifian",
  ],
  async run(context) {
    const { operands, options, terminal } = context;
    const text = new TextDecoder().decode(readFileBytes(operands[0]));
    const document = openClaims(text, operands[0]);
    const study = kinds[document.kind](document, context);
    const { name, seed } = study;
    const workers = context.workers ?? availableParallelism();
    requireWorkers(workers);
    const folder = context.out ?? join("runs", `${name}${options.quick ? "-quick" : ""}`);
    const path = (file: string): string => join(folder, file);
    terminal.note(`claims ${name}, seed ${seed}, in ${folder}; ${workers} threads`);
    const unlock = lockFolder(folder);
    try {
      writeFileAtomic(path("claims.yaml"), text);
      const onProgress = ({ share, doing }: ClaimsProgress): void => {
        const done = Math.floor(1000 * share) / 10;
        terminal.progress({ phase: name, unit: "per cent", done, total: 100, best: "" });
        terminal.event("piece", { doing });
      };
      const { found, report, table, figures } = await study.answer({ folder, workers, onProgress });
      const versions = {
        spikefront: packageVersion(),
        commit: sourceRevision(),
        node: process.versions.node,
        kernels: `simd ${kernelHash("simd").slice(0, 12)}`,
      };
      const command = `spikefront claims ${operands[0]}${options.quick ? " --quick" : ""}`;
      const { commit } = versions;
      const machine = `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores`;
      const result = { command, commit, seed, versions, machine, ...found };
      writeFileAtomic(path("result.json"), `${rowsOf(result)}\n`);
      const about = Object.entries(versions).map(([part, version]) => `${part} ${version}`);
      writeFileAtomic(path("report.md"), report([`${about.join(", ")}; seed ${seed}`]));
      if (figures !== undefined) writeFileAtomic(path("figures.svg"), figures);
      for (const line of table) terminal.write(line);
      terminal.write(`report: ${path("report.md")}`);
      const answers = found.claims.map(({ claim, stated }) => ({ id: claim.id, verdict: stated.verdict }));
      return { claims: answers, result: path("result.json"), report: path("report.md") };
    } finally {
      unlock();
    }
  },
});

interface ClaimsRun {
  readonly folder: string;
  readonly workers: number;
  readonly onProgress: (progress: ClaimsProgress) => void;
}

interface AnsweredClaims {
  readonly found: ClaimsResult | EventClaimsResult | SkipClaimsResult;
  readonly report: (about: readonly string[]) => string;
  readonly table: readonly string[];
  /** A picture, where the report has one beside it. */
  readonly figures?: string;
}

/** One kind of claims: how they are answered and told. */
interface ClaimsStudy {
  readonly name: string;
  readonly seed: number;
  readonly answer: (run: ClaimsRun) => Promise<AnsweredClaims>;
}

type Context = Pick<CommandContext, "seed" | "memoryBytes" | "signal"> & {
  readonly options: { readonly quick: boolean };
};

function conversionClaims(document: ClaimsDocument, { options, ...context }: Context): ClaimsStudy {
  const fromFile = readConversionClaims(document);
  const seeded = { ...fromFile, seed: context.seed ?? fromFile.seed };
  const settings = options.quick ? quickSettings(seeded) : seeded;
  return {
    ...settings,
    answer: async (run) => {
      const { memoryBytes, signal } = context;
      const ports = claimsPorts({ ...run, settings, memoryBytes, signal });
      const found = await runClaims(ports, settings, options.quick);
      return { found, report: (about) => claimsReport(found, about), table: claimsTable(found) };
    },
  };
}

function eventClaims(document: ClaimsDocument, { options, ...context }: Context): ClaimsStudy {
  const fromFile = readEventClaims(document);
  const seeded = { ...fromFile, seed: context.seed ?? fromFile.seed };
  const settings = options.quick ? quickEventSettings(seeded) : seeded;
  return {
    ...settings,
    answer: async (run) => {
      const { memoryBytes, signal } = context;
      const ports = await eventClaimsPorts({ ...run, memoryBytes, signal });
      const found = await runEventClaims(ports, settings, options.quick);
      return {
        found,
        report: (about) => eventClaimsReport(found, about),
        table: eventClaimsTable(found),
        figures: eventClaimsFigures(found),
      };
    },
  };
}

function skipClaims(document: ClaimsDocument, { options, ...context }: Context): ClaimsStudy {
  const fromFile = readSkipClaims(document);
  const seeded = { ...fromFile, seed: context.seed ?? fromFile.seed };
  const settings = options.quick ? quickSkipSettings(seeded) : seeded;
  return {
    ...settings,
    answer: async (run) => {
      const { memoryBytes, signal } = context;
      const ports = skipClaimsPorts({ ...run, memoryBytes, signal });
      const found = await runSkipClaims(ports, settings, options.quick);
      return {
        found,
        report: (about) => skipClaimsReport(found, about),
        table: skipClaimsTable(found),
        figures: skipClaimsFigures(found),
      };
    },
  };
}

const kinds = { conversion: conversionClaims, events: eventClaims, skips: skipClaims } as const;

/** JSON whose innermost objects and lists take a line each. */
function rowsOf(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(
    /[{[][^{}[\]"]*(?:"(?:[^"\\]|\\.)*"[^{}[\]"]*)*[}\]]/g,
    (inner) => inner.replace(/\n\s*/g, " "),
  );
}
