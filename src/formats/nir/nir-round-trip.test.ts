import assert from "node:assert/strict";
import { test } from "node:test";
import { nirInput, nirModel, nirNetworks } from "../../../test/nir-networks.ts";
import { outputSpikes } from "../../../test/output-spikes.ts";
import { spikingModel } from "../../../test/spiking-models.ts";
import { spikingNetworks } from "../../../test/spiking-networks.ts";
import { isExpected } from "../../base/errors.ts";
import { loadKernels } from "../../kernels/load.ts";
import { connect } from "../../model/build.ts";
import type { Model } from "../../model/model.ts";
import { openHdf5 } from "../hdf5/open-hdf5.ts";
import { nirProfiles, readNir } from "../read-nir.ts";
import { writeNir } from "../write-nir.ts";
import { hdf5FromGraph } from "./hdf5-from-graph.ts";
import type { NirNode } from "./nir-graph.ts";
import { nirGraphFromHdf5 } from "./nir-graph-from-hdf5.ts";

const kernels = await loadKernels();

/** Whose neurons each network's are, so that a profile loses nothing of them. */
const holders: Readonly<Record<keyof typeof nirNetworks, readonly string[]>> = {
  "convolution, leak, mean": ["nir", "norse", "snntorch", "spikingjelly"],
  "padding, stride, sum": ["nir", "norse", "snntorch", "spikingjelly"],
  "synaptic currents": ["nir", "norse", "snntorch"],
  "additions and concatenations": ["nir", "norse", "snntorch", "spikingjelly"],
  "several spikes a step": ["sinabs"],
  "several spikes a step, additions": [],
  "soft reset": [],
  recurrent: ["nir", "norse", "spikingjelly"],
};

for (const [name, network] of Object.entries(nirNetworks)) {
  const model = nirModel(network, { seed: 4, isWhole: true });
  test(`${name}: comes back as it was from every profile that holds it, and just those lose nothing`, async () => {
    const lossless: string[] = [];
    for (const profile of nirProfiles) {
      const written = await attempt(model, profile);
      if (written === null) continue;
      assert.deepEqual(await readNir(written.bytes, "a.nir"), model);
      if (written.losses.length === 0) lossless.push(profile);
    }
    assert.deepEqual(lossless, holders[name as keyof typeof nirNetworks]);
  });

  test(`${name}: what a profile loses nothing of fires the same where only the graph is read`, async () => {
    const { spikes } = nirInput(model, 5);
    const ours = outputSpikes(kernels, model, spikes);
    for (const profile of holders[name as keyof typeof nirNetworks]) {
      const written = await attempt(model, profile as (typeof nirProfiles)[number]);
      const plain = await readNir(withoutRemarks(written?.bytes), "a.nir", {
        profile: profile as (typeof nirProfiles)[number],
        steps: 60,
        ...(profile === "nir" && { dtMs: 1 }),
      });
      assert.notDeepEqual(plain.provenance.history, model.provenance.history);
      assert.deepEqual(outputSpikes(kernels, plain, spikes), ours, profile);
    }
  });
}

/** Null where the profile refuses the network. */
async function attempt(
  model: Model,
  profile: (typeof nirProfiles)[number],
): Promise<Awaited<ReturnType<typeof writeNir>> | null> {
  try {
    return await writeNir(model, { profile });
  } catch (error) {
    assert.ok(isExpected(error), String(error));
    return null;
  }
}

/** Another name of our remarks, which nobody knows. */
function withoutRemarks(bytes: Uint8Array<ArrayBuffer> = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.indexOf("spikefront.nir");
  assert.ok(at > 0);
  const copy = bytes.slice();
  copy[at] = "x".charCodeAt(0);
  return copy;
}

test("networks of every kind come back to the last bit, or are refused by name", async () => {
  let written = 0;
  for (const network of Object.values(spikingNetworks)) {
    for (const gains of [undefined, "byChannel"] as const) {
      const options = { seed: 6, inference: {}, ...(gains && { gains }) };
      const model = spikingModel(network, options);
      for (const profile of ["nir", "snntorch"] as const) {
        const file = await attempt(model, profile);
        if (file === null) continue;
        written++;
        assert.deepEqual(await readNir(file.bytes, "a.nir"), model);
      }
    }
  }
  assert.ok(written > 20, `${written} could be written`);
});

test("gains of an addition that weights take come back bit for bit, and the network with them", async () => {
  const drawn = nirModel(nirNetworks["additions and concatenations"], { seed: 4, isWhole: false });
  const layers = drawn.network.layers.map((layer) =>
    // The sums of b, which nothing else reads, and the spikes of an.
    layer.id === "skip" ? { ...layer, inputs: [connect("b"), connect("an")] } : layer,
  );
  const gain = { shape: [2], data: Float32Array.of(0.3, 1.7) };
  const network = { ...drawn.network, layers };
  const model = { ...drawn, network, tensors: { ...drawn.tensors, "skip.gain": gain } };
  const { bytes } = await writeNir(model, { profile: "nir" });
  assert.deepEqual(await readNir(bytes, "a.nir"), model);
});

test("the same network gives the same bytes", async () => {
  const model = nirModel(nirNetworks["padding, stride, sum"], { seed: 1, isWhole: false });
  const [first, second] = [await writeNir(model), await writeNir(model)];
  assert.deepEqual(first.bytes, second.bytes);
});

test("remarks are believed only while the graph is the one they were made for", async () => {
  const model = nirModel(nirNetworks["soft reset"], { seed: 2, isWhole: true });
  const { bytes } = await writeNir(model);
  const own = await readNir(bytes, "a.nir");
  assert.equal(own.network.layers[1].kind === "neuron" && own.network.layers[1].reset, "subtract");
  const graph = nirGraphFromHdf5(await openHdf5(bytes, "a.nir"));
  const neurons = graph.nodes.get("neuron1") as NirNode;
  const threshold = { shape: [16], data: new Float64Array(16).fill(7), type: "float32" } as const;
  const changed: NirNode = { ...neurons, parameters: { ...neurons.parameters, v_threshold: threshold } };
  const edited = await hdf5FromGraph({ ...graph, nodes: new Map([...graph.nodes, ["neuron1", changed]]) });
  const other = await readNir(edited, "a.nir");
  assert.equal(other.network.layers[1].kind === "neuron" && other.network.layers[1].reset, "zero");
  assert.equal(other.tensors["neuron1.threshold"].data[0], 7);
});

test("asked for another profile, step or length, the file is read as it is asked for", async () => {
  const model = nirModel(nirNetworks["convolution, leak, mean"], { seed: 2, isWhole: true });
  const { bytes } = await writeNir(model, { profile: "norse" });
  const longer = await readNir(bytes, "a.nir", { steps: 99 });
  assert.deepEqual(longer, { ...model, inference: { ...model.inference, steps: 99 } });
  const halved = await readNir(bytes, "a.nir", { dtMs: 0.5 });
  const rate = halved.tensors["neuron1.rate"].data[0];
  assert.ok(Math.abs(rate - 0.05) < 1e-7, `a leak of 0.1 in 1 ms is ${rate} in half of it`);
  await assert.rejects(
    readNir(bytes, "a.nir", { profile: "spikingjelly" }),
    /a\.nir: neuron2 r must be one over/,
  );
});

test("what a file cannot tell other tools is told with its place and what follows from it", async () => {
  const model = nirModel(nirNetworks["soft reset"], { seed: 2, isWhole: true });
  const { losses } = await writeNir(model, { profile: "snntorch" });
  assert.deepEqual(
    losses.map(({ where, what }) => `${where}: ${what}`),
    [
      'layer "neuron1": reset by subtraction of the threshold',
      'layer "neuron2": reset by subtraction of the threshold',
    ],
  );
  assert.match(losses[0].consequence, /fire less often/);
  const started = {
    ...model,
    tensors: { ...model.tensors, "neuron1.initialPotential": { shape: [1], data: Float32Array.of(10) } },
  };
  const told = (await writeNir(started)).losses.map(({ what }) => what);
  assert.ok(told.includes("initial potentials"), String(told));
});

test("thresholds by channel are scaled away for tools that take one a layer", async () => {
  const model = nirModel(nirNetworks["padding, stride, sum"], { seed: 3, isWhole: false, byChannel: true });
  const { bytes, losses } = await writeNir(model, { profile: "spikingjelly" });
  assert.deepEqual([...new Set(losses.map(({ what }) => what))], ["thresholds by channel"]);
  const plain = await readNir(withoutRemarks(bytes), "a.nir", { profile: "spikingjelly", steps: 60 });
  assert.equal(plain.tensors["neuron1.threshold"].data.length, 1);
  const { spikes } = nirInput(model, 5);
  assert.deepEqual(outputSpikes(kernels, plain, spikes), outputSpikes(kernels, model, spikes));
});

test("what no profile can hold is refused, naming the layer", async () => {
  const { network } = nirModel(nirNetworks["soft reset"], { seed: 1, isWhole: true });
  const withNeuron = (form: object): Model => {
    const layers = network.layers.map((layer) => (layer.kind === "neuron" ? { ...layer, ...form } : layer));
    return spikingModel(
      { ...network, layers },
      { seed: 1, inference: { coding: "constant", readout: "count" } },
    );
  };
  const refusals: readonly (readonly [Model, RegExp])[] = [
    [
      withNeuron({ model: "adaptiveLif" }),
      /layer "neuron1" must be of neurons that NIR has, but got "adaptive thresholds"/,
    ],
    [
      withNeuron({ isSigned: true }),
      /layer "neuron1" must be of neurons that NIR has, but got "signed neurons"/,
    ],
    [withNeuron({ reset: "none" }), /layer "neuron1" must have a reset/],
  ];
  for (const [model, message] of refusals) await assert.rejects(writeNir(model), message);
  const ann = { ...refusals[0][0], kind: "ann" } as Model;
  await assert.rejects(writeNir(ann), /must not be spiking in an ANN|must be snn/);
});
