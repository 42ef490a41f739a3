import assert from "node:assert/strict";
import { test } from "node:test";
import { samplerContract } from "../../test/contracts/sampler.ts";
import { adjacency, adjacencyNeighbours, cellsOf } from "../space/adjacency.ts";
import { choice, flag, float, int } from "../space/field.ts";
import { canonical, space } from "../space/space.ts";
import { evolutionSampler } from "./evolution-sampler.ts";
import { randomSampler } from "./random-sampler.ts";
import type { PastTrial, Sampler } from "./sampler.ts";

samplerContract(evolutionSampler, {
  url: new URL("evolution-sampler.ts", import.meta.url),
  name: "evolutionSampler",
});

const about = "a setting";
const skips = adjacency({ about, layers: 6, cells: ["none", "add", "concat"] });
const mixed = space(
  {
    skips,
    bits: int({ about, unit: "bit", low: 2, high: 8, default: 4 }),
    size: choice({ about, options: ["small", "middle", "large"], ordered: true, default: "middle" }),
    neuron: choice({ about, options: ["if", "lif"], default: "if" }),
    leak: float({ about, unit: "1", low: 0, high: 1, default: 0.5 }),
    isSigned: flag({ about, default: false }),
  },
  { leak: { neuron: "lif" } },
);

test("a child differs from its parent in one setting, and a matrix by one edge", () => {
  const parent = canonical(mixed, {
    skips: skips.default,
    bits: 8,
    size: "small",
    neuron: "lif",
    leak: 1,
    isSigned: true,
  });
  const history = [{ number: 0, design: parent, objectives: [1], violation: 0 }];
  const numbers = Array.from({ length: 300 }, (_, i) => i + 1);
  const changed = new Set<string>();
  for (const number of numbers) {
    const [child] = evolutionSampler({
      space: mixed,
      directions: ["minimize"],
      history,
      numbers: [number],
      seed: 3,
      startTrials: 1,
    });
    const names = Object.keys(child).filter((name) => child[name] !== parent[name]);
    // Without its neuron the leak goes back to its default.
    const own = names.includes("neuron") ? names.filter((name) => name !== "leak") : names;
    assert.equal(own.length, 1, JSON.stringify(child));
    changed.add(own[0]);
    if (own[0] === "skips")
      assert.ok(adjacencyNeighbours(skips, skips.default).includes(String(child["skips"])));
    if (own[0] === "bits") assert.ok((child["bits"] as number) >= 5);
    if (own[0] === "leak") assert.ok((child["leak"] as number) >= 0.7);
  }
  assert.equal(changed.size, 6);
});

test("what was good long ago is no parent any more", () => {
  const history: readonly PastTrial[] = Array.from({ length: 80 }, (_, number) => ({
    number,
    design: canonical(mixed, { ...defaults(), bits: number < 40 ? 2 : 8, isSigned: number % 2 === 0 }),
    objectives: [number < 40 ? 0 : 1 + (number % 7)],
    violation: 0,
  }));
  const designs = evolutionSampler({
    space: mixed,
    directions: ["minimize"],
    history,
    numbers: Array.from({ length: 30 }, (_, i) => 80 + i),
    seed: 0,
    startTrials: 10,
  });
  assert.ok(designs.every(({ bits }) => (bits as number) > 4));
});

function defaults() {
  return Object.fromEntries(Object.entries(mixed.fields).map(([name, field]) => [name, field.default]));
}

test("evolution finds more of the front of edges against cost than chance in 14 million matrices", () => {
  const matrices = space({ skips });
  /** Each edge has its own worth; concatenations cost twice. */
  const worthOf = (text: string): number[] => {
    const cells = cellsOf(skips, text);
    const worth = cells.reduce(
      (sum, { kind }, i) => sum + (kind === 1 + (i % 2) ? Math.sin(i + 1) ** 2 : 0),
      0,
    );
    return [-worth, cells.reduce((sum, { kind }) => sum + kind, 0)];
  };
  const best = (sampler: Sampler, seed: number): number => {
    const history: PastTrial[] = [];
    for (let number = 0; number < 150; number++) {
      const asked = { space: matrices, directions: ["minimize", "minimize"], history: [...history] } as const;
      const [design] = sampler({ ...asked, numbers: [number], seed, startTrials: 16 });
      history.push({ number, design, objectives: worthOf(String(design["skips"])), violation: 0 });
    }
    return Math.max(
      ...history.map(({ objectives }) => 2 * -(objectives?.[0] ?? 0) - 0.3 * (objectives?.[1] ?? 0)),
    );
  };
  for (const seed of [0, 1, 2]) assert.ok(best(evolutionSampler, seed) > best(randomSampler, seed));
});
