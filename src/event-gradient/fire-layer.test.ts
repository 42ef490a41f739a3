// Spike times of layers and networks: against small steps of the equations, and by the laws that they obey.

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnEvents, drawnWeights, drawOf, sortedEvents } from "../../test/event-networks.ts";
import { smallStepTimes } from "../../test/small-step-neurons.ts";
import { type EventNetwork, eventNetwork, type GivenEventLayer } from "./event-network.ts";
import type { LayerSpikes } from "./fire-layer.ts";
import { type EventWeights, type SampleSpikes, spikeTimes } from "./spike-times.ts";

const taus = [
  { name: "τ = 2 τₛ", tauSynapseS: 0.13, tauMembraneS: 0.26 },
  { name: "τ = τₛ", tauSynapseS: 0.13, tauMembraneS: 0.13 },
];

function dense(id: string, units: number, given: Partial<GivenEventLayer> = {}): GivenEventLayer {
  return { id, kind: "dense", units, ...given } as GivenEventLayer;
}

function lastOf(network: EventNetwork, weights: EventWeights, input: SampleSpikes): LayerSpikes {
  return spikeTimes(network, weights, input)[network.layers.length - 1];
}

function timesOf({ neuron, timeS }: LayerSpikes, neurons: number): number[][] {
  const times = Array.from({ length: neurons }, (): number[] => []);
  for (const [k, i] of neuron.entries()) times[i].push(timeS[k]);
  return times;
}

function assertSameSpikes(found: LayerSpikes, expected: LayerSpikes, toleranceS = 0): void {
  assert.deepEqual([...found.neuron], [...expected.neuron]);
  for (const [k, t] of found.timeS.entries()) {
    assert.ok(
      Math.abs(t - expected.timeS[k]) <= toleranceS,
      `spike ${k} at ${t}, not ${expected.timeS[k]} s`,
    );
  }
}

for (const { name, ...tau } of taus) {
  for (const maxSpikes of [1, 3, 30]) {
    test(`${name}, ${maxSpikes} spikes: small steps come to the same spikes, half the step to half the error`, () => {
      const network = eventNetwork({
        inputShape: [8],
        windowS: 0.4,
        layers: [dense("only", 12, { ...tau, maxSpikes, threshold: 0.05 })],
      });
      const draw = drawOf(maxSpikes);
      const weights = drawnWeights(network, draw, -3, 7);
      const input = drawnEvents(draw, 8, 20, 0.2);
      const exact = timesOf(lastOf(network, weights, input), 12);
      const [layer] = network.layers;
      assert.ok(layer.kind === "dense");
      const errors = [1e-4, 5e-5, 2.5e-5, 1.25e-5].map((stepS) => {
        const stepped = smallStepTimes(layer, weights[0], 8, input, 0.4, stepS);
        let worst = 0;
        for (const [i, times] of exact.entries()) {
          assert.equal(stepped[i].length, times.length, `neuron ${i} at steps of ${stepS} s`);
          for (const [k, t] of times.entries()) worst = Math.max(worst, Math.abs(t - stepped[i][k]));
        }
        return worst;
      });
      assert.ok(exact.flat().length >= 6 * Math.min(maxSpikes, 4), `${exact.flat().length} spikes`);
      // Not exactly by 2: a spike is seen at the end of the step it falls into.
      assert.ok(errors[0] < 60 * 1e-4, `worst error ${errors[0]} s`);
      assert.ok(errors[2] < 0.45 * errors[0] && errors[3] < 0.45 * errors[1], `errors ${errors}`);
    });
  }

  test(`${name}: shifting all inputs shifts all spikes, however far`, () => {
    const layers = [dense("h", 9, { ...tau, threshold: 0.03 }), dense("o", 4, { ...tau, threshold: 0.05 })];
    const draw = drawOf(50);
    const early = eventNetwork({ inputShape: [5], windowS: 0.5, layers });
    const weights = drawnWeights(early, draw, -2, 5);
    const input = drawnEvents(draw, 5, 12, 0.1);
    const before = lastOf(early, weights, input);
    assert.ok(before.timeS.length > 10);
    // At 1000 s e^(t/τₛ) is far beyond float64.
    for (const shiftS of [0.37, 1000]) {
      const late = eventNetwork({ inputShape: [5], windowS: 0.5 + shiftS, layers });
      const shifted = lastOf(late, weights, { ...input, timeS: input.timeS.map((t) => t + shiftS) });
      assertSameSpikes(
        shifted,
        { ...before, timeS: before.timeS.map((t) => t + shiftS) },
        1e-9 * Math.max(1, shiftS),
      );
    }
  });

  test(`${name}: doubled weights and thresholds change nothing, nor does another unit of time`, () => {
    const draw = drawOf(60);
    const scaled = (factor: number, unit: number): EventNetwork => {
      const seconds = {
        tauSynapseS: tau.tauSynapseS * unit,
        tauMembraneS: tau.tauMembraneS * unit,
        threshold: 0.03 * factor * unit,
      };
      const layers = [dense("h", 9, seconds), dense("o", 4, seconds)];
      return eventNetwork({ inputShape: [5], windowS: 0.5 * unit, layers });
    };
    const network = scaled(1, 1);
    const weights = drawnWeights(network, draw, -2, 5);
    const input = drawnEvents(draw, 5, 12, 0.1);
    const before = lastOf(network, weights, input);
    const doubled = weights.map((layer) => layer.map((w) => 2 * w));
    assertSameSpikes(lastOf(scaled(2, 1), doubled, input), before);
    const inHalves = { ...input, timeS: input.timeS.map((t) => 2 * t) };
    const slow = lastOf(scaled(1, 2), weights, inHalves);
    assertSameSpikes(slow, { ...before, timeS: before.timeS.map((t) => 2 * t) }, 1e-12);
  });

  test(`${name}: the first of many spikes is the only one of time-to-first-spike, and caps cut the rest`, () => {
    const draw = drawOf(70);
    const capped = (maxSpikes: number): EventNetwork =>
      eventNetwork({
        inputShape: [6],
        windowS: 0.5,
        layers: [dense("o", 10, { ...tau, threshold: 0.02, maxSpikes })],
      });
    const weights = drawnWeights(capped(1), draw, -2, 5);
    const input = drawnEvents(draw, 6, 15, 0.2);
    const many = timesOf(lastOf(capped(100), weights, input), 10);
    assert.ok(many.some((times) => times.length > 5));
    for (const maxSpikes of [1, 2, 5]) {
      const few = timesOf(lastOf(capped(maxSpikes), weights, input), 10);
      assert.deepEqual(
        few,
        many.map((times) => times.slice(0, maxSpikes)),
      );
    }
  });

  test(`${name}: a shorter window keeps the spikes up to its end, the last moment included`, () => {
    const draw = drawOf(80);
    const until = (windowS: number): EventNetwork =>
      eventNetwork({
        inputShape: [6],
        windowS,
        layers: [dense("h", 10, { ...tau, threshold: 0.02 }), dense("o", 3, { ...tau, threshold: 0.02 })],
      });
    const weights = drawnWeights(until(1), draw, -2, 5);
    const input = drawnEvents(draw, 6, 15, 0.3);
    const all = lastOf(until(1), weights, input);
    for (const endS of [0.05, 0.15, all.timeS[4], all.timeS[all.timeS.length - 1]]) {
      const cut = lastOf(until(endS), weights, input);
      const kept = all.timeS.filter((t) => t <= endS).length;
      assertSameSpikes(cut, { neuron: all.neuron.slice(0, kept), timeS: all.timeS.slice(0, kept) });
    }
  });

  test(`${name}: spikes come no sooner for an inhibitory event, and no later for an excitatory one`, () => {
    const network = eventNetwork({
      inputShape: [7],
      windowS: 0.5,
      layers: [dense("o", 1, { ...tau, threshold: 0.02, maxSpikes: 1 })],
    });
    for (let n = 0; n < 50; n++) {
      const draw = drawOf(900 + n);
      const weights = drawnWeights(network, draw, 0, 2);
      const input = drawnEvents(draw, 7, 9, 0.2);
      const first = (by: number): number => {
        const changed = weights[0].map((w, j) => (j === 0 ? w + by : w));
        return lastOf(network, [changed], input).timeS[0] ?? Infinity;
      };
      assert.ok(first(-0.7) >= first(0) && first(0.7) <= first(0));
    }
  });
}

test("inputs may be renamed: permuted with their weights, they cause the same spikes", () => {
  const draw = drawOf(90);
  const network = eventNetwork({
    inputShape: [8],
    windowS: 0.4,
    layers: [dense("o", 6, { threshold: 0.03 })],
  });
  const [weights] = drawnWeights(network, draw, -2, 5);
  const input = drawnEvents(draw, 8, 20, 0.2);
  const name = Array.from({ length: 8 }, (_, j) => j);
  draw.shuffle(name);
  const renamed = weights.slice();
  for (const [k, w] of weights.entries()) renamed[k - (k % 8) + name[k % 8]] = w;
  const events = sortedEvents(
    [...input.neuron].map((j) => name[j]),
    [...input.timeS],
    8,
  );
  assertSameSpikes(lastOf(network, [renamed], events), lastOf(network, [weights], input));
});

test("two events of one input at one time are one with twice the weight", () => {
  const network = eventNetwork({
    inputShape: [2],
    windowS: 0.4,
    layers: [dense("o", 1, { threshold: 0.05 })],
  });
  const twice = sortedEvents([0, 0, 1], [0.01, 0.01, 0.02], 2);
  const once = sortedEvents([0, 1], [0.01, 0.02], 2);
  const found = lastOf(network, [Float64Array.of(0.5, 0.25)], twice);
  assert.ok(found.timeS.length > 1);
  assertSameSpikes(found, lastOf(network, [Float64Array.of(1, 0.25)], once), 1e-15);
});

test("the order of events at one time does not matter, even where the first alone would fire", () => {
  const network = eventNetwork({
    inputShape: [3],
    windowS: 0.4,
    layers: [dense("o", 1, { threshold: 0.05 })],
  });
  const events = { neuron: [0, 1, 2], timeS: [0.01, 0.02, 0.02] };
  const found = [
    [2, -4, 9],
    [2, 9, -4],
  ].map((w) => lastOf(network, [Float64Array.from(w)], sortedEvents(events.neuron, events.timeS, 3)));
  assert.ok(found[0].timeS.length > 0);
  assertSameSpikes(found[0], found[1], 1e-15);
});

test("no events, no weights and silent layers give no spikes, and one input is enough for many", () => {
  const layers = [dense("h", 4, { threshold: 0.05 }), dense("o", 2, { threshold: 0.05 })];
  const network = eventNetwork({ inputShape: [1], windowS: 1, layers });
  const none = sortedEvents([], [], 1);
  const one = sortedEvents([0], [0.1], 1);
  const excited = [new Float64Array(4).fill(2), new Float64Array(8).fill(1)];
  const spikesOf = (weights: EventWeights, input: SampleSpikes): number[] =>
    spikeTimes(network, weights, input).map(({ timeS }) => timeS.length);
  assert.deepEqual(spikesOf(excited, none), [0, 0]);
  assert.deepEqual(spikesOf([new Float64Array(4), excited[1]], one), [0, 0]);
  assert.deepEqual(spikesOf([excited[0].map((w) => -w), excited[1]], one), [0, 0]);
  const [hidden, output] = spikesOf(excited, one);
  assert.ok(hidden > 4 && output > 2);
});

test("events at the window's end cause nothing, and late ones are not heard", () => {
  const network = eventNetwork({
    inputShape: [1],
    windowS: 0.2,
    layers: [dense("o", 1, { threshold: 0.01 })],
  });
  const heard = (timeS: number): number =>
    lastOf(network, [Float64Array.of(5)], sortedEvents([0], [timeS], 1)).timeS.length;
  assert.equal(heard(0.2), 0);
  assert.equal(heard(0.21), 0);
  assert.ok(heard(0.15) > 0);
});

test("a layer whose weights have another number than its shape is refused", () => {
  const network = eventNetwork({ inputShape: [3], layers: [dense("o", 2)] });
  assert.throws(() => spikeTimes(network, [new Float64Array(5)], sortedEvents([], [], 3)), {
    name: "InvalidValueError",
    message: 'weights of layer "o" must be 6 numbers, but got 5.',
  });
});

test("weights that lead far below the threshold or far above it leave all times finite", () => {
  const draw = drawOf(99);
  const network = eventNetwork({
    inputShape: [4],
    windowS: 1,
    layers: [dense("h", 6, { threshold: 0.1 }), dense("o", 3, { threshold: 0.1 })],
  });
  for (const size of [1e-12, 1, 1e12]) {
    const weights = drawnWeights(network, draw, -size, size);
    const spikes = spikeTimes(network, weights, drawnEvents(draw, 4, 10, 0.5));
    for (const { timeS, slope = new Float64Array(0) } of spikes) {
      assert.ok(timeS.every((t) => t >= 0 && t <= 1));
      assert.ok(slope.every((s) => s > 0 && s < Infinity));
    }
  }
});
