// The exact gradient of spike times against central differences, the published sums and hand-made cases.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkGradient, type Objective } from "../../test/event-gradient-check.ts";
import { drawnEvents, drawnWeights, drawOf, sortedEvents } from "../../test/event-networks.ts";
import { eventLoss } from "./event-losses.ts";
import { type EventNetwork, eventNetwork, type GivenEventLayer, neuronsOf } from "./event-network.ts";
import { spikeTimeGradient, spikeTimes } from "./spike-times.ts";

/** What central differences leave of 16 digits, after up to 400 spikes in three layers. */
const tolerance = 1e-6;

const taus = [
  { name: "τ = 2 τₛ", tauSynapseS: 0.13, tauMembraneS: 0.26 },
  { name: "τ = τₛ", tauSynapseS: 0.13, tauMembraneS: 0.13 },
];

const windowS = 0.4;

/** The loss of a sample labelled 1; of a count, whose errors only stand in for a derivative, what they stand for. */
function objectiveOf(name: string, classes: number): Objective {
  const loss = eventLoss(name, name === "count" ? {} : { tauS: 0.05 });
  return ({ neuron, timeS }, errors) => {
    const value = loss({ neurons: classes, windowS, neuron, timeS }, 1, errors);
    return name === "count" ? timeS.reduce((sum, t, k) => sum + errors[k] * t, 0) : value;
  };
}

/** Another cost for every spike, by its neuron and number, so that spikes that change places change nothing. */
const eachSpike: Objective = ({ neuron, timeS }, errors) => {
  const counts: number[] = [];
  for (const [k, i] of neuron.entries()) {
    counts[i] = (counts[i] ?? 0) + 1;
    errors[k] = Math.cos(3 * i + 2 * counts[i]);
  }
  return timeS.reduce((sum, t, k) => sum + errors[k] * t, 0);
};

function assertChecked(
  network: EventNetwork,
  cases: readonly { seed: number; events: number; objective: Objective; leastSpikes: number }[],
): void {
  let comparedOfAll = 0;
  let skippedOfAll = 0;
  for (const { seed, events, objective, leastSpikes } of cases) {
    const draw = drawOf(seed);
    const weights = drawnWeights(network, draw, -2, 5);
    const input = drawnEvents(draw, neuronsOf(network.inputShape), events, 0.15);
    const { worst, compared, skipped, spikes } = checkGradient(network, weights, input, objective);
    const where = `seed ${seed}, spikes ${spikes}`;
    assert.ok(worst < tolerance, `${where}: ${worst}`);
    comparedOfAll += compared;
    skippedOfAll += skipped;
    assert.ok((spikes.at(-1) ?? 0) >= leastSpikes, where);
  }
  assert.ok(skippedOfAll <= comparedOfAll / 10, `${skippedOfAll} skipped, ${comparedOfAll} compared`);
}

for (const { name, ...tau } of taus) {
  const hidden = (id: string, units: number, threshold: number, maxSpikes: number): GivenEventLayer => ({
    id,
    kind: "dense",
    units,
    threshold,
    maxSpikes,
    ...tau,
  });

  for (const maxSpikes of [1, 3, 30]) {
    test(`${name}, ${maxSpikes} spikes: the gradient of three dense layers is that of central differences`, () => {
      const network = eventNetwork({
        inputShape: [6],
        windowS,
        layers: [
          hidden("a", 7, 0.04, maxSpikes),
          hidden("b", 5, 0.06, maxSpikes),
          hidden("c", 3, 0.08, maxSpikes),
        ],
      });
      const seeds = [1, 2, 3].map((n) => 1000 * n + maxSpikes);
      assertChecked(
        network,
        seeds.map((seed) => ({ seed, events: 10, objective: eachSpike, leastSpikes: 1 })),
      );
    });
  }

  test(`${name}: the gradient of convolution, pool and dense layers is that of central differences`, () => {
    const network = eventNetwork({
      inputShape: [2, 6, 7],
      windowS,
      layers: [
        {
          id: "conv1",
          kind: "conv2d",
          channels: 3,
          kernel: [3, 2],
          padding: [1, 0],
          maxSpikes: 1,
          threshold: 0.03,
          ...tau,
        },
        { id: "pool1", kind: "pool", kernel: [2, 2] },
        {
          id: "conv2",
          kind: "conv2d",
          channels: 2,
          kernel: [2, 3],
          stride: [1, 2],
          padding: [0, 1],
          maxSpikes: 3,
          threshold: 0.03,
          ...tau,
        },
        // Windows that overlap: an event is heard twice.
        { id: "pool2", kind: "pool", kernel: [2, 1], stride: [1, 1] },
        hidden("out", 3, 0.04, 10),
      ],
    });
    assertChecked(
      network,
      [11, 12].map((seed) => ({ seed, events: 30, objective: eachSpike, leastSpikes: 6 })),
    );
  });

  for (const loss of ["count", "firstSpike", "earlySpike", "spikeTime"]) {
    test(`${name}: the gradient of the ${loss} loss is that of central differences`, () => {
      const network = eventNetwork({
        inputShape: [6],
        windowS,
        layers: [hidden("h", 8, 0.04, 4), hidden("o", 3, 0.06, 10)],
      });
      assertChecked(
        network,
        [21, 22].map((seed) => ({ seed, events: 10, objective: objectiveOf(loss, 3), leastSpikes: 3 })),
      );
    });
  }

  test(`${name}: the gradient stays exact where a neuron is about to fall silent, and grows without bound`, () => {
    const network = eventNetwork({ inputShape: [1], windowS: 2, layers: [hidden("o", 1, 0.05, 1)] });
    const input = sortedEvents([0], [0], 1);
    // From rest the peak of κ is τₛ/2 for 2 τₛ and τₛ/e for τₛ, at a weight of ϑ over it the potential grazes.
    const least = 0.05 / (tau.tauSynapseS * (tau.tauMembraneS === tau.tauSynapseS ? 1 / Math.E : 0.5));
    let before = 0;
    for (const above of [1e-2, 1e-4, 1e-6]) {
      const weight = Float64Array.of(least * (1 + above));
      const spikes = spikeTimes(network, [weight], input);
      const [gradient] = spikeTimeGradient(network, [weight], input, spikes, [1]).weights[0];
      // Steps that stay as far from the grazing point as the weight is.
      const step = 1e-3 * least * above;
      const [up, down] = [step, -step].map(
        (by) => spikeTimes(network, [Float64Array.of(weight[0] + by)], input)[0].timeS[0],
      );
      assert.ok(Math.abs((up - down) / (2 * step) / gradient - 1) < 2e-6);
      // The slope goes with the root of the distance.
      if (before !== 0) assert.ok(Math.abs(gradient / before - 10) < 2, `${gradient} after ${before}`);
      before = gradient;
    }
    const silent = [Float64Array.of(least * (1 - 1e-6))];
    const none = spikeTimes(network, silent, input);
    assert.equal(none[0].timeS.length, 0);
    const { weights, inputErrors } = spikeTimeGradient(network, silent, input, none, []);
    assert.deepEqual([...weights[0], ...inputErrors], [0, 0]);
  });

  test(`${name}: an event at the very time of a spike is not its cause, one just before is`, () => {
    const network = eventNetwork({ inputShape: [2], windowS: 1, layers: [hidden("o", 1, 0.02, 1)] });
    const weights = [Float64Array.of(1, 0.7)];
    const [{ timeS }] = spikeTimes(network, weights, sortedEvents([0], [0], 2));
    const gradientAt = (by: number): { weight: number; error: number } => {
      const input = sortedEvents([0, 1], [0, timeS[0] + by], 2);
      const spikes = spikeTimes(network, weights, input);
      assert.ok(Math.abs(spikes[0].timeS[0] - timeS[0]) < 1e-6);
      const { weights: gradients, inputErrors } = spikeTimeGradient(network, weights, input, spikes, [1]);
      return { weight: gradients[0][1], error: inputErrors[input.neuron.indexOf(1)] };
    };
    assert.deepEqual(gradientAt(0), { weight: 0, error: 0 });
    assert.deepEqual(gradientAt(1e-7), { weight: 0, error: 0 });
    const before = gradientAt(-1e-7);
    // A weight has no say yet (κ(0) = 0); its time has, from the first moment on (κ'(0) = 1).
    assert.ok(before.weight < 0 && before.weight > -1e-6 && before.error > 0.1);
  });
}

test("τ = 2 τₛ: the gradient is the published sum over growing exponentials", () => {
  // Bacho & Chu 2023: f1 = (τ/a)(1 + c z/x), f2 = τ/x, and the reset chain from the last spike to the first.
  const [tauS, tauSynapseS, threshold] = [0.26, 0.13, 0.05];
  const network = eventNetwork({
    inputShape: [4],
    windowS,
    layers: [{ id: "o", kind: "dense", units: 1, threshold, tauSynapseS, tauMembraneS: tauS }],
  });
  const draw = drawOf(31);
  const weights = drawnWeights(network, draw, -2, 6);
  const input = drawnEvents(draw, 4, 9, 0.2);
  const spikes = spikeTimes(network, weights, input);
  const own = spikes[0].timeS;
  const errors = Array.from(own, (_, k) => Math.sin(k + 1));
  const { weights: gradients, inputErrors } = spikeTimeGradient(network, weights, input, spikes, errors);
  const c = threshold / tauS;
  const causes = [...input.timeS.keys()];
  const factors = [...own].map((t, k) => {
    const before = causes.filter((e) => input.timeS[e] < t);
    const weightOf = (e: number): number => weights[0][input.neuron[e]];
    const a = before.reduce((sum, e) => sum + weightOf(e) * Math.exp(input.timeS[e] / tauSynapseS), 0);
    const resets = [...own.subarray(0, k)].reduce((sum, z) => sum + c * Math.exp(z / tauS), 0);
    const b = before.reduce((sum, e) => sum + weightOf(e) * Math.exp(input.timeS[e] / tauS), 0) - resets;
    const x = Math.sqrt(b * b - 4 * a * c);
    const z = (2 * a) / (b + x);
    assert.ok(Math.abs(tauS * Math.log(z) - t) < 1e-12);
    return { z, x, f1: (tauS / a) * (1 + (c * z) / x), f2: tauS / x };
  });
  const chained = [...errors];
  let later = 0;
  for (let k = own.length - 1; k >= 0; k--) {
    chained[k] += factors[k].z * later;
    later += (chained[k] * c) / factors[k].x;
  }
  assert.ok(own.length >= 5);
  const expected = new Float64Array(4);
  for (const e of causes) {
    const t = input.timeS[e];
    let error = 0;
    for (const [k, { f1, f2 }] of factors.entries()) {
      if (own[k] <= t) continue;
      const fast = f1 * Math.exp(t / tauSynapseS);
      const slow = f2 * Math.exp(t / tauS);
      expected[input.neuron[e]] += chained[k] * (fast - slow);
      error += chained[k] * (fast / tauSynapseS - slow / tauS);
    }
    error *= weights[0][input.neuron[e]];
    assert.ok(Math.abs(error - inputErrors[e]) < 1e-9 * (1 + Math.abs(error)));
  }
  for (const [j, g] of expected.entries()) {
    assert.ok(
      Math.abs(g - gradients[0][j]) < 1e-9 * (1 + Math.abs(g)),
      `weight ${j}: ${gradients[0][j]}, ${g}`,
    );
  }
});

test("τ = τₛ: time and gradient of a first spike are those of Göltz et al.", () => {
  // A = Σ w e^(tᵢ/τ), B = Σ w (tᵢ/τ) e^(tᵢ/τ), t = τ (B/A − W), ∂t/∂wᵢ = −e^(tᵢ/τ)(t − tᵢ)/(A (1 + W)); ϑ here is theirs times τ.
  const tau = 0.5;
  const neuron = { threshold: 0.3 * tau, tauSynapseS: tau, tauMembraneS: tau, maxSpikes: 1 };
  const network = eventNetwork({
    inputShape: [3],
    windowS: 4,
    layers: [{ id: "o", kind: "dense", units: 1, ...neuron }],
  });
  const weights = Float64Array.of(0.6, -0.2, 0.9);
  const input = sortedEvents([0, 1, 2], [0.1, 0.15, 0.2], 3);
  const spikes = spikeTimes(network, [weights], input);
  const [t] = spikes[0].timeS;
  const grown = [...input.timeS].map((ti) => Math.exp(ti / tau));
  const a = weights.reduce((sum, w, i) => sum + w * grown[i], 0);
  const b = weights.reduce((sum, w, i) => sum + w * (input.timeS[i] / tau) * grown[i], 0);
  assert.ok(t > 0.2, "all three inputs must be causes");
  const lambert = b / a - t / tau;
  const argument = -(0.3 / a) * Math.exp(b / a);
  assert.ok(Math.abs(lambert * Math.exp(lambert) - argument) < 1e-14 && lambert > -1);
  const { weights: gradients } = spikeTimeGradient(network, [weights], input, spikes, [1]);
  for (const [i, ti] of input.timeS.entries()) {
    const expected = (-grown[i] * (t - ti)) / (a * (1 + lambert));
    assert.ok(Math.abs(gradients[0][i] - expected) < 1e-13);
  }
});

test("the gradient does not depend on when the sample begins, however late", () => {
  for (const { tauSynapseS, tauMembraneS } of taus) {
    const gradientAt = (shiftS: number): number[] => {
      const layers: GivenEventLayer[] = [4, 2].map((units, l) => ({
        id: `layer${l}`,
        kind: "dense",
        units,
        threshold: 0.04,
        tauSynapseS,
        tauMembraneS,
      }));
      const network = eventNetwork({ inputShape: [3], windowS: windowS + shiftS, layers });
      const draw = drawOf(51);
      const weights = drawnWeights(network, draw, -1, 5);
      const drawn = drawnEvents(draw, 3, 6, 0.1);
      const input = { ...drawn, timeS: drawn.timeS.map((t) => t + shiftS) };
      const spikes = spikeTimes(network, weights, input);
      const errors = new Float64Array(spikes[1].timeS.length).fill(1);
      const gradient = spikeTimeGradient(network, weights, input, spikes, errors);
      return [...gradient.weights.flatMap((layer) => [...layer]), ...gradient.inputErrors];
    };
    const early = gradientAt(0);
    // 1000 s is 7700 τₛ; its times have 3 digits less.
    for (const [k, g] of gradientAt(1000).entries()) {
      assert.ok(Math.abs(g - early[k]) < 1e-7 * (1 + Math.abs(early[k])), `${g} for ${early[k]}`);
    }
    assert.ok(early.some((g) => Math.abs(g) > 0.01));
  }
});

test("errors of no spikes, and spikes without errors, give a gradient of 0", () => {
  const network = eventNetwork({
    inputShape: [3],
    windowS,
    layers: [
      { id: "h", kind: "dense", units: 4, threshold: 0.03 },
      { id: "o", kind: "dense", units: 2, threshold: 0.03 },
    ],
  });
  const draw = drawOf(41);
  const weights = drawnWeights(network, draw, 1, 3);
  for (const input of [sortedEvents([], [], 3), drawnEvents(draw, 3, 5, 0.1)]) {
    const spikes = spikeTimes(network, weights, input);
    const errors = new Float64Array(spikes[1].timeS.length);
    const { weights: gradients, inputErrors } = spikeTimeGradient(network, weights, input, spikes, errors);
    assert.ok(gradients.every((layer) => layer.every((g) => g === 0)));
    assert.ok(inputErrors.length === input.timeS.length && inputErrors.every((e) => e === 0));
  }
});
