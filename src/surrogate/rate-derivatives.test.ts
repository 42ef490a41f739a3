// Derivatives through firing rates: a plain twin on the spikes that fell, and the clipped network that rates tend to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { madeModel, spikingModelOf } from "../../test/trained-networks.ts";
import { loadKernels } from "../kernels/load.ts";
import { dense, neuron, sequential } from "../model/build.ts";
import type { Inference, Model } from "../model/model.ts";
import type { Network } from "../model/network.ts";
import { rateDerivatives } from "./pass/rate-derivatives.ts";
import { seriesLosses } from "./series-losses.ts";
import { SurrogateEngine, type SurrogateEngineOptions } from "./surrogate-engine.ts";
import type { LearnableParameter } from "./trained-layout.ts";

const kernels = await loadKernels({ memoryBytes: 2 ** 24 });

function engineOf(
  network: Network,
  inference: Partial<Inference>,
  more: Partial<SurrogateEngineOptions> = {},
): SurrogateEngine {
  const made = madeModel(network, 2);
  const neurons = Object.entries(made.tensors).map(([name, tensor]) => {
    const value = { threshold: 0.6, leak: 0.95 }[name.slice(name.indexOf(".") + 1)];
    return [name, value === undefined ? tensor : { shape: [1], data: Float32Array.of(value) }] as const;
  });
  const tensors = neurons.filter(([name]) => !/currentGain|initial/.test(name));
  const model: Model = spikingModelOf(network, Object.fromEntries(tensors), inference, ["a", "b", "c"]);
  return new SurrogateEngine(kernels, {
    model,
    loss: seriesLosses.countCrossEntropy,
    surrogate: "atan",
    slope: 2,
    isDetached: true,
    isByRates: true,
    maximumShard: 1,
    ...more,
  });
}

const draws = { seed: 0, trial: 0, images: Uint32Array.of(0) };
const pixels = Uint8Array.of(250, 30, 140, 90);
const learnt: readonly LearnableParameter[] = ["threshold"];

test("many steps of IF neurons: derivatives by weights and thresholds are those of the clipped network they tend to", () => {
  const mark = kernels.mark();
  const network = sequential("n", [4], [dense(9), neuron(), dense(7), neuron(), dense(3), neuron()]);
  const steps = 4000;
  const engine = engineOf(network, { steps }, { learnt });
  engine.pixels.set(pixels);
  const labels = engine.labels.fill(1);
  engine.compute(1, 1, draws);
  const values = new Map(
    engine.layout.parameters.map(({ name, offset, length }) => [
      name,
      Float64Array.from(engine.parameters.subarray(offset, offset + length)),
    ]),
  );
  /** Loss on counts of a network whose neurons fire at clip(a/θ, 0, 1) exactly. */
  const lossAt = (): number => {
    let rates = Float64Array.from(pixels, (pixel) => pixel / 255);
    for (const k of [1, 2, 3]) {
      const [weight, bias, threshold] = ["weight", "bias", "threshold"].map((name) =>
        values.get(`${name === "threshold" ? "neuron" : "dense"}${k}.${name}`),
      ) as Float64Array[];
      rates = bias.map((own, o) => {
        const sum = rates.reduce((total, rate, i) => total + weight[o * rates.length + i] * rate, own);
        return Math.min(1, Math.max(0, sum / threshold[0]));
      });
    }
    const scores = rates.map((rate) => steps * rate);
    const most = Math.max(...scores);
    return (
      Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0)) + most - scores[labels[0]]
    );
  };
  for (const { name, offset, length } of engine.layout.parameters) {
    const own = values.get(name) as Float64Array;
    for (let i = 0; i < length; i += 3) {
      const kept = own[i];
      own[i] = kept + 1e-7;
      const above = lossAt();
      own[i] = kept - 1e-7;
      const quotient = (above - lossAt()) / 2e-7;
      own[i] = kept;
      const got = engine.gradient[offset + i];
      assert.ok(
        Math.abs(got - quotient) < 0.01 * Math.max(20, Math.abs(quotient)),
        `${name}[${i}]: ${got} for ${quotient}`,
      );
    }
  }
  assert.ok(
    engine.gradient.some((own) => Math.abs(own) > 100),
    "derivatives",
  );
  kernels.release(mark);
});

test("leaky neurons: the weighted rate is what currents say, and their derivatives fall with age", () => {
  const [steps, keep, threshold, gain] = [5, 0.8, 1, 0.5];
  const currents = [0.9, 1.3, 0.2, 0.8, 1.6];
  let v = 0.1;
  const spikes = Float32Array.from(currents, (current) => {
    v = keep * v + gain * current;
    const spike = v >= threshold ? 1 : 0;
    v -= spike * threshold;
    return spike;
  });
  const dCurrent = new Float32Array(steps);
  const dThreshold = new Float32Array(1);
  rateDerivatives({
    images: 1,
    steps,
    size: 1,
    stride: 1,
    dOutputs: Float32Array.of(1, 0, 2, 0, 1),
    spikes,
    start: Float32Array.of(0.1),
    end: Float32Array.of(v),
    threshold: Float32Array.of(threshold),
    keep: Float32Array.of(keep),
    gain: Float32Array.of(gain),
    dCurrent,
    isHeld: false,
    dThreshold,
  });
  const kappa = currents.map((_, t) => keep ** (steps - 1 - t));
  const sum = kappa.reduce((a, b) => a + b);
  const arrived = kappa.reduce((total, own, t) => total + own * gain * currents[t], 0) / sum;
  assert.ok(arrived > 0 && arrived < threshold && spikes.includes(1));
  dCurrent.forEach((own, t) => {
    assert.ok(Math.abs(own - (4 * gain * kappa[t]) / sum) < 1e-6);
  });
  assert.ok(Math.abs(dThreshold[0] + 4 * arrived) < 1e-6);
});

test("held and given step by step, currents have the same derivatives", () => {
  const mark = kernels.mark();
  const network = sequential("n", [4], [dense(9), neuron({ model: "lif" }), dense(3)]);
  const loss = { loss: seriesLosses.meanPotential };
  const whole = [255, 0, 255, 255];
  const [held, coded] = (["constant", "rate"] as const).map((coding) => {
    const engine = engineOf(network, { steps: 12, coding, readout: "membrane" }, loss);
    engine.pixels.set(whole);
    engine.compute(1, 1, draws);
    return engine.gradient;
  });
  const most = held.subarray(0, 36).reduce((largest, own) => Math.max(largest, Math.abs(own)), 0);
  assert.ok(most > 1e-4, `derivatives by the first weights, at most ${most}`);
  held.forEach((own, i) => {
    assert.ok(Math.abs(own - coded[i]) < 1e-3 * most + 1e-5 * Math.abs(own), `${i}: ${own}, ${coded[i]}`);
  });
  kernels.release(mark);
});

test("what has no rate of that form is refused by the layer's name", () => {
  const made = (form: Parameters<typeof neuron>[0], more: Partial<SurrogateEngineOptions> = {}) => {
    const network = sequential("n", [4], [dense(9), neuron(form), dense(3)]);
    return () => engineOf(network, { readout: "membrane" }, { loss: seriesLosses.meanPotential, ...more });
  };
  assert.throws(
    made({ reset: "zero" }),
    /"neuron1" \(neuron\) must be if or lif, reset by subtraction.* got "reset value"/,
  );
  assert.throws(made({ model: "cubaLif" }), /synaptic currents/);
  assert.throws(made({ model: "adaptiveLif" }), /adaptive thresholds/);
  assert.throws(made({}, { stepsInMemory: 2 }), /some of the steps/);
  assert.throws(made({}, { activeWidth: 0.5 }), /activeWidth must be 0 where derivatives go through rates/);
  assert.throws(made({}, { truncation: 2 }), /truncation must be 0 where/);
});
