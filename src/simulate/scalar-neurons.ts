// One neuron layer over one step of one image, neuron after neuron, for the scalar simulator.

import type { Model } from "../model/model.ts";
import type { NeuronLayer } from "../model/network.ts";
import { dynamicsOf } from "../neuron/dynamics.ts";
import { type IntegerParameters, integerRulesOf, stepInteger } from "../neuron/step-integer.ts";
import {
  type NeuronState,
  type StepOutcome,
  type StepParameters,
  stepNeuron,
} from "../neuron/step-neuron.ts";
import { stepSigned } from "../neuron/step-signed.ts";
import { stepTtfs, type TtfsWindow } from "../neuron/step-ttfs.ts";
import { correctedPotential, isMuted } from "../neuron/warm-up.ts";
import { type Disturb, disturbedValues } from "./disturbance.ts";
import type { LayerTally } from "./layer-tally.ts";
import { integerValues, type NeuronValueName, type NeuronValues } from "./neuron-values.ts";
import { known } from "./simulation-plan.ts";
import type { Phase, WarmUpPlan } from "./warm-up-plan.ts";

const { fround } = Math;

/** Everything any form of neuron remembers. */
export interface CellState extends NeuronState {
  /** Sum of the spikes sent. */
  sent: number;
  /** Where it starts again. */
  initial: number;
  isMute: boolean;
  lowestFiring: number;
  highestSilent: number;
  hasFired: boolean;
}

export function createCell(potential: number): CellState {
  return {
    potential,
    current: 0,
    adaptation: 0,
    refractory: 0,
    sent: 0,
    initial: potential,
    isMute: false,
    lowestFiring: Number.POSITIVE_INFINITY,
    highestSilent: Number.NEGATIVE_INFINITY,
    hasFired: false,
  };
}

export interface NeuronContext {
  readonly model: Model;
  readonly layer: NeuronLayer;
  readonly values: Readonly<Record<NeuronValueName, NeuronValues>>;
  readonly warmUp: WarmUpPlan | null;
  readonly tally: LayerTally;
  readonly cells: readonly CellState[];
  /** Spikes so far of the steps that are read, by neuron, negative ones subtracted; what a ttfs spike counts. */
  readonly counts: Int32Array;
  readonly disturb?: Disturb | undefined;
}

/**
 * @param step - from 0
 * @returns spikes as pairs of neuron and worth
 */
export function chargeNeurons(
  { model, layer, values, warmUp, tally, cells, counts, disturb }: NeuronContext,
  current: ArrayLike<number>,
  step: number,
): (readonly [neuron: number, worth: number])[] {
  const { window, emitsPotential } = dynamicsOf(layer);
  if (window !== null)
    return chargeTtfs(
      window,
      emitsPotential,
      values.threshold.values,
      { tally, cells, counts },
      current,
      step,
    );
  const phase = phaseAt(warmUp, layer, step);
  if (phase?.does === "rest") return [];
  const found: (readonly [number, number])[] = [];
  const isRead = step >= (warmUp?.starts.at(-1) ?? 0);
  const advance = equationOf(
    model,
    layer,
    disturb ? disturbedValues(disturb, model, layer, values, step) : values,
  );
  cells.forEach((cell, i) => {
    if (phase?.start === step) startAgain(cell);
    if (disturb) cell.potential = disturb("potential", layer.id, i, step, cell.potential);
    if (cell.isMute) return;
    const { spikes, charged } = advance(i, cell, current[i]);
    if (charged < tally.potentialLow) tally.potentialLow = fround(charged);
    if (charged > tally.potentialHigh) tally.potentialHigh = fround(charged);
    if (phase?.does === "correct") {
      if (spikes > 0) cell.lowestFiring = Math.min(cell.lowestFiring, charged);
      else cell.highestSilent = Math.max(cell.highestSilent, charged);
    } else {
      for (let n = 0; n < Math.abs(spikes); n++) found.push([i, Math.sign(spikes)]);
      if (isRead) counts[i] += spikes;
      if (isRead && spikes !== 0) tally.everFired[i] = 1;
    }
  });
  tally.neuronUpdates += cells.length;
  tally.spikes += found.length;
  if (phase?.end === step + 1) endPhase(phase, warmUp, cells, values.threshold.values);
  return found;
}

function chargeTtfs(
  window: TtfsWindow,
  emitsPotential: boolean,
  thresholds: Float32Array,
  { tally, cells, counts }: Pick<NeuronContext, "tally" | "cells" | "counts">,
  current: ArrayLike<number>,
  step: number,
): (readonly [neuron: number, worth: number])[] {
  const { startStep, windowSteps } = window;
  const fires = startStep + windowSteps;
  if (step < startStep || step >= fires + (emitsPotential ? 0 : windowSteps)) return [];
  const found: (readonly [number, number])[] = [];
  cells.forEach((cell, i) => {
    if (stepTtfs(window, thresholds[i], cell, current[i], step)) {
      found.push([i, 1]);
      counts[i] = fires + windowSteps - step;
      tally.everFired[i] = 1;
    }
    if (cell.potential < tally.potentialLow) tally.potentialLow = cell.potential;
    if (cell.potential > tally.potentialHigh) tally.potentialHigh = cell.potential;
  });
  tally.neuronUpdates += cells.length;
  tally.spikes += found.length;
  return found;
}

type Advance = (neuron: number, cell: CellState, input: number) => StepOutcome;

function equationOf(
  { inference }: Model,
  layer: NeuronLayer,
  values: Readonly<Record<NeuronValueName, NeuronValues>>,
): Advance {
  const arithmetic = inference?.arithmetic ?? { kind: "float32" };
  if (arithmetic.kind === "integer") {
    const rules = integerRulesOf(layer, arithmetic, layer.id);
    const whole = integerValues(values);
    return (i, cell, input) => stepInteger(rules, ownOf(whole, i), cell, input);
  }
  const byNeuron: ByNeuron = Object.fromEntries(
    Object.entries(values).map(([name, { values }]) => [name, values]),
  );
  const dynamics = dynamicsOf(layer);
  if (dynamics.isSigned) return (i, cell, input) => stepSigned(ownOf(byNeuron, i), cell, input);
  return (i, cell, input) => stepNeuron(dynamics, ownOf(byNeuron, i), cell, input);
}

type ByNeuron = Readonly<Record<string, ArrayLike<number>>>;

/** One neuron's parameters. */
function ownOf(values: ByNeuron, neuron: number): StepParameters & IntegerParameters {
  const own = Object.entries(values).map(([name, all]) => [name, all[neuron]]);
  return Object.fromEntries(own) as StepParameters & IntegerParameters;
}

function phaseAt(warmUp: WarmUpPlan | null, layer: NeuronLayer, step: number): Phase | undefined {
  if (warmUp === null) return undefined;
  return known(warmUp.phases, layer.id).find(({ start, end }) => step >= start && step < end);
}

function startAgain(cell: CellState): void {
  cell.potential = cell.initial;
  cell.sent = 0;
}

function endPhase(
  { start, does }: Phase,
  warmUp: WarmUpPlan | null,
  cells: readonly CellState[],
  thresholds: Float32Array,
): void {
  cells.forEach((cell, i) => {
    const { initial, potential } = cell;
    if (does === "correct") cell.initial = correctedPotential(initial, potential, cell, thresholds[i]);
    if (warmUp?.rule === "residual" && start === 0) cell.isMute = isMuted(potential, thresholds[i]);
    if (cell.isMute) startAgain(cell);
  });
}
