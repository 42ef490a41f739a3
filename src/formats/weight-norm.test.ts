import assert from "node:assert/strict";
import { test } from "node:test";
import { weightNormName, withPlainWeight } from "./weight-norm.ts";

const tensor = (shape: readonly number[], ...data: number[]) => ({ shape, data: Float32Array.from(data) });

test("a length for every unit times a direction is the weight", () => {
  const bias = tensor([2], 1, 2);
  const plain = withPlainWeight({
    bias,
    weight_g: tensor([2, 1], 10, -5),
    weight_v: tensor([2, 2], 3, 4, 6, 8),
  });
  assert.deepEqual(plain, { weight: tensor([2, 2], 6, 8, -3, -4), bias });
});

test("lengths may lie along any axis, or be one", () => {
  const directions = tensor([2, 2], 3, 4, 4, 3);
  const columns = withPlainWeight({ weight_g: tensor([1, 2], 5, 10), weight_v: directions });
  assert.deepEqual([...(columns?.["weight"].data ?? [])], [3, 8, 4, 6]);
  const whole = withPlainWeight({ weight_g: tensor([1, 1], Math.sqrt(50)), weight_v: directions });
  whole?.["weight"].data.forEach((value, i) => {
    assert.ok(Math.abs(Number(value) - Number(directions.data[i])) < 1e-6);
  });
});

test("other modules, and lengths that fit no direction, are left as they are", () => {
  assert.equal(withPlainWeight({ weight: tensor([1, 1], 1) }), undefined);
  assert.equal(
    withPlainWeight({ weight_g: tensor([3, 1], 1, 1, 1), weight_v: tensor([2, 1], 1, 1) }),
    undefined,
  );
});

test("both of PyTorch's ways to name the two are one", () => {
  assert.equal(weightNormName("net.3.parametrizations.weight.original0"), "net.3.weight_g");
  assert.equal(weightNormName("parametrizations.weight.original1"), "weight_v");
  assert.equal(weightNormName("net.3.weight"), "net.3.weight");
});
