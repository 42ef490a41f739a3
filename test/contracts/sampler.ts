// What every sampler must do. A new one passes this file unchanged.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { Random } from "../../src/base/random.ts";
import type { PastTrial, SampleRequest, Sampler } from "../../src/optimize/sampler.ts";
import { adjacency, cellsOf } from "../../src/space/adjacency.ts";
import { choice, float, int, text } from "../../src/space/field.ts";
import { resolve } from "../../src/space/resolve.ts";
import { canonical, type DesignValues, isAllowed, narrow, space } from "../../src/space/space.ts";

const about = "a setting";

/** Every kind of field, both scales, a condition and fields with a single value. */
const mixed = space(
  {
    coding: choice({ about, options: ["constant", "rate", "poisson", "latency"], default: "rate" }),
    steps: int({ about, unit: "step", low: 1, high: 64, scale: "log", default: 8 }),
    bits: int({ about, unit: "bit", low: 2, high: 8, default: 8 }),
    factor: float({ about, unit: "1", low: 0.2, high: 2, scale: "log", default: 1 }),
    initial: float({ about, unit: "1", low: 0, high: 0.99, default: 0.5 }),
    neuron: choice({ about, options: ["if", "lif"], default: "if" }),
    leak: float({ about, unit: "1", low: 0.5, high: 1, default: 0.95 }),
    only: float({ about, unit: "1", low: 3, high: 3, default: 3 }),
    single: choice({ about, options: ["one"], default: "one" }),
    note: text({ about, default: "none" }),
  },
  { leak: { neuron: "lif" } },
);

/** Grids, a line of words, matrices with and without a chain, and combinations that are forbidden. */
const structured = space(
  {
    dose: float({ about, unit: "1", low: 0.1, high: 0.7, step: 0.2, default: 0.3 }),
    bits: int({ about, unit: "bit", low: 2, high: 14, step: 3, default: 8 }),
    size: choice({ about, options: ["small", "middle", "large"], ordered: true, default: "middle" }),
    skips: adjacency({ about, layers: 4, cells: ["none", "add", "concat"] }),
    wires: adjacency({ about, layers: 4, cells: ["none", "edge"], isChained: false }),
  },
  { wires: { size: "middle" } },
  [{ bits: { low: 11 }, size: "large" }, { dose: 0.7 }, { bits: 8, size: "middle" }],
);
const directions = ["maximize", "minimize"] as const;

/**
 * @param sampler - under test
 * @param module - file and export that give it, for another process to import
 * @param longest - trials of the longest search, at least 48; fewer where models make each one dear
 */
export function samplerContract(
  sampler: Sampler,
  module: { readonly url: URL; readonly name: string },
  longest = 160,
): void {
  /** Asked for at once; fewer where each is dear. */
  const batch = longest < 160 ? 4 : 8;
  let search: readonly PastTrial[] | undefined;
  /** The first trials of one search, which is done once. */
  const firstTrials = (trials: number): readonly PastTrial[] => {
    search ??= searched(sampler, longest);
    return search.slice(0, trials);
  };
  describe(`${module.name} keeps the sampler contract`, () => {
    test("designs are canonical and pass their fields' checks, at the start and with a history", () => {
      const designs = firstTrials(longest).map(({ design }) => design);
      for (const design of designs) {
        assert.deepEqual(resolve("design", mixed.fields, design), design);
        assert.deepEqual(canonical(mixed, design), design);
        assert.equal(design["only"], 3);
        assert.equal(design["single"], "one");
        if (design["neuron"] === "if") assert.equal(design["leak"], 0.95);
      }
    });

    test("every option is tried, and numbers over both halves of their range", () => {
      const designs = searched(sampler, 64, 64).map(({ design }) => design);
      for (const name of ["coding", "neuron"] as const) {
        const seen = new Set(designs.map((design) => design[name]));
        assert.deepEqual([...seen].sort(), [...mixed.fields[name].options].sort());
      }
      const middles = { steps: 8, bits: 5, factor: Math.sqrt(0.4), initial: 0.495 };
      for (const [name, middle] of Object.entries(middles)) {
        const below = designs.filter((design) => (design[name] as number) < middle).length;
        assert.ok(below >= 16 && below <= 48, `${name}: ${below} of 64 below the middle`);
      }
    });

    test("a narrowed space is kept to", () => {
      const narrowed = narrow(mixed, { steps: { low: 3, high: 5 }, coding: ["rate", "latency"], leak: 0.7 });
      const history = firstTrials(40);
      const inside = history.map((trial) => ({
        ...trial,
        design: { ...trial.design, steps: 4, coding: "rate", leak: 0.7 },
      }));
      for (const design of sampler(
        request({ space: narrowed, history: inside, numbers: range(40, 40 + 2 * batch) }),
      )) {
        assert.deepEqual(resolve("design", narrowed.fields, design), design);
      }
    });

    test("grids, lines of words and matrices are kept to, and nothing forbidden is asked", () => {
      const history: PastTrial[] = [];
      for (let first = 0; first < 48; first += 4) {
        const numbers = range(first, first + 4);
        const asked = request({ space: structured, history: [...history], numbers });
        for (const [i, design] of sampler(asked).entries()) {
          assert.deepEqual(resolve("design", structured.fields, design), design);
          assert.deepEqual(canonical(structured, design), design);
          assert.ok(isAllowed(structured, design), JSON.stringify(design));
          const edges = cellsOf(structured.fields.skips, design["skips"] as string).filter(
            ({ kind }) => kind > 0,
          );
          const objectives = [
            edges.length + (design["bits"] as number),
            (design["dose"] as number) - edges.length,
          ];
          history.push({ number: numbers[i], design, objectives, violation: 0 });
        }
      }
      for (const name of ["size", "dose", "bits"] as const) {
        const seen = new Set(history.map(({ design }) => design[name]));
        assert.ok(seen.size >= 3, `${name}: only ${[...seen].join(", ")}`);
      }
      assert.ok(new Set(history.map(({ design }) => design["skips"])).size >= 12);
    });

    test("a space that forbids everything is refused", () => {
      const { size } = structured.fields;
      const none = space({ size }, {}, [{ size: ["small", "large"] }, { size: "middle" }]);
      assert.throws(
        () => sampler(request({ space: none, numbers: [3] })),
        /must leave designs that are not forbidden/,
      );
    });

    test("a space with nothing to choose gives its only design", () => {
      const fixed = space({ only: mixed.fields.only, single: mixed.fields.single });
      const history: readonly PastTrial[] = range(0, 5).map((number) => ({
        number,
        design: { only: 3, single: "one" },
        objectives: [number, number],
        violation: 0,
      }));
      const designs = sampler(request({ space: fixed, history, numbers: [5, 6], startTrials: 2 }));
      assert.deepEqual(designs, [
        { only: 3, single: "one" },
        { only: 3, single: "one" },
      ]);
    });

    test("the same request gives the same designs, also in another process", () => {
      const asked = request({ history: firstTrials(40), numbers: range(40, 40 + batch) });
      const designs = sampler(asked);
      assert.deepEqual(sampler(asked), designs);
      const script = `
        const { ${module.name}: sampler } = await import(${JSON.stringify(module.url.href)});
        console.log(JSON.stringify(sampler(${JSON.stringify(asked)})));`;
      const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
        encoding: "utf8",
      });
      assert.notEqual(stdout, "", stderr);
      assert.deepEqual(JSON.parse(stdout), designs);
    });

    test("the order in which the history is told makes no difference", () => {
      const history = firstTrials(48);
      // Ties in every objective are where order could slip in.
      const tied = history.map((trial, i) => ({ ...trial, objectives: [i % 3, i % 4] }));
      const random = new Random({ seed: 3, trial: -1, purpose: "sampler-contract", index: 0 });
      for (const told of [history, tied]) {
        const designs = sampler(request({ history: told, numbers: range(48, 48 + batch) }));
        const order = range(0, told.length);
        random.shuffle(order);
        const shuffled = order.map((i) => told[i]);
        assert.deepEqual(sampler(request({ history: shuffled, numbers: range(48, 48 + batch) })), designs);
      }
    });

    test("the request is left as it was", () => {
      const history = firstTrials(24);
      const asked = request({ history: [...history].reverse(), numbers: [24, 25] });
      const before = structuredClone(asked);
      sampler(asked);
      assert.deepEqual(asked, before);
    });

    test("seeds and trial numbers give different designs", () => {
      const designs = [1, 2].flatMap((seed) => sampler(request({ seed, numbers: range(1, 9) })));
      assert.equal(new Set(designs.map((design) => JSON.stringify(design))).size, 16);
    });

    for (const [name, objectives] of Object.entries({
      "failed trials": null,
      "trials with NaN": [Number.NaN, Number.NaN],
      "trials with ∞": [-Infinity, Infinity],
    })) {
      test(`${name} stop no search, whether some or all`, () => {
        const history = firstTrials(32);
        const some = history.map((trial, i) => (i % 2 === 0 ? { ...trial, objectives } : trial));
        const all = history.map((trial) => ({ ...trial, objectives, violation: Number.NaN }));
        for (const told of [some, all]) {
          const designs = sampler(request({ history: told, numbers: range(32, 32 + batch) }));
          assert.equal(designs.length, batch);
          for (const design of designs) assert.deepEqual(resolve("design", mixed.fields, design), design);
        }
      });
    }

    test("any number of objectives is taken, none of the numbers asked is left out", () => {
      for (const count of [1, 2, 3, 5]) {
        const history = firstTrials(24).map((trial, i) => ({
          ...trial,
          objectives: range(0, count).map((k) => Math.sin(i * (k + 1))),
        }));
        const asked = request({
          history,
          directions: range(0, count).map((k) => directions[k % 2]),
          numbers: range(24, 23 + batch),
        });
        assert.equal(sampler(asked).length, batch - 1);
      }
    });
  });
}

/** A search of a made-up trade-off on the mixed space, in batches of four. */
function searched(sampler: Sampler, trials: number, startTrials = 8): readonly PastTrial[] {
  const history: PastTrial[] = [];
  for (let first = 0; first < trials; first += 4) {
    const numbers = range(first, first + 4);
    const designs = sampler(request({ history: [...history], numbers, startTrials }));
    designs.forEach((design, i) => {
      history.push({ number: numbers[i], design, objectives: tradeOff(design), violation: i % 2 });
    });
  }
  return history;
}

function tradeOff(design: DesignValues): number[] {
  const steps = design["steps"] as number;
  const penalty = ((design["factor"] as number) - 0.8) ** 2 + ((design["initial"] as number) - 0.5) ** 2;
  return [1 - 1 / (steps + 1) - penalty, steps * (design["bits"] as number)];
}

function request(given: Partial<SampleRequest>): SampleRequest {
  return { space: mixed, directions, history: [], numbers: [0], seed: 1, startTrials: 8, ...given };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
