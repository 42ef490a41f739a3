// The checkpoint of an event network's training as a file, so that a killed training goes on where it was.

import { existsSync } from "node:fs";
import type { EventCheckpoint } from "../event-gradient/fit-events.ts";
import { readSafetensors, writeSafetensors } from "../formats/safetensors.ts";
import { readFileBytes, writeFileAtomic } from "./atomic-file.ts";

const schema = "spikefront.event-checkpoint";
const version = "1";
const vectors = ["weights", "firstMoment", "secondMoment", "bestWeights"] as const;

/** @param fingerprint - of everything the training depends on; another one starts from scratch */
export function writeEventCheckpoint(path: string, checkpoint: EventCheckpoint, fingerprint: string): void {
  const { epoch, updates, silence, bestEpoch, log } = checkpoint;
  const tensors = Object.fromEntries(
    vectors.map((name) => [name, { shape: [checkpoint[name].length], data: checkpoint[name] }]),
  );
  const state = JSON.stringify({ epoch, updates, silence, bestEpoch, log });
  writeFileAtomic(path, writeSafetensors({ metadata: { schema, version, fingerprint, state }, tensors }));
}

/** @returns undefined when there is none, or one of another training or release */
export function readEventCheckpoint(path: string, fingerprint: string): EventCheckpoint | undefined {
  if (!existsSync(path)) return undefined;
  const { metadata, tensors } = readSafetensors(readFileBytes(path), path);
  const isOurs =
    metadata["schema"] === schema &&
    metadata["version"] === version &&
    metadata["fingerprint"] === fingerprint;
  if (!isOurs) return undefined;
  const state = JSON.parse(metadata["state"]) as Omit<EventCheckpoint, (typeof vectors)[number]>;
  const [weights, firstMoment, secondMoment, bestWeights] = vectors.map(
    (name) => tensors[name].data as Float32Array,
  );
  return { ...state, weights, firstMoment, secondMoment, bestWeights };
}
