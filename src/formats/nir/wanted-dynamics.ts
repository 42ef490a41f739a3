// A layer of neurons in one form, whatever arithmetic it is told in: what every dialect's writer starts from.
//
//   c ← α c + I               (c = I without a synapse)
//   v ← rest + λ (v − rest) + g c
//
// The synapses of dynamics.ts are this one: αₐ (c + I) is αₐ times it, and what is read before it decays is it.

import { InvalidValueError } from "../../base/errors.ts";
import { type Dynamics, dynamicsOf } from "../../neuron/dynamics.ts";
import type { Loss } from "../loss.ts";
import { nextDown, nextUp } from "./float32-neighbours.ts";
import type { NeuronWanted } from "./nir-dialect.ts";

export interface WantedDynamics {
  readonly dynamics: Dynamics;
  /** α, or null without a synapse. */
  readonly synapse: Float64Array | null;
  /** λ. */
  readonly keep: Float64Array;
  /** g. */
  readonly gain: Float64Array;
  readonly rest: Float64Array;
  /** Potentials that fire lie above it. Not there where nothing fires. */
  readonly above: Float64Array;
  /** Potentials that fire are at least this. */
  readonly atLeast: Float64Array;
  /** 0 where a spike subtracts the threshold. */
  readonly reset: Float64Array;
}

/** @throws {InvalidValueError} for neurons no NIR node is like, naming the layer */
export function wantedDynamics(wanted: NeuronWanted): WantedDynamics {
  const { form, where, neurons, values } = wanted;
  const dynamics = dynamicsOf(form, where);
  const refuse = (got: string): never => {
    throw new InvalidValueError(
      where,
      "must be of neurons that NIR has",
      got,
      "Convert to if or lif neurons.",
    );
  };
  if (dynamics.window !== null) refuse("neurons that fire once (ttfs)");
  if (dynamics.isAdaptive) refuse("adaptive thresholds");
  if (dynamics.isSigned) refuse("signed neurons");
  const ones = new Float64Array(neurons).fill(1);
  const zeros = new Float64Array(neurons);
  const threshold = dynamics.emitsPotential ? zeros : values("threshold");
  const decay = decayOf(wanted, dynamics, ones);
  const fired = (next: (x: number) => number): Float64Array => threshold.map((x) => next(Math.fround(x)));
  return {
    dynamics,
    ...decay,
    rest: dynamics.charge === "leak" ? zeros : values("restPotential"),
    above: dynamics.isStrict ? threshold : fired(nextDown),
    atLeast: dynamics.isStrict ? fired(nextUp) : threshold,
    reset: dynamics.reset === "value" && form.reset === "value" ? values("resetPotential") : zeros,
  };
}

function decayOf(
  { form, values }: NeuronWanted,
  { charge, synapse }: Dynamics,
  ones: Float64Array,
): Pick<WantedDynamics, "synapse" | "keep" | "gain"> {
  const alpha =
    synapse === "none"
      ? null
      : synapse === "readThenDecay"
        ? values("synapseRate").map((k) => 1 - k)
        : values("synapseLeak");
  const isLate = synapse === "addThenDecay" && alpha !== null;
  const gained = (gain: Float64Array): Float64Array => (isLate ? gain.map((g, i) => g * alpha[i]) : gain);
  switch (charge) {
    case "leak":
      return {
        synapse: alpha,
        keep: form.model === "if" ? ones : values("leak"),
        gain: gained(values("currentGain")),
      };
    case "relax": {
      const kappa = values("rate");
      return { synapse: alpha, keep: kappa.map((k) => 1 - k), gain: gained(kappa) };
    }
    case "relaxByTime": {
      const kappa = values("timeConstant").map((tau) => 1 / tau);
      return { synapse: alpha, keep: kappa.map((k) => 1 - k), gain: gained(kappa) };
    }
    case "leakByTime":
      return { synapse: alpha, keep: values("timeConstant").map((tau) => 1 - 1 / tau), gain: gained(ones) };
  }
}

/** What of a layer's neurons no NIR node can say, whatever the dialect. @param start - where the dialect's neurons start */
export function commonLosses(
  wanted: NeuronWanted,
  { dynamics }: WantedDynamics,
  start: Float64Array,
): readonly Loss[] {
  const { where, form, values } = wanted;
  const losses: Loss[] = [];
  const lose = (what: string, consequence: string): void => {
    losses.push({ where, what, consequence });
  };
  const initial = values("initialPotential");
  if (initial.some((v, i) => Math.fround(v) !== Math.fround(start[i])))
    lose("initial potentials", "Neurons start at rest, and fire later or earlier in the first steps.");
  if (dynamics.refractorySteps > 0)
    lose(
      `a refractory period of ${dynamics.refractorySteps} steps`,
      "Neurons may fire again in the next step.",
    );
  if (dynamics.spikeBudget > 0)
    lose(`a budget of ${dynamics.spikeBudget} spikes of a neuron`, "Neurons that used it up fire on.");
  if (form.resetDelay !== false && dynamics.resetTime !== "now")
    lose("resets that wait for the next step", "Potentials are reset in the step of the spike.");
  return losses;
}

/** Loss of a floor under potentials. */
export function floorLoss({ where, values }: NeuronWanted): readonly Loss[] {
  const floor = values("minimumPotential").find((v) => v !== Number.NEGATIVE_INFINITY);
  if (floor === undefined) return [];
  return [
    {
      where,
      what: `a lowest potential (${floor})`,
      consequence: "Inhibited neurons take longer to recover.",
    },
  ];
}

/** What is lost of a reset that keeps what lies above the threshold. */
export const softReset = "reset by subtraction of the threshold";

/** Losses of tools whose neurons fire at most once a step and start anew at a value. */
export function hardResetLosses({ where }: NeuronWanted, { dynamics }: WantedDynamics): readonly Loss[] {
  const losses: Loss[] = [];
  if (dynamics.reset === "subtract" && !dynamics.emitsPotential) {
    losses.push({
      where,
      what: softReset,
      consequence:
        "What lies above the threshold at a spike is forgotten: neurons fire less often. The metadata tell that it was subtracted; convert with reset to zero for a file that says all.",
    });
  }
  if (dynamics.maximumSpikes > 1) {
    const what = `up to ${dynamics.maximumSpikes} spikes of a neuron in one step`;
    losses.push({ where, what, consequence: "Neurons fire once a step at most." });
  }
  return losses;
}

/** @throws {InvalidValueError} where values of a layer differ and a tool takes one */
export function requireOne({ where }: NeuronWanted, tool: string, what: string, values: Float64Array): void {
  const [first] = values;
  const other = values.find((value) => value !== first);
  if (other === undefined) return;
  throw new InvalidValueError(
    where,
    `must have one ${what} for all its neurons, as ${tool} takes no more`,
    [first, other],
    "Choose another profile, or settings by layer instead of by channel.",
  );
}

/** @throws {InvalidValueError} for neurons that fire and never start anew, which no tool has */
export function requireReset({ where }: NeuronWanted, { dynamics }: WantedDynamics): void {
  if (dynamics.reset !== "none" || dynamics.emitsPotential) return;
  throw new InvalidValueError(where, "must have a reset, as NIR's neurons have", "none");
}

/** A time constant so long that float32 cannot tell its leak from none. */
export function timeConstantsS({ keep }: WantedDynamics, dtS: number): Float64Array {
  return keep.map((lambda) => dtS / Math.max(1 - lambda, 2 ** -26));
}
