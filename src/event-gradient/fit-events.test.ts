import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { loadKernels } from "../kernels/load.ts";
import { resolve } from "../space/resolve.ts";
import { BatchEngine } from "./batch-engine.ts";
import { evaluateEvents } from "./evaluate-events.ts";
import { eventExperiments } from "./event-experiments.ts";
import { LocalEventGradientSource } from "./event-gradient-source.ts";
import { type EventNetwork, eventNetwork, eventShapes, neuronsOf } from "./event-network.ts";
import {
  type EventTrainingSettings,
  eventLearningRate,
  eventTrainingFields,
} from "./event-training-fields.ts";
import {
  type EventCheckpoint,
  type EventTrainingProgress,
  type FitEventsResult,
  fitEvents,
} from "./fit-events.ts";
import { initialiseEventWeights } from "./initialise-event-weights.ts";
import { eventCodingFields, type LabelledTrains, labelledTrains } from "./labelled-trains.ts";

const kernels = await loadKernels({ build: "simd", memoryBytes: 2 ** 27 });
const coding = resolve("coding", eventCodingFields, { latestS: 0.1, isZeroSilent: false });
const network = eventNetwork({
  inputShape: [4],
  windowS: 0.4,
  layers: [
    { id: "hidden", kind: "dense", units: 20, threshold: 0.05, maxSpikes: 3 },
    { id: "output", kind: "dense", units: 2, threshold: 0.1, maxSpikes: 3 },
  ],
});

/** Whether the first of four values is larger than the second. */
function drawnSet(samples: number, index: number): LabelledTrains {
  const random = new Random({ seed: 1, trial: -1, purpose: "test", index });
  const values = Float64Array.from({ length: 4 * samples }, () => random.uniform());
  const labels = Uint8Array.from({ length: samples }, (_, s) => (values[4 * s] > values[4 * s + 1] ? 1 : 0));
  return labelledTrains({ values, inputs: 4 }, labels, { coding, windowS: network.windowS });
}

const [train, validation] = [drawnSet(230, 0), drawnSet(100, 1)];
const starts = [{ kind: "uniform", a: -0.5, b: 1 }] as const;

interface Change {
  readonly settings?: Partial<EventTrainingSettings>;
  readonly net?: EventNetwork;
  readonly Engine?: typeof BatchEngine;
  readonly weights?: Float32Array[];
  readonly resume?: EventCheckpoint;
  readonly data?: LabelledTrains;
  readonly onCheckpoint?: (checkpoint: EventCheckpoint) => void;
  readonly onProgress?: (progress: EventTrainingProgress) => void;
}

function fit({
  settings: given,
  net = network,
  Engine = BatchEngine,
  weights: start,
  data = train,
  ...more
}: Change = {}): FitEventsResult {
  const usual = { loss: "firstSpike", tauS: 0.02, epochs: 4, batch: 23, learningRate: 0.02 };
  const settings = resolve("training", eventTrainingFields, { ...usual, ...given });
  const mark = kernels.mark();
  const engine = new Engine(kernels, { network: net, workBytes: 2 ** 22 });
  engine.setWeights(start ?? initialiseEventWeights(net, 0, starts));
  const weights = engine.weights.slice();
  const isCancelled = (): boolean => false;
  const place = { engine, settings, seed: 0, train: data, validation };
  const gradients = new LocalEventGradientSource(place, isCancelled);
  try {
    return fitEvents(kernels, {
      network: net,
      settings,
      seed: 0,
      train: data,
      validation,
      weights,
      gradients,
      isCancelled,
      ...more,
    });
  } finally {
    kernels.release(mark);
  }
}

test("a few epochs teach a small network to compare two inputs, by first spikes and by counts", () => {
  const share = ({ log, bestEpoch }: FitEventsResult): number => log[bestEpoch - 1].validationCorrect / 100;
  assert.ok(share(fit({ settings: { epochs: 12 } })) >= 0.94);
  const net = eventNetwork({
    inputShape: [4],
    windowS: 0.2,
    layers: [
      { id: "hidden", kind: "dense", units: 20, threshold: 0.02 },
      { id: "output", kind: "dense", units: 2, threshold: 0.15 },
    ],
  });
  assert.ok(share(fit({ net, settings: { loss: "count", learningRate: 0.01, epochs: 12 } })) >= 0.94);
});

test("a training resumed from any of its checkpoints ends at the same bits, noise and woken neurons included", () => {
  const settings = { inputNoiseS: 0.005, bump: 0.001, silentShare: 0.1, largestShare: 0.5, patience: 99 };
  const checkpoints: EventCheckpoint[] = [];
  const whole = fit({ settings, onCheckpoint: (checkpoint) => checkpoints.push(checkpoint) });
  assert.ok(
    whole.log.some(({ bumps }) => bumps > 0),
    "no neuron was woken",
  );
  for (const resume of checkpoints) assert.deepEqual(fit({ settings, resume }), whole);
});

test("the epoch with the best validation accuracy is kept, the first of equals", () => {
  const weights: Float32Array[] = [];
  const {
    log,
    bestEpoch,
    weights: best,
  } = fit({
    settings: { learningRate: 0.3, epochs: 6 },
    onCheckpoint: (checkpoint) => weights.push(checkpoint.weights),
  });
  const correct = log.map(({ validationCorrect }) => validationCorrect);
  assert.equal(bestEpoch, 1 + correct.indexOf(Math.max(...correct)));
  assert.deepEqual(best, weights[bestEpoch - 1]);
});

test("shards of a batch add up to its gradient, so their number moves weights by rounding only", () => {
  const [one, three] = [1, 3].map((shards) => fit({ settings: { shards, epochs: 1 } }).weights);
  for (const [i, weight] of one.entries()) {
    assert.ok(Math.abs(weight - three[i]) < 0.02, `${weight} and ${three[i]}`);
  }
});

test("a network that is silent throughout is woken, where without it nothing moves", () => {
  const weights = [new Float32Array(80).fill(0.001), new Float32Array(40).fill(0.001)];
  const asleep = fit({ weights });
  assert.ok(asleep.log.every(({ validationSpikes }) => validationSpikes.every((spikes) => spikes === 0)));
  const woken = fit({ weights, settings: { bump: 5e-3 } });
  assert.ok(woken.log[3].validationSpikes.every((spikes) => spikes > 0));
});

test("outputs that all are silent recover where labels are woken, and are called collapsed where not", () => {
  const hidden = initialiseEventWeights(network, 0, starts)[0];
  const weights = [hidden, new Float32Array(40).fill(-0.2)];
  const progress: boolean[] = [];
  const asleep = fit({
    weights,
    settings: { wakeStrength: 0 },
    onProgress: ({ epoch, isCollapsed }) => progress.push(isCollapsed === epoch > 1.01),
  });
  assert.ok(asleep.log.every((epoch) => epoch.isCollapsed && epoch.validationSpikes[1] === 0));
  assert.ok(progress.length > 0 && progress.every((isTold) => isTold));
  const woken = fit({ weights, settings: { epochs: 12 } }).log[11];
  assert.ok(!woken.isCollapsed && woken.validationCorrect >= 80, `${woken.validationCorrect} of 100`);
});

/** Two neurons and two samples of all events at 0; the first neuron barely fires. */
function stepOfGrazing(leastSlope: number): number {
  const layers = [{ id: "only", kind: "dense", units: 2, threshold: 0.1, maxSpikes: 1 }] as const;
  const net = eventNetwork({ inputShape: [4], windowS: 0.4, layers });
  const least = 0.1 / 0.26 / 0.25 / 4;
  const weights = [Float32Array.from({ length: 8 }, (_, i) => (i < 4 ? least * (1 + 1e-6) : 2 * least))];
  const settings = { leastSlope, optimiser: "sgd", learningRate: 1e-3, epochs: 1, batch: 2 } as const;
  const values = new Float64Array(8).fill(1);
  const data = labelledTrains({ values, inputs: 4 }, Uint8Array.of(0, 1), { coding, windowS: 0.4 });
  let moved: Float32Array = weights[0];
  fit({
    net,
    weights,
    settings,
    data,
    onCheckpoint: ({ weights: tiles }) => {
      moved = tiles;
    },
  });
  return Math.abs(moved[0] - weights[0][0]);
}

test("a spike that grazes the threshold throws its weights away, unless its slope is bounded", () => {
  const [exact, bounded] = [0, 0.1].map(stepOfGrazing);
  // κ ≤ τ/4, an error of 1/τ_L at most.
  assert.ok(bounded <= (1e-3 * (0.26 / 4) * 0.26) / (0.02 * 0.1 * 0.1), `${bounded}`);
  assert.ok(exact > 30 * bounded, `${exact} exactly, ${bounded} bounded`);
});

/** An engine that goes wrong in one batch; the real one was never seen to. */
class BrokenEngine extends BatchEngine {
  #calls = 0;
  override backward(errors: ArrayLike<number>): Float32Array {
    const below = super.backward(errors);
    // A batch of 23 goes through in one part.
    if (++this.#calls === 3) this.gradient[this.gradient.length - 40] = Number.POSITIVE_INFINITY;
    return below;
  }
}

test("a gradient that is not finite is an error that names layer, epoch and batch", () => {
  assert.throws(() => fit({ Engine: BrokenEngine, settings: { shards: 1 } }), {
    name: "StateError",
    message:
      'the gradient of layer "output" must be finite, but got Infinity in epoch 1, batch 3. Use a smaller learning rate.',
  });
});

test("labels without an output are refused before anything is trained", () => {
  const net = eventNetwork({ inputShape: [4], layers: [{ id: "only", kind: "dense", units: 1 }] });
  assert.throws(() => fit({ net }), /^InvalidValueError: training label \d+ must be below 1, but got 1/);
});

test("the step schedule halves every so many epochs down to its floor, the cosine ends at it", () => {
  const settings = resolve("training", eventTrainingFields, {
    learningRate: 8e-3,
    schedule: "step",
    stepEpochs: 10,
    leastRate: 1e-3,
    epochs: 100,
  });
  const rates = [0, 9, 10, 25, 35, 99].map((epoch) => eventLearningRate(settings, epoch));
  assert.deepEqual(rates, [8e-3, 8e-3, 4e-3, 2e-3, 1e-3, 1e-3]);
  const cosine = { ...settings, schedule: "cosine" } as const;
  assert.equal(eventLearningRate(cosine, 0), 8e-3);
  assert.ok(Math.abs(eventLearningRate(cosine, 50) - 4e-3) < 1e-12);
  assert.equal(eventLearningRate(cosine, 99), 1e-3);
});

test("an evaluation counts every spike once and finds the silent neurons", () => {
  const mark = kernels.mark();
  const engine = new BatchEngine(kernels, { network, workBytes: 2 ** 22 });
  const weights = initialiseEventWeights(network, 0, [{ kind: "uniform", a: 0.2, b: 1 }]);
  weights[0].fill(-1, 0, 4);
  engine.setWeights(weights);
  const { activity, samples, undecided, firstOutputS, settledS } = evaluateEvents(
    engine,
    validation,
    "count",
  );
  engine.forward(validation.trains);
  assert.deepEqual(
    activity.map(({ spikes }) => spikes),
    [0, 1].map((layer) => engine.trains(layer).timeS.length),
  );
  assert.equal(activity[0].silentNeurons, 1);
  assert.equal(samples, 100);
  assert.equal(undecided, 0);
  assert.ok(firstOutputS !== null && settledS !== null && firstOutputS > 0 && settledS >= firstOutputS);
  kernels.release(mark);
});

test("every experiment is a sound network whose settings, code and starting weights fit it", () => {
  for (const [name, { network: given, coding: code, training, starts: start }] of Object.entries(
    eventExperiments,
  )) {
    const net = eventNetwork(given);
    assert.doesNotThrow(() => resolve("coding", eventCodingFields, code), name);
    const settings = resolve("training", eventTrainingFields, training);
    assert.equal(initialiseEventWeights(net, 0, start).length, net.layers.length, name);
    const isSingle = settings.loss !== "count";
    const shapes = eventShapes(net);
    assert.ok(neuronsOf(shapes[shapes.length - 1]) >= 2, name);
    for (const layer of net.layers) {
      if (layer.kind !== "pool" && isSingle) assert.equal(layer.maxSpikes, 1, `${name} ${layer.id}`);
    }
  }
});
