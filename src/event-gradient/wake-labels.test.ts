// What keeps a training alive near the threshold: spikes that barely fired do not outweigh all others, and labels that
// nearly fired are treated as if they had.

import assert from "node:assert/strict";
import { test } from "node:test";
import { between, drawnWeights, drawOf } from "../../test/event-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { BatchEngine } from "./batch-engine.ts";
import { type EventNetwork, eventNetwork } from "./event-network.ts";
import { type SpikeTrains, spikeTrainsOf } from "./spike-trains.ts";
import { wakeLabels } from "./wake-labels.ts";

const kernels = await loadKernels({ memoryBytes: 2 ** 26 });
const [inputs, windowS, threshold, tauSynapseS] = [12, 0.5, 0.1, 0.13];

function oneLayer(ratio: number, units = 2): EventNetwork {
  const times = { tauSynapseS, tauMembraneS: ratio * tauSynapseS };
  const layers = [{ id: "output", kind: "dense", units, threshold, maxSpikes: 1, ...times } as const];
  return eventNetwork({ inputShape: [inputs], windowS, layers });
}

function drawnTrains(index: number): SpikeTrains {
  const draw = drawOf(index);
  const timeS = Array.from({ length: inputs }, () => between(draw, 0, 0.2));
  return spikeTrainsOf([{ neuron: [...timeS.keys()], timeS }], { neurons: inputs, windowS });
}

/** The gradient of weights times a scale; `error` is that of neuron 0's spike. */
function gradientOf(
  network: EventNetwork,
  weights: Float64Array,
  trains: SpikeTrains,
  error: number,
  leastSlope: number,
) {
  const mark = kernels.mark();
  const engine = new BatchEngine(kernels, { network, workBytes: 2 ** 20 });
  engine.setWeights([weights]);
  engine.forward(trains);
  const output = engine.trains();
  const isSilent = !output.neuron.includes(0);
  if (isSilent) wakeLabels(engine, { output, inputs: trains, first: 0, labels: Uint8Array.of(0), error });
  else {
    engine.boundSlopes(leastSlope);
    engine.backward(Array.from(output.neuron, (neuron) => (neuron === 0 ? error : 0)));
  }
  const gradient = engine.getGradient()[0];
  kernels.release(mark);
  return { isSilent, gradient };
}

const norm = (values: Iterable<number>): number => Math.hypot(...values);
const times = (weights: Float64Array, scale: number): Float64Array => weights.map((w) => scale * w);

/** Weights between firing and silence of neuron 0: the largest scale that leaves it silent, and a hair more. */
function aroundGrazing(network: EventNetwork, weights: Float64Array, trains: SpikeTrains) {
  let [low, high] = [0, 64];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (gradientOf(network, times(weights, middle), trains, 1, 0).isSilent) low = middle;
    else high = middle;
  }
  return { below: times(weights, low * (1 - 1e-6)), above: times(weights, high * (1 + 1e-6)) };
}

for (const ratio of [1, 2]) {
  const network = oneLayer(ratio);

  test(`τ = ${ratio} τₛ: a spike that grazes the threshold weighs no more than one of the least slope`, () => {
    let grazing = 0;
    for (let index = 0; index < 8; index++) {
      const trains = drawnTrains(index);
      const [weights] = drawnWeights(network, drawOf(100 + index), -0.3, 1);
      const { above } = aroundGrazing(network, weights as Float64Array, trains);
      const exact = norm(gradientOf(network, above, trains, 1, 0).gradient);
      const bounded = norm(gradientOf(network, above, trains, 1, 0.1).gradient);
      const most = (Math.sqrt(inputs) * tauSynapseS) / (0.1 * (threshold / (ratio * tauSynapseS)));
      assert.ok(bounded <= most, `${bounded} bounded, at most ${most}`);
      // A peak that the next event cuts off is steep.
      if (exact > 20 * bounded) grazing++;
      // A spike that rises well is as it was, to the last bit.
      const steep = times(above, 4);
      assert.deepEqual(gradientOf(network, steep, trains, 1, 0.1), gradientOf(network, steep, trains, 1, 0));
    }
    assert.ok(grazing >= 5, `${grazing} of 8`);
  });

  test(`τ = ${ratio} τₛ: a label that all but fires is pulled like one that barely did`, () => {
    for (let index = 0; index < 8; index++) {
      const trains = drawnTrains(index);
      const [weights] = drawnWeights(network, drawOf(100 + index), -0.3, 1);
      const { below, above } = aroundGrazing(network, weights as Float64Array, trains);
      const asleep = gradientOf(network, below, trains, 0.7, 1);
      const awake = gradientOf(network, above, trains, 0.7, 1);
      assert.deepEqual([asleep.isSilent, awake.isSilent], [true, false]);
      const error = norm(asleep.gradient.map((value, i) => value - awake.gradient[i]));
      // The peak is before the crossing by the root of the distance to the threshold.
      assert.ok(error < 0.02 * norm(awake.gradient), `${error} of ${norm(awake.gradient)}`);
    }
  });

  test(`τ = ${ratio} τₛ: a label that only inhibition reaches is pulled up by all it hears`, () => {
    const trains = drawnTrains(0);
    const { gradient } = gradientOf(network, new Float64Array(2 * inputs).fill(-1), trains, 1, 0);
    assert.ok(gradient.subarray(0, inputs).every((value) => value < 0));
    assert.ok(gradient.subarray(inputs).every((value) => value === 0));
  });
}

test("a deep network's silent label is pulled by the spikes of the layer below, in its own row", () => {
  const mark = kernels.mark();
  const layers = [20, 18].map((units, l) => ({
    id: `layer${l}`,
    kind: "dense" as const,
    units,
    threshold: [0.02, 50][l],
    maxSpikes: 1,
  }));
  const network = eventNetwork({ inputShape: [inputs], windowS, layers });
  const engine = new BatchEngine(kernels, { network, workBytes: 2 ** 20 });
  engine.setWeights(drawnWeights(network, drawOf(5), -0.5, 1));
  const trains = drawnTrains(3);
  engine.forward(trains);
  const hidden = new Set(engine.trains(0).neuron);
  assert.ok(hidden.size > 2 && hidden.size < 20);
  wakeLabels(engine, {
    output: engine.trains(),
    inputs: trains,
    first: 0,
    labels: Uint8Array.of(17),
    error: 1,
  });
  const [below, own] = engine.getGradient();
  assert.ok(below.every((value) => value === 0));
  for (const [at, value] of own.entries()) {
    const isHeard = Math.floor(at / 20) === 17 && hidden.has(at % 20);
    assert.ok(isHeard ? value <= 0 : value === 0);
  }
  assert.ok(norm(own) > 0);
  kernels.release(mark);
});

test("no events, or none but at the window's end, pull nothing and give no NaN", () => {
  const network = oneLayer(2);
  const trains = [[], [windowS]].map((timeS) =>
    spikeTrainsOf([{ neuron: timeS.map(() => 1), timeS }], { neurons: inputs, windowS }),
  );
  for (const some of trains) {
    const { gradient, isSilent } = gradientOf(network, new Float64Array(2 * inputs).fill(1), some, 1, 0);
    assert.ok(isSilent && gradient.every((value) => value === 0));
  }
});
