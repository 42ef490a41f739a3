// The gradient of bounded relus against its scalar twin, and against what the bound does to the output.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../base/random.ts";
import { activate, boundedReluBackward, boundedReluBackwardScalar } from "./activation.ts";
import { hasRelaxedSimd, loadKernels } from "./load.ts";

for (const build of ["simd", "relaxed"] as const) {
  describe(`${build} kernels`, {
    skip: build === "relaxed" && !hasRelaxedSimd() && "this machine has no relaxed SIMD",
  }, async () => {
    const kernels = await loadKernels({ build, memoryBytes: 2 ** 20 });
    const random = new Random({ seed: 1, trial: 0, purpose: "activation-test", index: 0 });
    const values = (length: number): Float32Array =>
      kernels.float32From(Array.from({ length }, () => 2 * random.uniform() - 1));
    const bound = Math.fround(0.3);

    test("the gradient of a bounded relu is its twin's to the last bit, on the edges and for NaN, too", () => {
      for (const length of [1, 3, 4, 5, 7, 8, 17, 33]) {
        const x = values(length);
        x.set([0, bound, Number.NaN, bound, -0, Number.POSITIVE_INFINITY].slice(0, length));
        const y = values(length);
        y[length - 1] = 1e-30;
        const views = { x, y, dy: values(length), dx: values(length), bound };
        const copies = { ...views, dx: views.dx.slice() };
        const [got, wanted] = [boundedReluBackward(kernels, views), boundedReluBackwardScalar(copies)];
        assert.ok(Object.is(got, wanted), `${length}: ${got}, the twin says ${wanted}`);
        assert.deepEqual(views.dx, copies.dx);
      }
    });

    test("the output may lie where the gradient came from", () => {
      const views = { x: values(9), y: values(9), dy: values(9), dx: values(9), bound };
      const sum = boundedReluBackward(kernels, views);
      assert.equal(boundedReluBackward(kernels, { ...views, dx: views.dy }), sum);
      assert.deepEqual(views.dy, views.dx);
    });

    test("a clipped value moves with the bound only above it: the gradient counts those", () => {
      const x = kernels.float32From([-1, 0, 0.1, 0.29, 0.3, 0.4, 7, 0.2, 0.31]);
      const [y, dy, dx] = [kernels.float32(9), kernels.float32(9).fill(1), kernels.float32(9)];
      activate(kernels, { kind: "clip", bound }, { x, y });
      const gradient = boundedReluBackward(kernels, { x, y, dy, dx, bound });
      assert.ok(Math.abs(gradient - 4) < 1e-6, `${gradient}`);
      assert.deepEqual([...dx], [0, 0, 1, 1, 0, 0, 0, 1, 0]);
    });
  });
}
