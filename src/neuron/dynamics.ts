// The arithmetic of one step of a neuron, spelled out: what a form (neuron-form.ts) comes down to.
// Kernels and the scalar equation (step-neuron.ts) read this and nothing else.

import { InvalidValueError } from "../base/errors.ts";
import { type NeuronForm, neuronModels, resetNames, type Semantics, semanticsNames } from "./neuron-form.ts";
import type { TtfsWindow } from "./step-ttfs.ts";

/**
 * How the synaptic current c turns the input x into what charges the membrane, u.
 *
 * none          u = x
 * decayThenAdd  c ← α c + x, u = c
 * addThenDecay  c ← α (c + x), u = c
 * readThenDecay c ← c + x, u = c, then c ← c − κₛ c
 */
export const synapseRules = ["none", "decayThenAdd", "addThenDecay", "readThenDecay"] as const;
export type SynapseRule = (typeof synapseRules)[number];

/**
 * How the membrane charges.
 *
 * leak         v ← λ v + g u
 * relax        v ← v + κ ((rest − v) + u)
 * relaxByTime  v ← v + (u − (v − rest)) / τ
 * leakByTime   v ← (v − (v − rest) / τ) + u
 */
export const chargeRules = ["leak", "relax", "relaxByTime", "leakByTime"] as const;
export type ChargeRule = (typeof chargeRules)[number];

/** When a spike takes effect: at once; on the potential before, or after, the next step's charge. */
export const resetTimes = ["now", "beforeNextCharge", "afterNextCharge"] as const;
export type ResetTime = (typeof resetTimes)[number];

export const resetKinds = ["none", "subtract", "value"] as const;
export type ResetKind = (typeof resetKinds)[number];

export interface Dynamics {
  readonly synapse: SynapseRule;
  readonly charge: ChargeRule;
  /** Whether a spike needs v > θ; else v ≥ θ. */
  readonly isStrict: boolean;
  readonly reset: ResetKind;
  readonly resetTime: ResetTime;
  /**
   * snnTorch's `reset_delay=False`: after the delayed rule also v ← v − (s − r) θ (subtract) or
   * v − (s − r) v (value 0), s being this step's spike and r the reset already applied.
   */
  readonly isResetRepeated: boolean;
  /** Whether the threshold rises with every spike: θ + β a, a ← ρ a + spikes. */
  readonly isAdaptive: boolean;
  readonly maximumSpikes: number;
  /** Spikes of a whole run; 0: any number. */
  readonly spikeBudget: number;
  readonly refractorySteps: number;
  readonly emitsPotential: boolean;
  /** Whether step-signed.ts is the equation, not step-neuron.ts. */
  readonly isSigned: boolean;
  /** Of ttfs neurons, whose equation is step-ttfs.ts: synapse, charge and reset say nothing of them. Else null. */
  readonly window: TtfsWindow | null;
}

/** @throws {InvalidValueError} for a form its semantics does not have; `where` names the layer */
export function dynamicsOf(form: NeuronForm, where = "neuron"): Dynamics {
  checkForm(form, where);
  const { model, reset, semantics = "spikefront", refractorySteps = 0, maximumSpikes = 1 } = form;
  const { spikeBudget = 0 } = form;
  const isSnnTorch = semantics === "snntorch";
  return {
    synapse: model === "cubaLif" ? synapseOf[semantics] : "none",
    charge: chargeOf(form, semantics),
    isStrict: isSnnTorch || semantics === "snntorchCorrected" || semantics === "norse",
    reset: reset === "zero" ? "value" : reset,
    resetTime: !isSnnTorch || reset === "none" ? "now" : delayedReset(form),
    isResetRepeated: isSnnTorch && form.resetDelay === false && reset !== "none",
    isAdaptive: model === "adaptiveLif",
    maximumSpikes,
    spikeBudget,
    refractorySteps,
    emitsPotential: form.emits === "potential",
    isSigned: form.isSigned === true,
    window: model === "ttfs" ? windowOf(form, where) : null,
  };
}

const synapseOf: Readonly<Record<Semantics, SynapseRule>> = {
  spikefront: "decayThenAdd",
  snntorch: "decayThenAdd",
  snntorchCorrected: "decayThenAdd",
  spikingjelly: "decayThenAdd",
  norse: "readThenDecay",
  sinabs: "addThenDecay",
};

function chargeOf({ model, decayInput = true }: NeuronForm, semantics: Semantics): ChargeRule {
  if (model === "if" || model === "ttfs") return "leak";
  if (semantics === "norse") return "relax";
  if (semantics === "spikingjelly" && model === "lif") return decayInput ? "relaxByTime" : "leakByTime";
  return "leak";
}

/** snnTorch's Leaky drops the old potential before charging, its Synaptic the new one after it. */
function delayedReset({ model, reset }: NeuronForm): ResetTime {
  return reset === "zero" && model !== "cubaLif" ? "beforeNextCharge" : "afterNextCharge";
}

const longestWindow = 4096;

function windowOf(
  { startStep = Number.NaN, windowSteps = Number.NaN }: NeuronForm,
  where: string,
): TtfsWindow {
  if (!(Number.isInteger(startStep) && startStep >= 0))
    throw new InvalidValueError(`${where} startStep`, "must be a whole number of at least 0", startStep);
  if (!(Number.isInteger(windowSteps) && windowSteps >= 1 && windowSteps <= longestWindow)) {
    const rule = `must be a whole number from 1 to ${longestWindow}`;
    throw new InvalidValueError(`${where} windowSteps`, rule, windowSteps);
  }
  return { startStep, windowSteps };
}

function checkForm(form: NeuronForm, where: string): void {
  const { model, reset, semantics = "spikefront", refractorySteps = 0, maximumSpikes = 1 } = form;
  const refuse = (field: string, rule: string, got: unknown, hint = ""): never => {
    throw new InvalidValueError(`${where} ${field}`, rule, got, hint);
  };
  const requireName = (field: string, names: readonly string[], got: string): void => {
    if (!names.includes(got)) refuse(field, `must be one of ${names.join(", ")}`, got);
  };
  requireName("model", neuronModels, model);
  requireName("semantics", semanticsNames, semantics);
  requireName("reset", resetNames, reset);
  requireName("emits", ["spikes", "potential"], form.emits ?? "spikes");
  const isTorch = semantics === "snntorch" || semantics === "snntorchCorrected";
  if ((model === "adaptiveLif" || model === "ttfs") && semantics !== "spikefront") {
    refuse("semantics", `must be spikefront for ${model}`, semantics);
  }
  if (model !== "ttfs" && (form.startStep ?? form.windowSteps) !== undefined) {
    refuse("startStep and windowSteps", "must only be given for ttfs", model);
  }
  if (model === "ttfs" && reset !== "none") refuse("reset", "must be none for ttfs, which fire once", reset);
  if (model === "ttfs" && (refractorySteps > 0 || maximumSpikes > 1)) {
    refuse("refractorySteps and maximumSpikes", "must not be given for ttfs", JSON.stringify(form));
  }
  if (reset === "value" && (isTorch || semantics === "sinabs")) {
    refuse("reset", `must be subtract, zero or none under ${semantics} semantics`, reset);
  }
  if (form.resetDelay !== undefined && semantics !== "snntorch") {
    refuse("resetDelay", "must only be given under snntorch semantics", semantics);
  }
  if (form.decayInput !== undefined && (semantics !== "spikingjelly" || model !== "lif")) {
    refuse("decayInput", "must only be given for lif under spikingjelly semantics", `${model}, ${semantics}`);
  }
  if (!(Number.isInteger(refractorySteps) && refractorySteps >= 0)) {
    refuse("refractorySteps", "must be a whole number of at least 0", refractorySteps);
  }
  if (!(Number.isInteger(maximumSpikes) && maximumSpikes >= 1 && maximumSpikes <= 255)) {
    refuse("maximumSpikes", "must be a whole number from 1 to 255", maximumSpikes);
  }
  checkBudget(form, refuse);
  if (maximumSpikes > 1 && isTorch)
    refuse("maximumSpikes", `must be 1 under ${semantics} semantics`, maximumSpikes);
  if (form.isSigned && !isSimple(form)) {
    refuse(
      "isSigned",
      "must only be given for if and lif under spikefront semantics, reset by subtraction, that fire once a step",
      JSON.stringify(form),
    );
  }
}

function checkBudget(
  { spikeBudget, model, semantics = "spikefront" }: NeuronForm,
  refuse: (field: string, rule: string, got: unknown) => never,
): void {
  if (spikeBudget === undefined) return;
  if (model !== "cubaLif" || semantics !== "spikefront")
    refuse(
      "spikeBudget",
      "must only be given for cubaLif under spikefront semantics",
      `${model}, ${semantics}`,
    );
  if (!(Number.isInteger(spikeBudget) && spikeBudget >= 1 && spikeBudget < 2 ** 24))
    refuse("spikeBudget", "must be a whole number from 1 to 16777215", spikeBudget);
}

/** Whether charge, one spike, v − θ is all that a form does. */
export function isSimple(form: NeuronForm): boolean {
  const { model, reset, semantics = "spikefront", refractorySteps = 0, maximumSpikes = 1 } = form;
  return (
    (model === "if" || model === "lif") &&
    semantics === "spikefront" &&
    reset === "subtract" &&
    refractorySteps === 0 &&
    maximumSpikes === 1 &&
    form.emits !== "potential"
  );
}
