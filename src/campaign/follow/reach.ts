// Where a train's spikes arrive: which places of a layer's input each element reaches, through pools and
// concatenations. An element may reach several places, and a place may be reached by several.

import type { PoolLayer, Shape } from "../../model/network.ts";
import { poolWindows } from "../../simulate/pool-windows.ts";

export interface Reach {
  /** Places of element i stand from starts[i] to starts[i + 1]. Shape [elements + 1]. */
  readonly starts: Int32Array;
  readonly places: Int32Array;
  /** Most elements that reach one place. */
  readonly mostPerPlace: number;
}

/** A train, and where its elements arrive; `null`: each at its own place. */
export interface Feed {
  /** Place in the graph's `trains`. */
  readonly train: number;
  /** Elements of the train. */
  readonly size: number;
  readonly reach: Reach | null;
}

/** What reaches a pool's windows. */
export function poolReach(layer: PoolLayer, input: Shape, output: Shape, feeds: readonly Feed[]): Feed[] {
  const { starts, windows, count } = poolWindows(layer, input, output);
  return feeds.map((feed) => {
    const lists = placeLists(feed).map((places) =>
      places.flatMap((place) => Array.from(windows.subarray(starts[place], starts[place + 1]))),
    );
    return { ...feed, reach: reachOf(lists, count) };
  });
}

/** What reaches joined inputs, one behind the other. @param sizes - of the inputs */
export function concatReach(inputs: readonly (readonly Feed[])[], sizes: readonly number[]): Feed[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let before = 0;
  return inputs.flatMap((feeds, k) => {
    const offset = before;
    before += sizes[k];
    return feeds.map((feed) => ({
      ...feed,
      reach: reachOf(
        placeLists(feed).map((places) => places.map((place) => place + offset)),
        total,
      ),
    }));
  });
}

/** The elements that reach every place. Shape [places], each a list of [feed, element]. */
export function sourcesOfPlaces(feeds: readonly Feed[], places: number): (readonly [number, number])[][] {
  const sources: (readonly [number, number])[][] = Array.from({ length: places }, () => []);
  feeds.forEach((feed, f) => {
    placeLists(feed).forEach((list, element) => {
      for (const place of list) sources[place].push([f, element]);
    });
  });
  return sources;
}

function placeLists({ reach, size }: Feed): number[][] {
  return Array.from({ length: size }, (_, i) =>
    reach === null ? [i] : Array.from(reach.places.subarray(reach.starts[i], reach.starts[i + 1])),
  );
}

function reachOf(lists: readonly (readonly number[])[], places: number): Reach {
  const starts = new Int32Array(lists.length + 1);
  const perPlace = new Int32Array(places);
  lists.forEach((list, i) => {
    starts[i + 1] = starts[i] + list.length;
    for (const place of list) perPlace[place]++;
  });
  return {
    starts,
    places: Int32Array.from(lists.flat()),
    mostPerPlace: perPlace.reduce((a, b) => Math.max(a, b), 0),
  };
}
