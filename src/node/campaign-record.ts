// campaign.json: what a campaign was asked, on what, by which source, how far it is, and what it found.

import { existsSync } from "node:fs";
import { FormatError, StateError } from "../base/errors.ts";
import type { CampaignSettings } from "../campaign/campaign-settings.ts";
import type { CampaignSummary } from "../campaign/campaign-summary.ts";
import type { SplitName } from "../data/dataset.ts";
import type { Interval } from "../statistics/interval.ts";
import { readFileBytes } from "./atomic-file.ts";

const schema = "spikefront.campaign";
const version = 1;

/** What must be the same for a campaign to be continued. */
export interface CampaignQuestion {
  readonly settings: CampaignSettings;
  readonly network: {
    /** Of the network file. */
    readonly sha256: string;
    readonly kind: "ann" | "snn";
    readonly weights: string;
    readonly steps: number | null;
  };
  readonly data: {
    readonly name: string;
    readonly sha256: string;
    readonly split: SplitName;
    readonly images: number;
  };
  readonly seed: number;
  readonly hasMargins: boolean;
  /** Of spikefront. */
  readonly release: string;
}

export interface CampaignRecord extends CampaignQuestion {
  readonly schema: typeof schema;
  readonly version: typeof version;
  /** Commits that ran parts of it. */
  readonly commits: readonly string[];
  /** Faults to sample from; null for draws. */
  readonly population: number | null;
  readonly trials: { readonly planned: number; readonly run: number };
  /** Looks of the stopping rule, fixed before the first trial. */
  readonly looks: readonly number[] | null;
  /** Bytes of faults.csv and margins.f32 that are whole; what is behind them is written again. */
  readonly bytes: { readonly faults: number; readonly margins: number };
  readonly state: "running" | "complete";
  /** Images whose class is right without faults. */
  readonly goldenCorrect: number;
  /** The rate of critical faults at the look that ended the campaign; holds with the stated confidence. */
  readonly stop: { readonly look: number; readonly critical: Interval } | null;
  /** null while what was run is no sample of the whole. */
  readonly summary: CampaignSummary | null;
}

export function newRecord(
  question: CampaignQuestion,
  more: Pick<CampaignRecord, "population" | "looks" | "bytes"> & { readonly planned: number },
): CampaignRecord {
  const { planned, ...rest } = more;
  return {
    schema,
    version,
    ...question,
    ...rest,
    commits: [],
    trials: { planned, run: 0 },
    state: "running",
    goldenCorrect: 0,
    stop: null,
    summary: null,
  };
}

/**
 * @returns undefined where there is none
 * @throws {FormatError} for another file, or one of another release
 */
export function readRecord(path: string): CampaignRecord | undefined {
  if (!existsSync(path)) return undefined;
  let record: Partial<CampaignRecord> | null;
  try {
    record = JSON.parse(new TextDecoder().decode(readFileBytes(path)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new FormatError(path, "must be JSON", error.message, "Choose another folder with --out.");
  }
  if (record?.schema === schema && record.version === version) return record as CampaignRecord;
  throw new FormatError(
    path,
    `must be version ${version} of ${schema}`,
    `${record?.schema} ${record?.version}`,
    "Choose another folder with --out.",
  );
}

/** @throws {StateError} naming everything that differs from what the folder's campaign was asked */
export function requireSameQuestion(folder: string, held: CampaignRecord, asked: CampaignQuestion): void {
  const differences = (Object.keys(asked) as (keyof CampaignQuestion)[]).flatMap((name) =>
    differing(name, held[name], asked[name]),
  );
  if (differences.length === 0) return;
  throw new StateError(
    `${folder} must hold the same campaign to be continued, but differs in ${differences.join("; ")}. Choose another folder with --out.`,
  );
}

function differing(name: string, held: unknown, asked: unknown): readonly string[] {
  if (typeof asked !== "object" || asked === null || typeof held !== "object" || held === null)
    return held === asked ? [] : [`${name} (${show(held)} there, ${show(asked)} asked)`];
  const names = new Set([...Object.keys(held), ...Object.keys(asked)]);
  return [...names].flatMap((key) =>
    differing(`${name}.${key}`, held[key as keyof typeof held], asked[key as keyof typeof asked]),
  );
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
