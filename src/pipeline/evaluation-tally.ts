// What an evaluation has counted so far, so that it goes on with more images instead of beginning anew.
//
// An evaluation is made of sums over images, and of a few things that are not: percentiles of operations need every
// image's, silent and saturated neurons which they were, the hash of the decisions every decision, and what a
// protection costs is rounded once, from sums. So the tally keeps the simulation's own result, which is joined
// image by image (simulate/simulation-result.ts), and everything else is told from the joined one: an evaluation
// that goes on is that of all images in one go, to the last bit.
//
// JSON, so that a store can hold it: bytes as base64, flags as packed bits.

import type { SimulationLayer, SimulationResult } from "../simulate/simulation-result.ts";
import type { FaultResult, NoiseResult } from "./evaluation.ts";

type TalliedLayer = Omit<
  SimulationLayer,
  "everFired" | "everSaturated" | "potentialLow" | "potentialHigh"
> & {
  /** A bit a neuron, the first the lowest of the first byte. base64 */
  readonly everFired: string;
  readonly everSaturated: string;
  /** In words, since JSON has no infinity. */
  readonly potentialLow: string;
  readonly potentialHigh: string;
};

type TalliedRun = Omit<SimulationResult, "predictions" | "operationsPerImage" | "layers"> & {
  /** A byte an image. base64 */
  readonly predictions: string;
  readonly operationsPerImage: readonly number[];
  readonly layers: readonly TalliedLayer[];
};

/** What was counted on the first images of an evaluation. */
export interface EvaluationTally {
  /** SHA-256 of the network file. */
  readonly network: string;
  readonly images: number;
  readonly run: TalliedRun;
  readonly faults: readonly FaultResult[];
  readonly noise?: NoiseResult;
}

export function talliedRun(result: SimulationResult): TalliedRun {
  return {
    ...result,
    predictions: toBase64(result.predictions),
    operationsPerImage: Array.from(result.operationsPerImage),
    layers: result.layers.map((layer) => ({
      ...layer,
      everFired: toBase64(packed(layer.everFired)),
      everSaturated: toBase64(packed(layer.everSaturated)),
      potentialLow: String(layer.potentialLow),
      potentialHigh: String(layer.potentialHigh),
    })),
  };
}

/** The simulation's result again. */
export function runOfTally({ run }: Pick<EvaluationTally, "run">): SimulationResult {
  return {
    ...run,
    predictions: fromBase64(run.predictions),
    operationsPerImage: Float64Array.from(run.operationsPerImage),
    layers: run.layers.map((layer) => ({
      ...layer,
      everFired: unpacked(fromBase64(layer.everFired), layer.neurons),
      everSaturated: unpacked(fromBase64(layer.everSaturated), layer.neurons),
      potentialLow: Number(layer.potentialLow),
      potentialHigh: Number(layer.potentialHigh),
    })),
  };
}

function packed(flags: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  for (let i = 0; i < flags.length; i++) if (flags[i] !== 0) bytes[i >> 3] |= 1 << (i & 7);
  return bytes;
}

/** Layers without neurons have no flags. */
function unpacked(bytes: Uint8Array, neurons: number): Uint8Array {
  const length = bytes.length === 0 ? 0 : neurons;
  return Uint8Array.from({ length }, (_, i) => (bytes[i >> 3] >> (i & 7)) & 1);
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  const bytes = atob(text);
  return Uint8Array.from({ length: bytes.length }, (_, i) => bytes.charCodeAt(i));
}
