// What faults cost a trained network: bits that flip in its weights, stored in 8 bits, and neurons that never fire.
//
// A dead neuron is one whose threshold no potential reaches. Those of projections can die as all others; the output,
// which does not fire, cannot.

import type { IsCancelled } from "../base/cancel.ts";
import { Random } from "../base/random.ts";
import { quantiseWeights } from "../convert/quantise-weights.ts";
import { drawFlips, flippedWeights, type StoredWeights } from "../fault/weight-bit-flip.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model, Tensor } from "../model/model.ts";
import { inferShapes, sizeOf } from "../model/shapes.ts";
import { countCorrect } from "./measure-skips.ts";
import type { SkipSamples } from "./skip-samples.ts";

export const skipFaults = ["bitFlips", "deadNeurons"] as const;
export type SkipFault = (typeof skipFaults)[number];

export interface SkipFaultSettings {
  /** Draws of each fault and chance. */
  readonly draws: number;
  /** Chances that a bit of a weight flips, and that a neuron is dead. */
  readonly chances: Readonly<Record<SkipFault, readonly number[]>>;
}

export interface SkipFaultFigures {
  readonly images: number;
  /** With 8-bit weights and no fault. */
  readonly correct: number;
  readonly struck: readonly {
    readonly fault: SkipFault;
    readonly chance: number;
    /** By draw. */
    readonly correct: readonly number[];
  }[];
}

/**
 * @param trained - float32, batch norm folded
 * @param options.seed - names the draws
 */
export function strikeSkips(
  kernels: Kernels,
  trained: Model,
  options: {
    readonly samples: SkipSamples;
    readonly faults: SkipFaultSettings;
    readonly seed: number;
    readonly isCancelled: IsCancelled;
  },
): SkipFaultFigures {
  const { samples, faults, seed, isCancelled } = options;
  const stored = quantiseWeights(trained, 8);
  const clean = decoded(trained, stored);
  const count = (model: Model): number => countCorrect(kernels, model, { images: samples, isCancelled });
  const struck = skipFaults.flatMap((fault) =>
    faults.chances[fault].map((chance) => {
      const correct = Array.from({ length: faults.draws }, (_, index) => {
        const key = { seed, trial: -1, purpose: `skips ${fault} ${chance}`, index };
        if (fault === "deadNeurons") return count(withDeadNeurons(clean, chance, key));
        return count(
          decoded(trained, stored, flippedWeights(stored, drawFlips(stored, { bitErrorRate: chance, key }))),
        );
      });
      return { fault, chance, correct };
    }),
  );
  return { images: samples.count, correct: count(clean), struck };
}

type Key = ConstructorParameters<typeof Random>[0];

/** The network with the weights that codes stand for, its own or others'. */
function decoded(model: Model, { tensors: stored }: Model, others: StoredWeights = {}): Model {
  const tensors: Record<string, Tensor> = { ...model.tensors };
  for (const { id } of model.network.layers) {
    const scale = stored[`${id}.scale`]?.data[0];
    if (scale === undefined) continue;
    const { shape, data } = stored[`${id}.weight`];
    const codes = others[id] ?? data;
    tensors[`${id}.weight`] = { shape, data: Float32Array.from(codes, (code) => scale * code) };
  }
  return { ...model, tensors };
}

/** Far above every sum of weights, and a number that networks may hold. */
const outOfReach = 1e30;

function withDeadNeurons(model: Model, share: number, key: Key): Model {
  const random = new Random(key);
  const shapes = inferShapes(model.network);
  const tensors: Record<string, Tensor> = { ...model.tensors };
  for (const layer of model.network.layers) {
    if (layer.kind !== "neuron" || layer.emits === "potential") continue;
    const name = `${layer.id}.threshold`;
    const own = tensors[name].data;
    const shape = shapes.get(layer.id) ?? [];
    const run = sizeOf(shape) / own.length;
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) =>
      random.uniform() < share ? outOfReach : own[Math.floor(i / run)],
    );
    tensors[name] = { shape: [data.length], data };
  }
  return { ...model, tensors };
}
