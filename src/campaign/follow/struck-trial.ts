// What one trial's faults make of each value they strike, worked out before any image is looked at.
//
// A trial is a list of faults that are there together: one, where single faults are counted. Values that are
// stored are known for every step; potentials and spikes are only changed when they are there.

import { InvalidValueError } from "../../base/errors.ts";
import { heldValues } from "../../coding/constant.ts";
import type { Fault, FaultChange } from "../../fault/fault.ts";
import { checkFaults, leakTensors } from "../../fault/fault-sites.ts";
import { changePattern, decodeValue, encodeValue, type NumberFormat } from "../../fault/number-format.ts";
import { checkJitter, type SpikeJitter } from "../../fault/spike-jitter.ts";
import { type Model, tensorOf } from "../../model/model.ts";
import { pixelMaps } from "../../model/preprocessing.ts";
import { inputId } from "../../model/shapes.ts";
import type { FaultGraph } from "./fault-graph.ts";

/** A stored value: the same in all steps (one entry), or by step. */
export type StruckValues = Float64Array;

/** Changes by step; undefined where there are none. */
export type StepChanges = readonly (readonly FaultChange[] | undefined)[];

/** What strikes one neuron, or one coded input (`spike` only). */
export interface StruckNeuron {
  threshold?: StruckValues;
  leak?: StruckValues;
  potential?: StepChanges;
  potentialFormat: NumberFormat;
  spike?: StepChanges;
}

export interface StruckSums {
  /** By index into the weights. */
  readonly weights: Map<number, StruckValues>;
  /** By output. */
  readonly biases: Map<number, StruckValues>;
  /** Held values by place. */
  readonly inputs: Map<number, StruckValues>;
}

export interface StruckTrial {
  /** By place in the graph's `sums`. */
  readonly sums: ReadonlyMap<number, StruckSums>;
  /** By place in the graph's `trains`, then by neuron. */
  readonly trains: ReadonlyMap<number, ReadonlyMap<number, StruckNeuron>>;
  /** By place in the graph's `trains`. Spikes are moved after all else. */
  readonly jitters: ReadonlyMap<number, SpikeJitter>;
}

/**
 * @throws {InvalidValueError} for faults the network cannot have, naming which; and for held input that is struck
 * where a pool reads it
 */
export function struckTrial(
  graph: FaultGraph,
  faults: readonly Fault[],
  jitters: readonly SpikeJitter[] = [],
): StruckTrial {
  const sites = checkFaults(graph.model, faults);
  const trial = new TrialBuilder(graph);
  for (const group of groupByValue(faults)) trial.strike(group.faults, sites[group.place].format);
  const spiking = graph.trains.filter(({ kind }) => kind !== "maxPool");
  for (const jitter of jitters) {
    checkJitter(
      jitter,
      spiking.map(({ id }) => id),
    );
    const train = spiking.find(({ id }) => id === jitter.layer);
    if (train) trial.jitters.set(train.index, jitter);
  }
  return trial;
}

/** Faults of one value, in the order of the list. */
interface ValueFaults {
  /** Of the first of them in the list. */
  readonly place: number;
  readonly faults: readonly Fault[];
}

function groupByValue(faults: readonly Fault[]): ValueFaults[] {
  const groups = new Map<string, { place: number; faults: Fault[] }>();
  faults.forEach((fault, place) => {
    if (fault.steps !== null && fault.steps.length === 0) return;
    const key = `${fault.target} ${fault.layer} ${fault.element}`;
    const group = groups.get(key);
    if (group) group.faults.push(fault);
    else groups.set(key, { place, faults: [fault] });
  });
  return [...groups.values()];
}

class TrialBuilder implements StruckTrial {
  readonly sums = new Map<number, StruckSums>();
  readonly trains = new Map<number, Map<number, StruckNeuron>>();
  readonly jitters = new Map<number, SpikeJitter>();
  readonly #graph: FaultGraph;

  constructor(graph: FaultGraph) {
    this.#graph = graph;
  }

  /** @param faults - of one value */
  strike(faults: readonly Fault[], format: NumberFormat): void {
    const { model } = this.#graph;
    const [{ target, layer, element }] = faults;
    if (target === "weight" || target === "bias") {
      const stored = storedValue(model, layer, target, element);
      this.#strikeSums(layer, target, element, this.#values(format, stored, faults));
    } else if (target === "threshold" || target === "leak") {
      const names = target === "leak" ? leakTensors : ["threshold"];
      const name = names.find((candidate) => tensorOf(model, layer, candidate)) ?? target;
      const values = this.#values(format, storedValue(model, layer, name, element), faults);
      const count = tensorOf(model, layer, name)?.data.length ?? 1;
      for (const neuron of this.#neuronsOf(layer, element, count))
        this.#neuron(layer, neuron)[target] = values;
    } else if (target === "input" && format === "uint8") this.#strikePixel(element, faults);
    else {
      const changes = this.#changes(faults);
      const own = this.#neuron(layer, element);
      if (target !== "potential") own.spike = changes;
      else {
        own.potential = changes;
        own.potentialFormat = format;
      }
    }
  }

  #strikeSums(layer: string, target: "weight" | "bias", element: number, values: StruckValues): void {
    const node = this.#graph.sums.find(({ id }) => id === layer);
    if (node === undefined) throw new RangeError(`no sums ${layer}`);
    const own = this.#sumsOf(node.index);
    if (target === "weight") {
      own.weights.set(element, values);
      return;
    }
    const stored = tensorOf(this.#graph.model, layer, "bias")?.data.length ?? 1;
    const run = node.outputs / stored;
    for (let o = element * run; o < (element + 1) * run; o++) own.biases.set(o, values);
  }

  #strikePixel(element: number, faults: readonly Fault[]): void {
    const { model, sums, steps } = this.#graph;
    const { maps, plane } = pixelMaps(model.preprocessing, model.network.inputShape);
    const table = heldValues(maps[Math.floor(element / plane)]);
    const isAlways = faults.every((fault) => fault.steps === null);
    for (const node of sums) {
      if (node.heldFrom === null) continue;
      if (node.heldFrom !== inputId)
        throw new InvalidValueError(
          "target",
          "must not be input that is pooled or joined before it is summed",
          node.id,
        );
      // Every image has its own pixel: the values are indexed by pixel, and by step where that matters.
      const rows = isAlways ? 1 : steps;
      const values = new Float64Array(rows * 256);
      for (let t = 0; t < rows; t++) {
        for (let pixel = 0; pixel < 256; pixel++)
          values[t * 256 + pixel] = table[struck("uint8", pixel, activeAt(faults, isAlways ? null : t))];
      }
      this.#sumsOf(node.index).inputs.set(element, values);
    }
  }

  #sumsOf(index: number): StruckSums {
    const own = this.sums.get(index) ?? { weights: new Map(), biases: new Map(), inputs: new Map() };
    this.sums.set(index, own);
    return own;
  }

  #neuron(layer: string, neuron: number): StruckNeuron {
    const train = this.#graph.trains.find(({ id, kind }) => id === layer && kind !== "maxPool");
    if (train === undefined) throw new RangeError(`no neurons ${layer}`);
    const all = this.trains.get(train.index) ?? new Map<number, StruckNeuron>();
    this.trains.set(train.index, all);
    const own = all.get(neuron) ?? { potentialFormat: "float32" };
    all.set(neuron, own);
    return own;
  }

  /** Neurons that read an element of a tensor of so many. */
  #neuronsOf(layer: string, element: number, stored: number): number[] {
    const size = this.#graph.trains.find(({ id }) => id === layer)?.size ?? 0;
    const run = size / stored;
    return Array.from({ length: run }, (_, i) => element * run + i);
  }

  #values(format: NumberFormat, stored: number, faults: readonly Fault[]): StruckValues {
    if (faults.every(({ steps }) => steps === null)) return Float64Array.of(struck(format, stored, faults));
    return Float64Array.from({ length: this.#graph.steps }, (_, t) => {
      const active = activeAt(faults, t);
      return active.length === 0 ? stored : struck(format, stored, active);
    });
  }

  #changes(faults: readonly Fault[]): StepChanges {
    return Array.from({ length: this.#graph.steps }, (_, t) => {
      const active = activeAt(faults, t);
      return active.length === 0 ? undefined : active.map(({ change }) => change);
    });
  }
}

/** Those that are there in a step; `null`: those that always are. */
function activeAt(faults: readonly Fault[], step: number | null): readonly Fault[] {
  return faults.filter(({ steps }) => steps === null || (step !== null && steps.includes(step)));
}

function struck(format: NumberFormat, value: number, faults: readonly Fault[]): number {
  if (faults.length === 0) return value;
  return changedBy(
    format,
    value,
    faults.map(({ change }) => change),
  );
}

/** A value after several changes, as a memory holds it. */
export function changedBy(format: NumberFormat, value: number, changes: readonly FaultChange[]): number {
  let pattern = encodeValue(format, value);
  for (const change of changes) pattern = changePattern(format, pattern, change);
  return decodeValue(format, pattern);
}

function storedValue(model: Model, layer: string, parameter: string, element: number): number {
  return tensorOf(model, layer, parameter)?.data[element] ?? Number.NaN;
}
