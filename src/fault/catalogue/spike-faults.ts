// Spikes that nobody sent, and spikes that are lost: of neurons, or of the input.
//
// With a dose by step each neuron has the same chance in every step. A spurious spike where there is one
// anyway, and a lost one where there is none, change nothing. What a neuron sends is struck behind its reset:
// its potential does not know.

import type { FaultTarget } from "../fault.ts";
import { defineFault, type FaultModel } from "../fault-model.ts";

function spikeFault(name: string, about: string, target: FaultTarget, kind: "stuck0" | "stuck1"): FaultModel {
  return defineFault({
    name,
    about,
    targets: [target],
    strikes: "element",
    persistences: ["transient", "burst", "intermittent"],
    formats: ["spike"],
    fields: {},
    strike: () => () => ({ kind, bit: 0 }),
  });
}

export const spuriousSpike = spikeFault(
  "spurious-spike",
  "a spike leaves a neuron that did not fire",
  "spike",
  "stuck1",
);
export const omittedSpike = spikeFault("omitted-spike", "a neuron's spike is lost", "spike", "stuck0");
export const spuriousInput = spikeFault(
  "spurious-input",
  "an input event that was not there",
  "input",
  "stuck1",
);
export const omittedInput = spikeFault("omitted-input", "an input event is lost", "input", "stuck0");
