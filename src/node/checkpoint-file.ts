// A training's checkpoint as a file, so that a killed training goes on where it was.

import { existsSync } from "node:fs";
import type { Checkpoint, EpochLog } from "../ann/fit.ts";
import { readSafetensors, writeSafetensors } from "../formats/safetensors.ts";
import type { Tensor } from "../model/model.ts";
import { readFileBytes, writeFileAtomic } from "./atomic-file.ts";

const schema = "spikefront.checkpoint";
const version = "1";
const vectors = [
  "parameters",
  "statistics",
  "firstMoment",
  "secondMoment",
  "bestParameters",
  "bestStatistics",
] as const;

/** @param fingerprint - of everything the training depends on; another one starts from scratch */
export function writeCheckpoint(path: string, checkpoint: Checkpoint, fingerprint: string): void {
  const { epoch, updates, bestEpoch, log } = checkpoint;
  const tensors: Record<string, Tensor> = {};
  for (const name of vectors) tensors[name] = { shape: [checkpoint[name].length], data: checkpoint[name] };
  const state = JSON.stringify({ epoch, updates, bestEpoch, log });
  writeFileAtomic(path, writeSafetensors({ metadata: { schema, version, fingerprint, state }, tensors }));
}

/** @returns undefined when there is none, or one of another training or release */
export function readCheckpoint(path: string, fingerprint: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined;
  const { metadata, tensors } = readSafetensors(readFileBytes(path), path);
  if (
    metadata["schema"] !== schema ||
    metadata["version"] !== version ||
    metadata["fingerprint"] !== fingerprint
  )
    return undefined;
  const state = JSON.parse(metadata["state"]) as {
    epoch: number;
    updates: number;
    bestEpoch: number;
    log: EpochLog[];
  };
  const [parameters, statistics, firstMoment, secondMoment, bestParameters, bestStatistics] = vectors.map(
    (name) => tensors[name].data as Float32Array,
  );
  return { ...state, parameters, statistics, firstMoment, secondMoment, bestParameters, bestStatistics };
}
