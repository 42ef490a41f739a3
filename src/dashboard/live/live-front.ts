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

/** Indices in lexicographic order: there nothing is dominated by what comes later, so one pass over the front will do. */
function bestOf(points: readonly (readonly number[])[]): readonly number[] {
  const order = [...points.keys()].sort((a, b) => {
    const k = points[a].findIndex((value, i) => value !== points[b][i]);
    return k < 0 ? a - b : points[a][k] - points[b][k];
  });
  const best: number[] = [];
  for (const i of order) if (!best.some((j) => dominates(points[j], points[i]))) best.push(i);
  return best;
}
