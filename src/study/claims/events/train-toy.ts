// One repeat of a toy: both experiments trained from starting weights of every mean and deviation. Draws are those of one
// seed, moved and stretched, and the same for both arms where their layers have the same shapes. The trainings are
// tiny: they stay on this thread.

import { BatchEngine } from "../../../event-gradient/batch-engine.ts";
import { type EventExperiment, eventExperiments } from "../../../event-gradient/event-experiments.ts";
import { LocalEventGradientSource } from "../../../event-gradient/event-gradient-source.ts";
import { eventNetwork } from "../../../event-gradient/event-network.ts";
import { eventTrainingFields } from "../../../event-gradient/event-training-fields.ts";
import { fitEvents } from "../../../event-gradient/fit-events.ts";
import { initialiseEventWeights } from "../../../event-gradient/initialise-event-weights.ts";
import { eventCodingFields } from "../../../event-gradient/labelled-trains.ts";
import { resolve } from "../../../space/resolve.ts";
import type { EventClaimsPorts } from "./event-claims-ports.ts";
import type { ToyRepeat } from "./event-claims-result.ts";
import type { EventToy } from "./event-toy.ts";

/** Share of the samples after each epoch. */
type Training = readonly number[];

export async function trainToy(ports: EventClaimsPorts, toy: EventToy, seed: number): Promise<ToyRepeat> {
  const began = ports.cpuSeconds();
  const one = await trainGrid(ports, toy, eventExperiments[toy.one], seed);
  const many = await trainGrid(ports, toy, eventExperiments[toy.many], seed);
  const both = <R>(of: (grid: Grid) => R) => ({ one: of(one), many: of(many) });
  return {
    cpuSeconds: ports.cpuSeconds() - began,
    best: both((grid) => mean(grid.flat().map((training) => Math.max(...training)))),
    byEpoch: both((grid) =>
      Array.from({ length: toy.epochs }, (_, e) => mean(grid.flat().map((training) => training[e]))),
    ),
    grid: both((grid) => grid.map((row) => row.map((training) => Math.max(...training)))),
  };
}

/** By mean, then deviation. */
type Grid = readonly (readonly Training[])[];

async function trainGrid(
  { kernels, split }: EventClaimsPorts,
  { means, deviations, training, epochs }: EventToy,
  experiment: EventExperiment,
  seed: number,
): Promise<Grid> {
  const network = eventNetwork(experiment.network);
  const coding = resolve("coding", eventCodingFields, experiment.coding);
  const settings = resolve("training", eventTrainingFields, { ...experiment.training, ...training, epochs });
  const train = await split({ network, coding }, experiment.data, "train");
  const validation = await split({ network, coding }, experiment.data, "validation");
  const mark = kernels.mark();
  try {
    const engine = new BatchEngine(kernels, { network, workBytes });
    const isCancelled = (): boolean => false;
    const gradients = new LocalEventGradientSource(
      { engine, settings, seed, train, validation },
      isCancelled,
    );
    const fit = (a: number, b: number): Training => {
      engine.setWeights(initialiseEventWeights(network, seed, [{ kind: "normal", a, b }]));
      const weights = engine.weights.slice();
      const data = { network, settings, seed, train, validation };
      const { log } = fitEvents(kernels, { ...data, weights, gradients, isCancelled });
      return log.map(({ validationCorrect, validationSamples }) => validationCorrect / validationSamples);
    };
    return means.map((a) => deviations.map((b) => fit(a, b)));
  } finally {
    kernels.release(mark);
  }
}

/** A few neurons and samples need no more. */
const workBytes = 2 ** 20;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
