// Do our studies lose anything in Optuna, and its studies in ours? Counts of differences; the goal is none. Needs
// Python with optuna, named by SPIKEFRONT_PEERS_PYTHON; times are compared in UTC.

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readPortableStudy, studyFormatOf, writeStudyFile } from "../src/node/study-exchange.ts";
import type { PortableStudy } from "../src/study/exchange/portable-study.ts";
import { madeStudy } from "../test/made-study.ts";
import { differences, type ToldStudy } from "../test/told-study.ts";
import { type PeerFailure, PeerProcess } from "./peer-process.ts";
import { type BenchReport, type BenchRow, benchReport, benchRow } from "./report.ts";

const continued = 3;

export async function run({ quick }: { readonly quick: boolean }): Promise<BenchReport> {
  process.env["TZ"] = "UTC"; // the peer's, too: its journal tells local times
  const peer = PeerProcess.start("optuna_study.py");
  const rows: BenchRow[] = [];
  let version = "not run";
  if (peer === undefined) {
    const note = "not run: name a Python with optuna in SPIKEFRONT_PEERS_PYTHON";
    rows.push(
      benchRow({
        case: "exchange with Optuna",
        unit: "differences",
        ours: Number.NaN,
        better: "lower",
        note,
      }),
    );
  } else {
    try {
      for (const end of [".db", ".log"]) {
        const { rows: found, version: told } = await exchange(peer, end, quick ? 12 : 200);
        rows.push(...found);
        version = told;
      }
    } finally {
      peer.close();
    }
  }
  return benchReport({ name: "optuna-exchange", threads: 1, quick, versions: { optuna: version }, rows });
}

async function exchange(
  peer: PeerProcess,
  end: string,
  trials: number,
): Promise<{ readonly rows: readonly BenchRow[]; readonly version: string }> {
  const [ours, theirs, again] = ["ours", "theirs", "again"].map((name) => join(peer.folder, name + end));
  const format = studyFormatOf(ours);
  const study = madeStudy(trials);
  writeStudyFile(ours, format, study);
  const told = await ask<ToldStudy>(peer, { op: "tell", path: ours, study: study.name });
  const lost = differences(study, told).length;

  await ask(peer, { op: "continue", path: ours, study: study.name, trials: continued });
  const after = await readPortableStudy(ours);
  // Optuna takes the trial that waits first, and adds the others.
  const ended = study.trials.filter(({ state }) => state !== "waiting");
  const changed = ended.filter((trial) => !isDeepStrictEqual(after.trials[trial.number], trial)).length;
  const complete = ({ trials: all }: PortableStudy): number =>
    all.filter(({ state }) => state === "complete").length;
  const missing = complete(study) + continued - complete(after);

  await ask(peer, { op: "make", path: theirs });
  let back = 0;
  for (const name of ['first "s"', "second"]) {
    const read = await readPortableStudy(theirs, name);
    const path = join(peer.folder, `${name.length}${again.slice(peer.folder.length + 1)}`);
    writeStudyFile(path, format, read);
    const before = await ask<ToldStudy>(peer, { op: "tell", path: theirs, study: name });
    const now = await ask<ToldStudy>(peer, { op: "tell", path, study: name });
    back += differences(read, before).length + (isDeepStrictEqual(now, before) ? 0 : 1);
  }
  const row = (name: string, value: number, note: string): BenchRow =>
    benchRow({
      case: `${format}: ${name}`,
      unit: "differences",
      ours: value,
      goal: 0,
      better: "lower",
      note,
    });
  return {
    version: told.version,
    rows: [
      row("ours read by Optuna", lost, `${trials} trials, every kind of field and state`),
      row(
        "ours continued by Optuna and read back",
        changed + Math.abs(missing),
        `${continued} trials by its TPE`,
      ),
      row("Optuna's read and written again", back, "every kind of parameter, value and state"),
    ],
  };
}

async function ask<A>(peer: PeerProcess, command: object): Promise<A> {
  const answer = await peer.ask<A>(command);
  const { error } = answer as PeerFailure;
  if (error !== undefined) throw new Error(`${JSON.stringify(command)}: ${error}`);
  return answer as A;
}
