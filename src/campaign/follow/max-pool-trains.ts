// Trains of a max pool's windows: of the window's most active input so far, the lowest index among equals,
// the spikes pass (simulate/scalar-layers.ts has the rule).

import type { PoolLayer } from "../../model/network.ts";
import { poolWindows } from "../../simulate/pool-windows.ts";
import type { FaultGraph, TrainNode } from "./fault-graph.ts";
import { sourcesOfPlaces } from "./reach.ts";

export class MaxPoolTrains {
  readonly #steps: number;
  readonly #words: number;
  /** [train, element] of every input of every window; −1 for places nothing reaches. */
  readonly #inputs: readonly (readonly (readonly [number, number])[])[];
  /** Windows of every element, by train. */
  readonly #windows: ReadonlyMap<number, readonly (readonly number[])[]>;
  readonly #counts: Int32Array;

  constructor({ steps, words, trains }: FaultGraph, { layer, inputShape, shape, feeds }: TrainNode) {
    this.#steps = steps;
    this.#words = words;
    const { starts, windows, count } = poolWindows(layer as PoolLayer, inputShape, shape);
    const sources = sourcesOfPlaces(feeds, starts.length - 1);
    const inputs: [number, number][][] = Array.from({ length: count }, () => []);
    const byTrain = new Map(
      feeds
        .map(({ train }) => [train, trains[train].size] as const)
        .map(([train, size]) => [train, Array.from({ length: size }, (): number[] => [])]),
    );
    sources.forEach((list, place) => {
      for (const [feed, element] of list) {
        const { train } = feeds[feed];
        for (const window of windows.subarray(starts[place], starts[place + 1])) {
          inputs[window].push([train, element]);
          byTrain.get(train)?.[element].push(window);
        }
      }
    });
    this.#inputs = inputs;
    this.#windows = byTrain;
    this.#counts = new Int32Array(Math.max(0, ...inputs.map(({ length }) => length)));
  }

  /** Windows an element of a train lies in. */
  windowsOf(train: number, element: number): readonly number[] {
    return this.#windows.get(train)?.[element] ?? [];
  }

  /** Every window's train. @param output - overwritten */
  all(trains: readonly Uint32Array[], output: Uint32Array): void {
    for (let window = 0; window < this.#inputs.length; window++)
      this.one(trains, window, output, window * this.#words);
  }

  /** A window's train, written to `output` from `at`. */
  one(trains: readonly Uint32Array[], window: number, output: Uint32Array, at: number): void {
    const inputs = this.#inputs[window];
    const words = this.#words;
    const counts = this.#counts.fill(0);
    output.fill(0, at, at + words);
    for (let t = 0; t < this.#steps; t++) {
      const word = t >> 5;
      const bit = 1 << (t & 31);
      let leader = 0;
      let leads = false;
      for (let k = 0; k < inputs.length; k++) {
        const [train, element] = inputs[k];
        const fires = (trains[train][element * words + word] & bit) !== 0;
        if (fires) counts[k]++;
        if (k > 0 && counts[k] <= counts[leader]) continue;
        leader = k;
        leads = fires;
      }
      if (leads) output[at + word] |= bit;
    }
  }
}
