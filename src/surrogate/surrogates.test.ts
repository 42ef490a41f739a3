import assert from "node:assert/strict";
import { test } from "node:test";
import { surrogateNames, surrogateSlopeScalar } from "../kernels/surrogate-functions.ts";
import { surrogates } from "./surrogates.ts";

for (const name of surrogateNames) {
  const { slopeAt, primitive, slope } = surrogates[name];

  test(`${name}: the primitive's difference quotient is the slope`, () => {
    for (const k of [slope.default, 0.7, 4]) {
      for (let x = -2.03; x < 2; x += 0.0517) {
        const step = 1e-6;
        const quotient = (primitive(x + step, k) - primitive(x - step, k)) / (2 * step);
        assert.ok(Math.abs(quotient - slopeAt(x, k)) < 1e-5 * k, `at ${x}, k = ${k}`);
      }
    }
  });

  test(`${name}: the kernels' slope is the same in float32`, () => {
    for (let x = -2; x < 2; x += 0.131) {
      const expected = slopeAt(Math.fround(x), slope.default);
      const got = surrogateSlopeScalar(name, Math.fround(x), slope.default);
      assert.ok(Math.abs(got - expected) < 1e-6 * slope.default, `${got} for ${expected} at ${x}`);
    }
  });
}

test("slopes at the threshold are the peers'", () => {
  const at0 = surrogateNames.map((name) => [
    name,
    surrogates[name].slopeAt(0, surrogates[name].slope.default),
  ]);
  assert.deepEqual(Object.fromEntries(at0), {
    atan: 1,
    fastSigmoid: 1,
    sigmoid: 6.25,
    triangle: 1,
    superSpike: 1,
    straightThrough: 1,
  });
});
