import assert from "node:assert/strict";
import { test } from "node:test";
import { samplerContract } from "../../test/contracts/sampler.ts";
import { adjacency } from "../space/adjacency.ts";
import { choice, flag, float, int } from "../space/field.ts";
import { type Space, space } from "../space/space.ts";
import { gridSampler, gridSamplerWith } from "./grid-sampler.ts";
import { owenSampler } from "./sobol-sampler.ts";

samplerContract(gridSampler, { url: new URL("grid-sampler.ts", import.meta.url), name: "gridSampler" });
samplerContract(owenSampler, { url: new URL("sobol-sampler.ts", import.meta.url), name: "owenSampler" });

const about = "a setting";
const asked = (of: Space, count: number, seed = 1) =>
  ({
    space: of,
    directions: ["minimize"],
    history: [],
    numbers: Array.from({ length: count }, (_, i) => i),
    seed,
    startTrials: 0,
  }) as const;

const discrete = space(
  {
    neuron: choice({ about, options: ["if", "lif"], default: "if" }),
    leak: float({ about, unit: "1", low: 0.1, high: 0.9, step: 0.2, default: 0.5 }),
    bits: int({ about, unit: "bit", low: 2, high: 8, default: 8 }),
    wires: adjacency({ about, layers: 3, cells: ["none", "edge"], isChained: false }),
    isSigned: flag({ about, default: false }),
  },
  { leak: { neuron: "lif" } },
  [{ bits: 2, isSigned: true }],
);

test("a discrete space is asked whole and each design once, then again from the start", () => {
  // if: 1, lif: 5 leaks; 13 of 14 pairs of bits and sign; 4 matrices: none, 0→2, 0→1→2 with and without 0→2.
  const count = (1 + 5) * 13 * 4;
  const designs = gridSampler(asked(discrete, 2 * count));
  const keys = designs.map((design) => JSON.stringify(design));
  assert.equal(new Set(keys).size, count);
  assert.equal(new Set(keys.slice(0, count)).size, count);
  assert.deepEqual(keys.slice(count), keys.slice(0, count));
});

const cube = space({
  x: float({ about, unit: "1", low: -1, high: 1, default: 0 }),
  y: float({ about, unit: "1", low: 1, high: 16, scale: "log", default: 4 }),
});

test("continuous fields have evenly spaced points, ends included, even on the logarithm where they are", () => {
  const designs = gridSamplerWith({ points: 5 })(asked(cube, 25));
  const values = (name: "x" | "y") =>
    [...new Set(designs.map((design) => design[name] as number))].sort((a, b) => a - b);
  assert.deepEqual(values("x"), [-1, -0.5, 0, 0.5, 1]);
  for (const [i, value] of values("y").entries()) assert.ok(Math.abs(value - 2 ** i) < 1e-12);
  assert.equal(new Set(designs.map((design) => JSON.stringify(design))).size, 25);
});

test("the first designs already lie in every quarter, and seeds give other orders of the same grid", () => {
  const quarter = ({ x, y }: Record<string, unknown>) => `${(x as number) >= 0}/${(y as number) >= 4}`;
  for (const seed of [0, 1, 2, 3, 4]) {
    const designs = gridSampler(asked(cube, 81, seed));
    assert.equal(new Set(designs.slice(0, 8).map(quarter)).size, 4);
    assert.equal(new Set(designs.map((design) => JSON.stringify(design))).size, 81);
  }
  assert.notDeepEqual(gridSampler(asked(cube, 9, 0)), gridSampler(asked(cube, 9, 1)));
});

test("a part of a grid that is too large to count is asked, without a repeat", () => {
  const large = space({
    wide: int({ about, unit: "1", low: 0, high: 10_000_000, default: 5 }),
    wires: adjacency({ about, layers: 8, cells: ["none", "add", "concat"] }),
  });
  const designs = gridSampler(asked(large, 300));
  assert.equal(new Set(designs.map((design) => JSON.stringify(design))).size, 300);
});
