// A made-up study with every kind of field, state and attribute, for what is written to files and read back.

import { Random } from "../src/base/random.ts";
import { adjacency } from "../src/space/adjacency.ts";
import { choice, flag, float, int, text } from "../src/space/field.ts";
import { canonical, space } from "../src/space/space.ts";
import { designAt } from "../src/space/unit-map.ts";
import { parametersOf } from "../src/study/exchange/parameters.ts";
import type { PortableState, PortableStudy } from "../src/study/exchange/portable-study.ts";

const about = "a setting";

export const madeSpace = space(
  {
    rate: float({ about, unit: "1", low: 1e-4, high: 0.1, scale: "log", default: 0.01 }),
    dose: float({ about, unit: "1", low: 0.1, high: 0.7, step: 0.2, default: 0.3 }),
    steps: int({ about, unit: "step", low: 1, high: 64, scale: "log", default: 8 }),
    bits: int({ about, unit: "bit", low: 2, high: 14, step: 3, default: 8 }),
    size: choice({ about, options: ["small, or less", 'the "middle"', "12"], ordered: true, default: "12" }),
    clip: flag({ about, default: false }),
    note: text({ about, default: "zwei ✓" }),
    skips: adjacency({ about, layers: 4, cells: ["none", "add", "concat"] }),
  },
  { dose: { clip: true } },
);

const states: readonly PortableState[] = ["complete", "complete", "complete", "failed", "pruned"];

/** @param trials - how many; the last two are running and waiting */
export function madeStudy(trials: number): PortableStudy {
  const names = Object.keys(madeSpace.fields);
  const startMs = Date.UTC(2026, 0, 31, 23, 59, 58, 7);
  return {
    name: "made ✓",
    directions: ["maximize", "minimize"],
    attributes: { "made by": { nobody: [1, null, "ü\n\"'"] } },
    systemAttributes: { "study:metric_names": ["accuracy", "energy, pJ"] },
    trials: Array.from({ length: trials }, (_, number) => {
      const random = new Random({ seed: 1, trial: number, purpose: "made-study", index: 0 });
      const places = names.map(() => random.uniform());
      const left = trials - number;
      const state = left === 1 ? "waiting" : left === 2 ? "running" : states[number % states.length];
      const isComplete = state === "complete";
      const isEnded = left > 2;
      return {
        number,
        state,
        parameters: parametersOf(madeSpace, canonical(madeSpace, designAt(madeSpace, names, places))),
        values: isComplete ? [number === 1 ? -Infinity : random.uniform(), 1e9 * random.uniform()] : null,
        intermediate: isEnded
          ? [
              { step: 1, value: random.uniform() },
              { step: 20, value: Number.NaN },
            ]
          : [],
        attributes: { place: number, deep: { list: [random.uniform(), "text", true] } },
        systemAttributes: isComplete
          ? { constraints: [random.uniform() - 0.5, number === 2 ? Infinity : -1] }
          : {},
        startedMs: state === "waiting" ? null : startMs + 1000 * number,
        finishedMs: isEnded ? startMs + 1000 * number + 789 : null,
      };
    }),
  };
}
