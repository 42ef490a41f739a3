import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingImages, spikingModel } from "../../test/spiking-models.ts";
import { dense, neuron, sequential } from "../model/build.ts";
import type { Inference, Model } from "../model/model.ts";
import { validateModel } from "../model/validate-model.ts";
import { simulateScalar } from "../simulate/scalar-simulator.ts";
import { partOfSnn } from "./part-of-snn.ts";

const network = sequential("n", [9], [dense(8), neuron(), dense(7), neuron(), dense(6), neuron(), dense(3)]);

test("neurons of a part do what they do in the whole, whatever the warm-up", () => {
  const warmUps: readonly Partial<Inference>[] = [
    {},
    { warmUp: { rule: "residual", steps: 6 } },
    { warmUp: { rule: "offset", steps: 6 } },
  ];
  for (const change of warmUps) {
    const inference: Partial<Inference> = { coding: "constant", steps: 11, ...change };
    const whole = spikingModel(network, { seed: 4, inference });
    const { pixels } = spikingImages(whole, 6);
    const watched = (model: Model, id: string): unknown[] => {
      validateModel(model);
      const seen: unknown[] = [];
      const set = { pixels, labels: new Uint8Array(6), firstImage: 0, count: 6, seed: 0, trial: 0 };
      simulateScalar(model, {
        ...set,
        isCancelled: () => false,
        observe: ({ layer, counts, potentials }) => {
          if (layer === id) seen.push(counts.slice(), potentials.slice());
        },
      });
      return seen;
    };
    for (const id of ["neuron1", "neuron2", "neuron3"]) {
      const expected = watched(whole, id);
      assert.ok(expected.length > 0);
      assert.deepEqual(watched(partOfSnn(whole, id), id), expected, `${id} ${JSON.stringify(change)}`);
    }
  }
});
