// `claims`: the claims of a paper, written down in a study file, tested.

import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { kernelHash } from "../kernels/load.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import { requireWorkers } from "../node/evaluation-pool.ts";
import { lockFolder } from "../node/folder-lock.ts";
import { packageVersion, sourceRevision } from "../node/source-revision.ts";
import { flag } from "../space/field.ts";
import { readClaimsFile } from "../study/claims/claims-file.ts";
import { quickSettings } from "../study/claims/claims-settings.ts";
import { runClaims } from "../study/claims/run-claims.ts";
import { claimsPorts } from "./claims-folder.ts";
import { claimsReport, claimsTable } from "./claims-report.ts";
import { command } from "./command.ts";

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
    "Run the same command again to continue after Ctrl-C or a crash; nothing measured is measured twice.",
  ],
  examples: [
    "spikefront claims studies/sharifian.yaml --quick",
    "spikefront claims studies/sharifian.yaml --workers 2 --out runs/sharifian",
  ],
  async run(context) {
    const { operands, options, terminal, signal, memoryBytes } = context;
    const text = new TextDecoder().decode(readFileBytes(operands[0]));
    const fromFile = readClaimsFile(text, operands[0]);
    const seeded = { ...fromFile, seed: context.seed ?? fromFile.seed };
    const settings = options.quick ? quickSettings(seeded) : seeded;
    const workers = context.workers ?? availableParallelism();
    requireWorkers(workers);
    const folder = context.out ?? join("runs", `${settings.name}${options.quick ? "-quick" : ""}`);
    const path = (name: string): string => join(folder, name);
    terminal.note(`claims ${settings.name}, seed ${settings.seed}, in ${folder}; ${workers} threads`);
    const unlock = lockFolder(folder);
    try {
      writeFileAtomic(path("claims.yaml"), text);
      const ports = claimsPorts({
        folder,
        settings,
        workers,
        memoryBytes,
        signal,
        onProgress: ({ share, doing }) => {
          const done = Math.floor(1000 * share) / 10;
          terminal.progress({ phase: settings.name, unit: "per cent", done, total: 100, best: "" });
          terminal.event("piece", { doing });
        },
      });
      const found = await runClaims(ports, settings, options.quick);
      const versions = {
        spikefront: packageVersion(),
        commit: sourceRevision(),
        node: process.versions.node,
        kernels: `simd ${kernelHash("simd").slice(0, 12)}`,
      };
      const command = `spikefront claims ${operands[0]}${options.quick ? " --quick" : ""}`;
      const { commit } = versions;
      const machine = `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores`;
      const result = { command, commit, seed: settings.seed, versions, machine, ...found };
      writeFileAtomic(path("result.json"), `${rowsOf(result)}\n`);
      const about = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
      writeFileAtomic(
        path("report.md"),
        claimsReport(result, [`${about.join(", ")}; seed ${settings.seed}`]),
      );
      for (const line of claimsTable(result)) terminal.write(line);
      terminal.write(`report: ${path("report.md")}`);
      const answers = result.claims.map(({ claim, stated }) => ({ id: claim.id, verdict: stated.verdict }));
      return { claims: answers, result: path("result.json"), report: path("report.md") };
    } finally {
      unlock();
    }
  },
});

/** JSON whose innermost objects and lists take a line each. */
function rowsOf(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(
    /[{[][^{}[\]"]*(?:"(?:[^"\\]|\\.)*"[^{}[\]"]*)*[}\]]/g,
    (inner) => inner.replace(/\n\s*/g, " "),
  );
}
