// Published NIR files: they read as what they are, and run.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { nirInput } from "../../../test/nir-networks.ts";
import { outputSpikes } from "../../../test/output-spikes.ts";
import { loadKernels } from "../../kernels/load.ts";
import { tensorOf } from "../../model/model.ts";
import type { NeuronLayer } from "../../model/network.ts";
import { dynamicsOf } from "../../neuron/dynamics.ts";
import { stepNeuron } from "../../neuron/step-neuron.ts";
import { simulateScalar } from "../../simulate/scalar-simulator.ts";
import { createSimulator } from "../../simulate/simulator.ts";
import { type Hdf5Group, openHdf5 } from "../hdf5/open-hdf5.ts";
import { readNir } from "../read-nir.ts";
import { writeNir } from "../write-nir.ts";
import { hdf5FromGraph } from "./hdf5-from-graph.ts";
import { nirGraphFromHdf5 } from "./nir-graph-from-hdf5.ts";

const shared = new URL("../../../../shared/", import.meta.url);
const skip = !existsSync(shared) && "no ../shared";
const bytesOf = (path: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(path, shared)));
const golden = "golden/nir_reference_all_nodes_h5py3.16.nir";
const files = [
  "models/nir/braille_noDelay_bias_zero.nir",
  "models/nir/braille_noDelay_noBias_subtract.nir",
  "models/nir/braille_noDelay_noBias_subtract_subgraph.nir",
  "models/nir/lif_norse.nir",
  "models/nir/lif_rockpool.nir",
  golden,
];
const kernels = await loadKernels();

for (const file of files) {
  test(`${file} runs to finite, repeatable traces, the same in both simulators`, { skip }, async () => {
    const model = await readNir(bytesOf(file), file, { steps: 40 });
    const { spikes } = nirInput(model, 3, 0.5);
    const potentials: number[][] = [];
    const request = {
      pixels: new Uint8Array(0),
      spikes,
      labels: new Uint8Array(1),
      firstImage: 0,
      count: 1,
      seed: 0,
      trial: 0,
      isCancelled: () => false,
      observe: (seen: { readonly potentials: Float32Array }) => potentials.push([...seen.potentials]),
    };
    const first = createSimulator(kernels, model).run(request);
    const seen = potentials.splice(0);
    assert.deepEqual(createSimulator(kernels, model).run(request), first);
    assert.deepEqual(potentials, seen);
    assert.ok(seen.flat().every(Number.isFinite));
    assert.deepEqual(simulateScalar(model, { ...request, observe: () => {} }), first);
    if (file !== golden)
      assert.ok(
        outputSpikes(kernels, model, spikes)
          .flat()
          .some((count) => count > 0),
      );
  });

  test(`${file} loses nothing when it goes out and comes back`, { skip }, async () => {
    const model = await readNir(bytesOf(file), file);
    const { bytes, losses } = await writeNir(model);
    assert.deepEqual(losses, []);
    assert.deepEqual(await readNir(bytes, "again.nir"), model);
  });
}

test("neurons of an inner graph hear themselves a step later, as those of the same graph laid flat", {
  skip,
}, async () => {
  const [inner, flat] = await Promise.all(
    ["_subgraph", ""].map((kind) => {
      const file = `models/nir/braille_noDelay_noBias_subtract${kind}.nir`;
      return readNir(bytesOf(file), file, { steps: 40 });
    }),
  );
  const delays = (model: typeof inner): readonly number[] =>
    model.network.layers
      .flatMap(({ inputs }) => inputs.map(({ delay }) => delay))
      .filter((delay) => delay > 0);
  assert.deepEqual([delays(inner), delays(flat)], [[1], [1]]);
  // Its edges name a neuron that is not there; that was said.
  assert.match(inner.provenance.history.join(), /edges of lif1\/lif taken for those of lif1\/lif1/);
  const { spikes } = nirInput(inner, 3, 0.5);
  assert.deepEqual(outputSpikes(kernels, inner, spikes), outputSpikes(kernels, flat, spikes));
});

test("the LIF that Norse published follows its published trace", { skip }, async () => {
  const model = await readNir(bytesOf("models/nir/lif_norse.nir"), "lif_norse.nir");
  const layer = model.network.layers[1] as NeuronLayer;
  const value = (name: string, otherwise: number): number =>
    tensorOf(model, layer.id, name)?.data[0] ?? otherwise;
  const parameters = {
    threshold: value("threshold", Number.NaN),
    membrane: value("rate", Number.NaN),
    currentGain: 1,
    restPotential: value("restPotential", 0),
    resetPotential: 0,
    minimumPotential: Number.NEGATIVE_INFINITY,
    synapse: 0,
    adaptationStrength: 0,
    adaptationLeak: 0,
  };
  const state = { potential: 0, current: 0, adaptation: 0, refractory: 0 };
  const lines = readFileSync(new URL("golden/lif_norse.csv", shared), "utf8").trim().split("\n");
  const fired: number[] = [];
  lines.forEach((line, step) => {
    const [input, potential] = line.split(",").map(Number);
    if (stepNeuron(dynamicsOf(layer), parameters, state, Math.fround(input)).spikes > 0) fired.push(step);
    assert.ok(Math.abs(state.potential - potential) < 5e-9, `step ${step}: ${state.potential}, ${potential}`);
  });
  assert.deepEqual(fired, [460, 510, 710, 760]);
});

test("files are laid out as the reference package lays them out with h5py", { skip }, async () => {
  const reference = await openHdf5(bytesOf(golden), "reference");
  const bytes = await hdf5FromGraph(nirGraphFromHdf5(reference));
  assert.deepEqual(bytes.subarray(8, 16), bytesOf(golden).subarray(8, 16), "the superblock");
  // Remarks are of others, and not written by us.
  const layout = (group: Hdf5Group): unknown =>
    [...group.names]
      .filter((name) => name !== "metadata")
      .sort()
      .map((name) => {
        const member = group.member(name);
        return member.kind === "group"
          ? [name, layout(member)]
          : [name, member.type, member.shape, member.read()];
      });
  assert.deepEqual(layout(await openHdf5(bytes, "ours")), layout(reference));
});
