// What training can follow: float32 networks of neurons that charge, fire once a step and reset.

import { InvalidValueError } from "../base/errors.ts";
import { type Model, tensorOf } from "../model/model.ts";
import type { Layer, NeuronLayer } from "../model/network.ts";
import { dynamicsOf } from "../neuron/dynamics.ts";

/** @throws {InvalidValueError} naming what cannot be trained */
export function requireTrainable(model: Model): void {
  const { kind, inference, weightFormat, network } = model;
  if (kind !== "snn" || inference === null) {
    const hint = "Describe a spiking network, or train it as an ANN.";
    throw new InvalidValueError("model.kind", "must be snn to be trained on spikes", kind, hint);
  }
  if (weightFormat.kind !== "float32")
    throw new InvalidValueError(
      "model.weightFormat",
      "must be float32 to be trained on spikes",
      weightFormat.kind,
    );
  if (inference.warmUp !== undefined)
    throw new InvalidValueError("inference.warmUp", "must not be there in training", inference.warmUp.rule);
  if ((inference.arithmetic?.kind ?? "float32") !== "float32")
    throw new InvalidValueError(
      "inference.arithmetic",
      "must be float32 in training",
      inference.arithmetic?.kind,
    );
  for (const layer of network.layers) if (layer.kind === "neuron") requireTrainableNeurons(model, layer);
}

function requireTrainableNeurons(model: Model, layer: NeuronLayer): void {
  const dynamics = dynamicsOf(layer, `layer ${JSON.stringify(layer.id)}`);
  const { window, isSigned, maximumSpikes, refractorySteps, isResetRepeated, resetTime, reset } = dynamics;
  const stray =
    (window !== null && "first-spike windows") ||
    (isSigned && "negative spikes") ||
    (maximumSpikes > 1 && "several spikes a step") ||
    (refractorySteps > 0 && "refractory steps") ||
    (dynamics.spikeBudget > 0 && "a budget of spikes") ||
    (isResetRepeated && "resetDelay false") ||
    (resetTime === "afterNextCharge" && reset === "value" && "a value set after the next charge") ||
    (tensorOf(model, layer.id, "minimumPotential") !== undefined && "a minimum potential");
  if (stray)
    throw refusal(layer, "must have neurons that charge, fire once a step and reset, in training", stray);
}

/** Only near the threshold: what else changes a spike's derivative must be none. */
export function requireActiveWidth(layer: NeuronLayer, isDetached: boolean): void {
  if (!isDetached)
    throw refusal(layer, "must take resets as given where few neurons pass derivatives", "them not");
  if (dynamicsOf(layer).isAdaptive)
    throw refusal(layer, "must have fixed thresholds where few neurons pass derivatives", "adaptive ones");
}

/** Rates know of no steps: what chooses among their derivatives must choose all. */
export function requireNoChoice({
  activeWidth,
  truncation,
}: {
  readonly activeWidth: number;
  readonly truncation: number;
}): void {
  for (const [name, value] of Object.entries({ activeWidth, truncation }))
    if (value > 0) throw new InvalidValueError(name, "must be 0 where derivatives go through rates", value);
}

/** What tells a neuron's rate from its currents. */
export function requireRates(layer: NeuronLayer, isInLoop: boolean, isWhole: boolean): void {
  const { charge, reset, resetTime, synapse, isAdaptive, emitsPotential } = dynamicsOf(layer);
  if (emitsPotential) return;
  const stray =
    (charge !== "leak" && "neurons with a rest") ||
    (reset !== "subtract" && `reset ${reset}`) ||
    (resetTime !== "now" && "a reset a step late") ||
    (synapse !== "none" && "synaptic currents") ||
    (isAdaptive && "adaptive thresholds") ||
    (isInLoop && "a loop") ||
    (!isWhole && "some of the steps in memory");
  if (stray)
    throw refusal(
      layer,
      "must be if or lif, reset by subtraction, in no loop, to be trained by rates",
      stray,
    );
}

export function refusal(layer: Layer, rule: string, got: string): InvalidValueError {
  return new InvalidValueError(`layer ${JSON.stringify(layer.id)} (${layer.kind})`, rule, got);
}
