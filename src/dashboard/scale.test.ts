import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../base/random.ts";
import { makeScale, type ScaleKind } from "./scale.ts";

const kinds: readonly ScaleKind[] = ["linear", "log", "error"];
const range = [10, 410] as const;

test("the domain maps onto the range, all values lie within, and ticks rise inside the domain", () => {
  const random = new Random({ seed: 1, trial: -1, purpose: "scale-test", index: 0 });
  for (let round = 0; round < 300; round++) {
    const kind = kinds[round % kinds.length];
    const size = 10 ** (8 * random.uniform() - 4);
    const count = 1 + random.integer(5);
    const values = Array.from({ length: count }, () =>
      kind === "error" ? random.uniform() : size * (0.01 + random.uniform()),
    );
    const scale = makeScale({ kind, values, range, tickCount: 5 });
    const [low, high] = scale.domain;
    assert.ok(Math.abs(scale.map(low) - range[0]) < 1e-6 && Math.abs(scale.map(high) - range[1]) < 1e-6);
    for (const value of values)
      assert.ok(value >= low && value <= high, `${kind} ${value} in ${low} … ${high}`);
    assert.ok(scale.ticks.length <= 16, `${scale.ticks.length} ticks`);
    scale.ticks.forEach((tick, i) => {
      assert.ok(tick >= low * (1 - 1e-6) - 1e-9 && tick <= high * (1 + 1e-6) + 1e-9);
      if (i > 0) assert.ok(tick > scale.ticks[i - 1]);
    });
  }
});

test("a linear axis counts in ones, twos or fives", () => {
  const { ticks } = makeScale({ kind: "linear", values: [0, 1], range, tickCount: 5, padding: 0 });
  assert.deepEqual(ticks, [0, 0.2, 0.4, 0.6, 0.8, 1]);
});

test("a log axis shows decades when they are many and 1-2-5 when they are few", () => {
  const many = makeScale({ kind: "log", values: [1e-5, 1], range, tickCount: 6, padding: 0 });
  assert.deepEqual(many.ticks, [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1]);
  const few = makeScale({ kind: "log", values: [1, 20], range, tickCount: 6, padding: 0 });
  assert.deepEqual(few.ticks, [1, 2, 5, 10, 20]);
});

test("on an error axis 90 to 99 % is as far as 99 to 99.9 %", () => {
  const { map } = makeScale({ kind: "error", values: [0.5, 0.9999], range, tickCount: 5 });
  assert.ok(Math.abs(map(0.99) - map(0.9) - (map(0.999) - map(0.99))) < 1e-9);
});

test("an error axis holds a perfect network", () => {
  const scale = makeScale({ kind: "error", values: [0.9, 1], range, tickCount: 5, bounds: [0, 1] });
  assert.ok(Number.isFinite(scale.map(1)));
  assert.equal(scale.domain[1], 1);
});

test("one value, no value and nonsense still make an axis", () => {
  for (const kind of kinds) {
    for (const values of [[0.5], [], [Number.NaN, Infinity], [0.5, 0.5]]) {
      const scale = makeScale({ kind, values, range, tickCount: 4 });
      assert.ok(scale.domain[0] < scale.domain[1]);
      assert.ok(Number.isFinite(scale.map(0.5)));
      assert.ok(scale.ticks.length > 0, `${kind} ${values}`);
    }
  }
});

test("figures hundreds of decades apart have an axis with few ticks", () => {
  const { ticks } = makeScale({ kind: "log", values: [1e-290, 1e150], range: [0, 300], tickCount: 5 });
  assert.ok(ticks.length >= 2 && ticks.length <= 8, String(ticks));
});
