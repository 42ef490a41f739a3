// Following differences gives, to the last spike, what simulating everything again gives.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { randomCase } from "../../../test/random-spiking.ts";
import { spikingImages, spikingModel } from "../../../test/spiking-models.ts";
import { spikingNetworks } from "../../../test/spiking-networks.ts";
import { InvalidValueError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import type { Fault, FaultChange } from "../../fault/fault.ts";
import { faultSites, faultTargets } from "../../fault/fault-sites.ts";
import { loadKernels } from "../../kernels/load.ts";
import type { Model } from "../../model/model.ts";
import { validateModel } from "../../model/validate-model.ts";
import { simulateScalar } from "../../simulate/scalar-simulator.ts";
import type { SimulationRequest } from "../../simulate/simulation-request.ts";
import { createSimulator } from "../../simulate/simulator.ts";
import { type FaultGraph, faultGraph } from "./fault-graph.ts";
import { FaultRunner } from "./fault-runner.ts";
import { changedBy, struckTrial } from "./struck-trial.ts";

const kernels = await loadKernels({ memoryBytes: 64 * 1024 * 1024 });

/** The graph, or undefined for networks that are simulated as a whole. */
function graphOf(model: Model): FaultGraph | undefined {
  try {
    return faultGraph(model);
  } catch (error) {
    if (error instanceof InvalidValueError) return undefined;
    throw error;
  }
}

function randomFaults(model: Model, random: Random): Fault[] {
  const sites = faultTargets.flatMap((target) => {
    try {
      return faultSites(model, { targets: [target] });
    } catch {
      return [];
    }
  });
  const steps = model.inference?.steps ?? 1;
  return Array.from({ length: 1 + random.integer(4) }, () => {
    const { target, layer, elements, bits } = sites[random.integer(sites.length)];
    const bit = random.integer(bits);
    const changes: FaultChange[] = [
      { kind: "flip", bit },
      { kind: "flip", bit: bits - 1 },
      { kind: "stuck0", bit },
      { kind: "stuck1", bit },
      { kind: "scale", factor: 2 * random.uniform() },
      { kind: "add", amount: random.integer(21) - 10 },
      { kind: "set", value: random.integer(3) },
    ];
    const change = changes[random.integer(changes.length)];
    const some = Array.from({ length: steps }, (_, t) => t).filter(() => random.uniform() < 0.4);
    return {
      target,
      layer,
      element: random.integer(elements),
      change,
      steps: random.integer(2) ? null : some,
    };
  });
}

/** Simulate everything again, with every value that is read going through the faults; what trains then are. */
function simulateStruck(
  graph: FaultGraph,
  request: SimulationRequest,
  faults: readonly Fault[],
): { readonly trains: Map<string, Set<string>>; readonly decision: number } {
  const formats = new Map(
    faults.map(({ target, layer }) => [
      `${target} ${layer}`,
      faultSites(graph.model, { targets: [target], layers: [layer] })[0].format,
    ]),
  );
  const trains = new Map<string, Set<string>>();
  const { predictions } = simulateScalar(graph.model, request, (target, layer, element, step, value) => {
    const changes = faults
      .filter((fault) => fault.target === target && fault.layer === layer && fault.element === element)
      .filter(({ steps }) => steps === null || steps.includes(step))
      .map(({ change }) => change);
    const format = formats.get(`${target} ${layer}`);
    const read = changes.length === 0 || format === undefined ? value : changedBy(format, value, changes);
    if (target === "spike" && read !== 0) {
      const train = trains.get(layer) ?? new Set();
      trains.set(layer, train.add(`${element} ${step}`));
    }
    return read;
  });
  return { trains, decision: predictions[0] };
}

function nowOf(runner: FaultRunner, id: string): Set<string> {
  const { steps, words, trains } = runner.graph;
  const { index, size } = trains.find((train) => train.id === id) ?? { index: -1, size: 0 };
  const found = new Set<string>();
  for (let i = 0; i < size; i++) {
    for (let t = 0; t < steps; t++)
      if ((runner.trains[index].now[i * words + (t >> 5)] >>> (t & 31)) & 1) found.add(`${i} ${t}`);
  }
  return found;
}

let struckSomething = 0;

function compare(model: Model, request: SimulationRequest, seed: number, trials: number): boolean {
  const graph = graphOf(model);
  if (graph === undefined) return false;
  const runner = new FaultRunner(graph);
  const random = new Random({ seed, trial: -1, purpose: "fault-runner-test", index: 0 });
  const inputs = request.pixels.length / request.labels.length;
  createSimulator(kernels, model, { maximumBatch: 2 }).run({
    ...request,
    trace: (trace) => {
      for (let b = 0; b < trace.images; b++) {
        const image = trace.firstImage + b;
        const pixels = request.pixels.subarray(image * inputs, (image + 1) * inputs);
        runner.load(trace, b, pixels);
        for (let k = 0; k < trials; k++) {
          const faults = randomFaults(model, random);
          let trial: ReturnType<typeof struckTrial>;
          try {
            trial = struckTrial(graph, faults);
          } catch (error) {
            assert.match(String(error), /pooled or joined before it is summed/);
            continue;
          }
          const expected = simulateStruck(graph, { ...request, firstImage: image, count: 1 }, faults);
          const { decision, isChanged } = runner.propagate(trial);
          const context = JSON.stringify({ seed, image, faults });
          for (const { id, kind } of graph.trains) {
            if (kind !== "neurons") continue;
            assert.deepEqual(nowOf(runner, id), expected.trains.get(id) ?? new Set(), `${id} ${context}`);
          }
          assert.equal(decision, expected.decision, context);
          if (isChanged) struckSomething++;
          runner.restore();
          for (const { now, golden, changes } of runner.trains) {
            assert.equal(changes, 0);
            assert.deepEqual(now, golden);
          }
        }
      }
    },
  });
  return true;
}

describe("following differences equals simulating everything again", () => {
  test("on random networks, layers and faults", () => {
    let compared = 0;
    for (let seed = 0; seed < 200; seed++) {
      const drawn = randomCase(seed);
      if (drawn && compare(drawn.model, { ...drawn.request, count: 1 }, seed, 3)) compared++;
    }
    assert.ok(compared > 20, `${compared} networks`);
    assert.ok(struckSomething > 30, `${struckSomething} changed scores`);
  });

  const integers = { kind: "integer", potentialBits: 16, overflow: "saturate" } as const;
  for (const name of [
    "one dense layer",
    "dense 37-50-33-10",
    "dense with spiking output",
    "convolution, average pool",
    "strided groups, max pool",
    "pools behind pools",
    "max pool on the input",
    "dilated convolution",
  ]) {
    for (const coding of ["constant", "rate"] as const) {
      test(`${name}, ${coding}, float32`, () => {
        compareNetwork(spikingModel(spikingNetworks[name], { seed: 5, inference: { coding, steps: 9 } }));
      });
      if (/average|dilated|behind/.test(name)) continue; // they have no integer form
      test(`${name}, ${coding}, integers, more steps than bits of a word`, () => {
        const inference = { coding, steps: 40, arithmetic: integers };
        const model = spikingModel(spikingNetworks[name], { seed: 5, isWhole: true, inference });
        compareNetwork(coding === "rate" ? model : { ...model, preprocessing: { scale: 1, offset: 0 } });
      });
    }
  }
});

test("networks whose differences cannot be followed are refused by layer and reason", () => {
  const refused = {
    "add and concat": /layer "sum" must join or hand on spikes.*add/,
    "loops and delays": /layer "back" must have no delays/,
    "one dimension": /layer "neuron1" must be neurons that send one positive spike.*several/,
    "neurons on the input": /layer "neuron1" must be charged by a dense or convolution layer/,
  };
  for (const [name, message] of Object.entries(refused)) {
    const model = spikingModel(spikingNetworks[name], { seed: 5, inference: { steps: 4 } });
    assert.throws(() => faultGraph(model), message);
  }
  const real = spikingModel(spikingNetworks["dense 37-50-33-10"], {
    seed: 5,
    weights: "float32",
    inference: {},
  });
  assert.throws(() => faultGraph(real), /layer "dense1" must store its weights as codes/);
});

function compareNetwork(model: Model): void {
  validateModel(model);
  const set = spikingImages(model, 2, 3);
  const request = { ...set, firstImage: 0, count: 2, seed: 1, trial: 0, isCancelled: () => false };
  assert.ok(compare(model, request, 7, 3));
}
