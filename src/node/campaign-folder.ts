// A fault campaign in a folder, batch by batch, so that what is finished survives whatever ends the process.
//
//   faults.csv     one row a trial                    appended, then flushed, before campaign.json counts it
//   campaign.json  question, progress, summary        replaced as a whole after every batch
//   margins.f32    float32 [trials, images]           if asked for; little-endian
//
// Rows behind what campaign.json counts are of a batch that was cut off: they are dropped and run again. How large
// batches are depends on how long they take, and no result depends on it.

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { FormatError, InvalidValueError, StateError } from "../base/errors.ts";
import type { CampaignPlan } from "../campaign/campaign-plan.ts";
import type { CampaignSettings } from "../campaign/campaign-settings.ts";
import { campaignSummary, judgeCampaign } from "../campaign/campaign-summary.ts";
import { FaultTable } from "../campaign/fault-table.ts";
import { planCampaign } from "../campaign/plan-campaign.ts";
import type { Dataset, ImageSet, SplitName } from "../data/dataset.ts";
import { splitOf, subset } from "../data/image-set.ts";
import type { Model } from "../model/model.ts";
import { requireImages } from "../pipeline/require-images.ts";
import { readFileBytes, writeFileAtomic } from "./atomic-file.ts";
import { type CampaignEngine, campaignEngine } from "./campaign-engine.ts";
import { type CampaignRecord, newRecord, readRecord, requireSameQuestion } from "./campaign-record.ts";
import { headOf, readRows, rowsOf } from "./campaign-rows.ts";
import { withPath } from "./file-errors.ts";
import { lockFolder } from "./folder-lock.ts";
import type { MeasuredTrials } from "./measured-trials.ts";
import { packageVersion, sourceRevision } from "./source-revision.ts";

export interface CampaignFolderOptions {
  readonly folder: string;
  readonly model: Model;
  /** SHA-256 of the network file. */
  readonly sha256: string;
  readonly settings: CampaignSettings;
  readonly seed: number;
  readonly dataset: Dataset;
  readonly split: SplitName;
  /** First so many of the split; 0: all. */
  readonly images: number;
  readonly hasMargins: boolean;
  readonly threads: number;
  /** Of one thread's kernels. */
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  /** Told how many trials there are and how large margins.f32 will be, before the first one runs. */
  readonly onPlan?: (plan: { trials: number; run: number; marginBytes: number }) => void;
  readonly onProgress?: (done: number, trials: number) => void;
  /** Who runs the trials; absent: threads of this process. */
  readonly openEngine?: (plan: CampaignPlan, images: ImageSet) => CampaignEngine;
}

export interface CampaignOutcome {
  readonly record: CampaignRecord;
  readonly plan: CampaignPlan;
  readonly table: FaultTable;
}

export function campaignPaths(folder: string) {
  return {
    record: join(folder, "campaign.json"),
    faults: join(folder, "faults.csv"),
    margins: join(folder, "margins.f32"),
  };
}

/**
 * Run a campaign, or what is missing of one.
 *
 * @throws {InvalidValueError} for what the network has not, before anything is written
 * @throws {StateError} for a folder in use, or one that holds another campaign
 * @throws {CancelledError} soon after the signal; finished batches are kept
 */
export async function runCampaignInFolder(options: CampaignFolderOptions): Promise<CampaignOutcome> {
  const { folder, model, settings, seed, hasMargins } = options;
  const plan = planCampaign(model, settings, seed);
  const images = imagesOf(options);
  const question = {
    settings,
    network: {
      sha256: options.sha256,
      kind: model.kind,
      weights: model.weightFormat.kind === "int" ? `int${model.weightFormat.bits}` : "float32",
      steps: model.inference?.steps ?? null,
    },
    data: {
      name: options.dataset.name,
      sha256: options.dataset.sha256,
      split: options.split,
      images: images.count,
    },
    seed,
    hasMargins,
    release: packageVersion(),
  };
  const held = readRecord(campaignPaths(folder).record);
  if (held !== undefined) requireSameQuestion(folder, held, question);
  const unlock = lockFolder(folder);
  let engine: CampaignEngine | undefined;
  try {
    const run = openRun(options, plan, images, (head) =>
      newRecord(question, {
        population: plan.population?.size ?? null,
        looks: plan.rule?.looks ?? null,
        planned: plan.trials,
        bytes: { faults: head, margins: 0 },
      }),
    );
    const { table } = run;
    const marginBytes = hasMargins ? 4 * plan.trials * images.count : 0;
    options.onPlan?.({ trials: plan.trials, run: table.count, marginBytes });
    if (run.record.state === "running") {
      engine = options.openEngine?.(plan, images) ?? (await campaignEngine({ ...options, plan, images }));
      await run.runAll(engine, options.onProgress ?? (() => {}));
    }
    return { record: run.record, plan, table };
  } finally {
    await engine?.close();
    unlock();
  }
}

function imagesOf({ dataset, split, images, model }: CampaignFolderOptions): ImageSet {
  if (model.inference?.coding === "events")
    throw new InvalidValueError("network", "must read images for a campaign in a folder", "events");
  const all = splitOf(dataset, split);
  const chosen = images === 0 ? all : subset(all, 0, images);
  requireImages(model, chosen);
  return chosen;
}

/** Take up what the folder holds, or begin. */
function openRun(
  { folder, model, settings, hasMargins }: CampaignFolderOptions,
  plan: CampaignPlan,
  images: ImageSet,
  fresh: (headBytes: number) => CampaignRecord,
): CampaignRun {
  const paths = campaignPaths(folder);
  const head = headOf(plan);
  const held = readRecord(paths.record);
  const table = new FaultTable(plan.trials);
  if (held === undefined) {
    if (existsSync(paths.faults))
      throw new StateError(
        `${paths.faults} must not be there without its campaign.json. Choose another folder with --out.`,
      );
    const record = fresh(head.length);
    writeFileAtomic(paths.record, `${JSON.stringify(record, null, 1)}\n`);
    appendBytes(paths.faults, head);
    return new CampaignRun({ folder, model, settings, plan, images, table, record });
  }
  const { bytes, trials } = held;
  // The record is there before its first row.
  if (!existsSync(paths.faults) && trials.run === 0) appendBytes(paths.faults, head);
  cutBehind(paths.faults, bytes.faults, head);
  if (hasMargins && bytes.margins > 0) cutBehind(paths.margins, bytes.margins);
  else if (existsSync(paths.margins)) rmSync(paths.margins);
  readRows(readFileBytes(paths.faults), paths.faults, trials.run, table);
  return new CampaignRun({ folder, model, settings, plan, images, table, record: held });
}

/** @throws {FormatError} for a file that holds less than was written */
function cutBehind(path: string, bytes: number, head = ""): void {
  withPath(path, () => {
    if (statSync(path).size < bytes && bytes === head.length) {
      rmSync(path);
      appendBytes(path, head);
    }
    const { size } = statSync(path);
    if (size < bytes)
      throw new FormatError(
        path,
        `must hold ${bytes} bytes`,
        size,
        "Begin anew in another folder with --out.",
      );
    if (size > bytes) truncateSync(path, bytes);
  });
}

/** @returns how many */
function appendBytes(path: string, contents: string | Uint8Array): number {
  return withPath(path, () => {
    const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
    const file = openSync(path, "a");
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return bytes.length;
  });
}

/** Time a batch should take. */
const batchMs = 8000;
const largestBatch = 65_536;
const drawsAtFirst = 8;

interface RunState {
  readonly folder: string;
  readonly model: Model;
  readonly settings: CampaignSettings;
  readonly plan: CampaignPlan;
  readonly images: ImageSet;
  readonly table: FaultTable;
  readonly record: CampaignRecord;
}

class CampaignRun {
  readonly #state: RunState;
  record: CampaignRecord;

  constructor(state: RunState) {
    this.#state = state;
    this.record = state.record;
  }

  get table(): FaultTable {
    return this.#state.table;
  }

  async runAll(engine: CampaignEngine, onProgress: (done: number, trials: number) => void): Promise<void> {
    const { plan, table } = this.#state;
    let size = plan.population === null ? drawsAtFirst : engine.firstBatch;
    while (!this.#isDone()) {
      const from = table.count;
      const look = plan.rule?.looks.find((count) => count > from) ?? plan.trials;
      const to = Math.min(engine.endOf?.(from) ?? from + Math.round(size), look);
      const startMs = performance.now();
      onProgress(from, plan.trials);
      const measured = await engine.run({ from, to }, (share) =>
        onProgress(from + Math.floor(share * (to - from)), plan.trials),
      );
      this.#keep(plan.part(from, to), measured);
      const factor = batchMs / Math.max(1, performance.now() - startMs);
      // A batch that was cut short at a look says little about the next.
      if (to - from >= size / 2)
        size = Math.min(largestBatch, Math.max(1, size * Math.min(16, Math.max(0.25, factor))));
    }
    this.#end();
  }

  #isDone(): boolean {
    const { plan, table } = this.#state;
    const look = plan.rule?.looks.indexOf(table.count) ?? -1;
    if (look < 0) return table.count === plan.trials;
    const { isDone, interval } = judgeCampaign(this.#result(), look);
    if (isDone) this.record = { ...this.record, stop: { look: look + 1, critical: interval } };
    return isDone;
  }

  #keep(part: ReturnType<CampaignPlan["part"]>, { counts, margins }: MeasuredTrials): void {
    const { folder, model, plan, table } = this.#state;
    const paths = campaignPaths(folder);
    const from = table.count;
    const { bytes, commits } = this.record;
    const faults = bytes.faults + appendBytes(paths.faults, rowsOf({ model, plan, from, part, counts }));
    const marginBytes = margins === null ? 0 : appendBytes(paths.margins, littleEndian(margins));
    const indices = part.kind === "singles" ? part.indices : null;
    table.append(indices ?? Array.from({ length: counts.trials }, (_, k) => from + k), counts);
    const commit = sourceRevision();
    this.#write({
      bytes: { faults, margins: bytes.margins + marginBytes },
      commits: commits.includes(commit) ? commits : [...commits, commit],
      trials: { planned: plan.trials, run: table.count },
      goldenCorrect: counts.goldenCorrect,
    });
  }

  #end(): void {
    this.#write({ state: "complete", summary: campaignSummary(this.#result()) });
  }

  #result() {
    const { model, settings, plan, table, images } = this.#state;
    return { model, settings, plan, table, images: images.count, goldenCorrect: this.record.goldenCorrect };
  }

  #write(changes: Partial<CampaignRecord>): void {
    this.record = { ...this.record, ...changes };
    writeFileAtomic(campaignPaths(this.#state.folder).record, `${JSON.stringify(this.record, null, 1)}\n`);
  }
}

function littleEndian(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.byteLength));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
  return new Uint8Array(view.buffer);
}
