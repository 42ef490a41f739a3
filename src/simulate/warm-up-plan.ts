// When the layers of a network with a warm-up (`WarmUp` in model/model.ts) start again, and what they do in
// between. Steps count from 0.
//
//   residual   run ρ steps | run the rest
//   offset     D times ρ/D steps | run the rest; in the k-th part layers of depth < k run, those of depth k
//              are corrected and send nothing, deeper ones and integrators rest

import { InvalidValueError } from "../base/errors.ts";
import type { Model } from "../model/model.ts";
import type { NeuronLayer } from "../model/network.ts";
import { spikingDepths } from "../model/spiking-depth.ts";
import { isSimple } from "../neuron/dynamics.ts";
import { loopRanges } from "./loops.ts";

/** Steps that a layer begins at its initial potential. */
export interface Phase {
  readonly start: number;
  readonly end: number;
  /** `correct`: runs, but sends nothing; its initial potential is corrected at the end. */
  readonly does: "run" | "correct" | "rest";
}

export interface WarmUpPlan {
  readonly rule: "residual" | "offset";
  /** First steps of the phases, ascending; the last one's is the first step that is read. */
  readonly starts: readonly number[];
  readonly phases: ReadonlyMap<string, readonly Phase[]>;
}

/**
 * @returns null for networks without a warm-up
 * @throws {InvalidValueError} naming the layer or setting that a warm-up cannot have
 */
export function planWarmUp({ network, inference }: Model): WarmUpPlan | null {
  const { warmUp, steps: allSteps, coding, arithmetic } = inference ?? { steps: 0 };
  if (warmUp === undefined) return null;
  const { rule, steps } = warmUp;
  const neurons = network.layers.filter((layer): layer is NeuronLayer => layer.kind === "neuron");
  if (arithmetic?.kind === "integer")
    throw new InvalidValueError("inference.arithmetic", "must be float32 for a warm-up", "integer");
  for (const { first } of loopRanges(network)) {
    const where = `layer ${JSON.stringify(network.layers[first].id)}`;
    throw new InvalidValueError(where, "must be in no loop for a warm-up", "a loop");
  }
  for (const layer of neurons) requireForm(layer, rule);
  if (rule === "residual") {
    const phases: readonly Phase[] = [
      { start: 0, end: steps, does: "run" },
      { start: steps, end: allSteps, does: "run" },
    ];
    return { rule, starts: [0, steps], phases: new Map(neurons.map(({ id }) => [id, phases])) };
  }
  if (coding !== "constant")
    throw new InvalidValueError("inference.coding", "must be constant for a warm-up by offset", coding);
  const delayed = network.layers.find(({ inputs }) => inputs.some(({ delay }) => delay > 0));
  if (delayed !== undefined) {
    const where = `layer ${JSON.stringify(delayed.id)}`;
    throw new InvalidValueError(where, "must not delay its input for a warm-up by offset", "a delay");
  }
  return planOffset(network, neurons, steps, allSteps);
}

function requireForm(layer: NeuronLayer, rule: "residual" | "offset"): void {
  const isIntegrator = layer.emits === "potential";
  const isFit = isSimple(isIntegrator ? { ...layer, emits: "spikes", reset: "subtract" } : layer);
  if (isFit && !(layer.isSigned && rule === "offset")) return;
  throw new InvalidValueError(
    `layer ${JSON.stringify(layer.id)}`,
    `must be ${rule === "offset" ? "unsigned " : ""}if or lif neurons under spikefront semantics, reset by subtraction, that fire once a step, for a warm-up`,
    JSON.stringify(layer),
  );
}

function planOffset(
  network: Model["network"],
  neurons: readonly NeuronLayer[],
  steps: number,
  allSteps: number,
): WarmUpPlan {
  const depths = spikingDepths(network);
  const parts = Math.max(...depths.values());
  if (parts === 0 || steps % parts !== 0) {
    throw new InvalidValueError(
      "inference.warmUp.steps",
      `must be a multiple of the spiking layers in a row (${parts}) for a warm-up by offset`,
      steps,
    );
  }
  const starts = Array.from({ length: parts + 1 }, (_, k) => (k * steps) / parts);
  const phasesOf = ({ id, emits }: NeuronLayer): readonly Phase[] =>
    starts.map((start, k) => {
      const end = starts[k + 1] ?? allSteps;
      if (k === parts) return { start, end, does: "run" };
      const depth = emits === "potential" ? parts + 1 : (depths.get(id) ?? 0);
      return { start, end, does: k + 1 < depth ? "rest" : k + 1 === depth ? "correct" : "run" };
    });
  return { rule: "offset", starts, phases: new Map(neurons.map((layer) => [layer.id, phasesOf(layer)])) };
}
