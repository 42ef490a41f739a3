// faults.csv: one row a fault or draw, and at its end the images of each outcome.
//
//   index,target,layer,element,output,input,bit,step,masked,drift5,…,healed       single faults
//   draw,faults,masked,drift5,…,healed                                            draws of a fault model
// `output` and `input` are row and column of dense weights, channel and tap of a convolution's; for the rest
// output is the element. Bit and step are empty where the whole element, or every step, is struck.

import { FormatError } from "../base/errors.ts";
import type { CampaignPlan } from "../campaign/campaign-plan.ts";
import type { FaultCounts } from "../campaign/fault-counts.ts";
import { faultOutcomes } from "../campaign/fault-outcome.ts";
import type { FaultTable } from "../campaign/fault-table.ts";
import { siteGeometry } from "../campaign/site-geometry.ts";
import type { TrialPlan } from "../campaign/trial-plan.ts";
import type { Model } from "../model/model.ts";

const width = faultOutcomes.length;

export function headOf({ population }: CampaignPlan): string {
  const place =
    population === null
      ? ["draw", "faults"]
      : ["index", "target", "layer", "element", "output", "input", "bit", "step"];
  return `${[...place, ...faultOutcomes].join(",")}\n`;
}

export interface RowsToWrite {
  readonly model: Model;
  readonly plan: CampaignPlan;
  /** Number of the first trial. */
  readonly from: number;
  /** What was run. */
  readonly part: TrialPlan;
  readonly counts: FaultCounts;
}

/** Rows of some trials, each with its end of line. */
export function rowsOf({ model, plan, from, part, counts }: RowsToWrite): string {
  const place =
    part.kind === "singles"
      ? places(model, plan, part)
      : draws(part.kind === "lists" ? part.lists : part.jitters, from);
  let rows = "";
  for (let k = 0; k < counts.trials; k++) {
    rows += place(k);
    for (let code = 0; code < width; code++) rows += `,${counts.outcomes[k * width + code]}`;
    rows += "\n";
  }
  return rows;
}

function draws(lists: readonly (readonly unknown[])[], from: number): (k: number) => string {
  return (k) => `${from + k},${lists[k].length}`;
}

function places(model: Model, { population }: CampaignPlan, part: TrialPlan): (k: number) => string {
  const indices = part.kind === "singles" ? part.indices : null;
  if (population === null || indices === null) throw new TypeError("single faults without their indices");
  const geometries = new Map(population.sites.map((sites) => [sites, siteGeometry(model, sites)]));
  return (k) => {
    const { sites, element, bit, step } = population.placeOf(indices[k]);
    const perOutput = geometries.get(sites)?.perOutput ?? 1;
    const input = perOutput === 1 ? "" : element % perOutput;
    const output = Math.floor(element / perOutput);
    return `${indices[k]},${sites.target},${quoted(sites.layer)},${element},${output},${input},${bit ?? ""},${step ?? ""}`;
  };
}

/** RFC 4180: quotes where a separator is within. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const comma = 0x2c;
const newLine = 0x0a;

/**
 * Read what `rowsOf` wrote into an empty table: the first and the last eight numbers of each row.
 *
 * @param bytes - the whole file, head included
 * @param trials - rows there must be
 * @throws {FormatError} for other contents
 */
export function readRows(bytes: Uint8Array, path: string, trials: number, table: FaultTable): void {
  const isNumber = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
  const wrong = (row: number): FormatError =>
    new FormatError(
      `${path} row ${row + 1}`,
      "must end in eight counts of images, as it was written",
      "something else",
      "Was it edited? Begin anew in another folder with --out.",
    );
  let start = bytes.indexOf(newLine) + 1;
  const counts = new Uint32Array(width);
  for (let row = 0; row < trials; row++) {
    const end = bytes.indexOf(newLine, start);
    if (end < 0) throw wrong(row);
    let at = end - 1;
    for (let code = width - 1; code >= 0; code--) {
      let value = 0;
      let place = 1;
      for (; at > start && isNumber(bytes[at]); at--, place *= 10) value += (bytes[at] - 0x30) * place;
      if (bytes[at] !== comma || place === 1) throw wrong(row);
      counts[code] = value;
      at--;
    }
    let index = 0;
    for (at = start; isNumber(bytes[at]); at++) index = index * 10 + bytes[at] - 0x30;
    if (bytes[at] !== comma || at === start) throw wrong(row);
    table.append([index], { outcomes: counts });
    start = end + 1;
  }
}
