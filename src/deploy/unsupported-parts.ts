// What of a network that was read cannot be used here: layers the engines do not run, and layers that have no
// spiking form. A network may be readable, and writable for others, without.

import { planNetwork } from "../ann/plan.ts";
import { InvalidValueError } from "../base/errors.ts";
import { foldBatchNorm } from "../convert/fold-batch-norm.ts";
import { planSignals } from "../convert/plan-signals.ts";
import type { Model } from "../model/model.ts";
import { planSimulation } from "../simulate/simulation-plan.ts";

export interface UnsupportedPart {
  /** What cannot be done with the network for it. */
  readonly hinders: "running" | "converting";
  /** Names the layer and the reason. */
  readonly reason: string;
}

/** Nothing is run. */
export function unsupportedParts(model: Model): readonly UnsupportedPart[] {
  if (model.kind === "snn") return refusals("running", () => planSimulation(model));
  return [
    ...refusals("running", () => planNetwork(model.network)),
    ...refusals("converting", () => planSignals(foldBatchNorm(model).network, false)),
  ];
}

function refusals(hinders: UnsupportedPart["hinders"], work: () => unknown): readonly UnsupportedPart[] {
  try {
    work();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    return listedParts(error.message).map((reason) => ({ hinders, reason }));
  }
}

/** A message may list many parts, one a line behind a head. */
export function listedParts(message: string): readonly string[] {
  const [head, ...listed] = message
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return listed.length === 0 ? [head] : listed;
}
