// The best of a running search: the trials no other dominates, and the knee among them.

import { knee } from "../../optimize/knee.ts";
import { type Direction, dominates, minimised } from "../../optimize/pareto.ts";
import type { LiveObjective, LiveTrial } from "../../study/live-study.ts";

export interface LiveFront {
  /** Numbers of the trials that no other dominates, among those measured whole. */
  readonly numbers: ReadonlySet<number>;
  /** null: there is none. */
  readonly knee: number | null;
}

type Judged = Pick<LiveObjective, "name" | "direction">;

/** By the list of trials, then by objectives: a filter or a new colour changes neither. */
const known = new WeakMap<readonly LiveTrial[], Map<string, LiveFront>>();

const noFront: LiveFront = { numbers: new Set(), knee: null };

/** @param objectives - those that count, two for the front of a picture; none: there is no front */
export function liveFront(trials: readonly LiveTrial[], objectives: readonly Judged[]): LiveFront {
  if (objectives.length === 0) return noFront;
  const fronts = known.get(trials) ?? new Map<string, LiveFront>();
  const key = objectives.map(({ name, direction }) => `${name} ${direction}`).join();
  const front = fronts.get(key) ?? frontOf(trials, objectives);
  known.set(trials, fronts.set(key, front));
  return front;
}

function frontOf(trials: readonly LiveTrial[], objectives: readonly Judged[]): LiveFront {
  const measured = trials.filter(
    ({ state, fidelity, figures }) =>
      state === "complete" && fidelity >= 1 && objectives.every(({ name }) => name in figures),
  );
  const directions = objectives.map(({ direction }): Direction => direction);
  const points = measured.map(({ figures }) => objectives.map(({ name }) => figures[name].value));
  const best = bestOf(minimised(points, directions));
  const at = knee(
    best.map((i) => points[i]),
    directions,
  );
  return {
    numbers: new Set(best.map((i) => measured[i].number)),
    knee: at === null ? null : measured[best[at]].number,
  };
}

/**
 * Indices of the points that no other dominates, in lexicographic order: there nothing is dominated by what comes later.
 * Up to three objectives leave two to be looked at, which a stair tells of at once (Kung, Luccio & Preparata 1975); with
 * more, a point is held against all of the best so far.
 */
function bestOf(points: readonly (readonly number[])[]): readonly number[] {
  const order = [...points.keys()].sort((a, b) => compare(points[a], points[b]) || a - b);
  const stair = new Stair();
  const best: number[] = [];
  let isBeaten = false;
  for (const [at, i] of order.entries()) {
    const [, second = 0, third = 0] = points[i];
    // Equals stand together, and none of them beats another.
    if (at === 0 || compare(points[order[at - 1]], points[i]) !== 0)
      isBeaten =
        points[i].length <= 3 ? !stair.add(second, third) : best.some((j) => dominates(points[j], points[i]));
    if (!isBeaten) best.push(i);
  }
  return best;
}

/** Pairs of which none is as small as another in both: the first rises, the second falls. */
class Stair {
  readonly #first: number[] = [];
  readonly #second: number[] = [];

  /** @returns whether no pair is as small in both; then it is one of them */
  add(first: number, second: number): boolean {
    let [low, high] = [0, this.#first.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#first[middle] <= first) low = middle + 1;
      else high = middle;
    }
    if (low > 0 && this.#second[low - 1] <= second) return false;
    const from = low > 0 && this.#first[low - 1] === first ? low - 1 : low;
    let to = low;
    while (to < this.#first.length && this.#second[to] >= second) to++;
    this.#first.splice(from, to - from, first);
    this.#second.splice(from, to - from, second);
    return true;
  }
}

function compare(some: readonly number[], others: readonly number[]): number {
  for (let k = 0; k < some.length; k++) if (some[k] !== others[k]) return some[k] - others[k];
  return 0;
}
