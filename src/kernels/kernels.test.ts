// Every kernel against its scalar twin, in both builds, on odd shapes and with odd values.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../base/random.ts";
import { activate, activateScalar, reluBackward, reluBackwardScalar } from "./activation.ts";
import * as norm from "./batch-norm.ts";
import { type Conv2dGeometry, conv2dBackwardInput, conv2dBackwardWeight, conv2dForward } from "./conv2d.ts";
import {
  conv2dBackwardInputScalar,
  conv2dBackwardWeightScalar,
  conv2dForwardScalar,
} from "./conv2d-scalar.ts";
import * as each from "./elementwise.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { hasRelaxedSimd, loadKernels } from "./load.ts";
import { matmul, matmulScalar } from "./matmul.ts";
import { adamStep, adamStepScalar, sgdStep, sgdStepScalar } from "./optimiser-step.ts";
import * as pool from "./pooling.ts";

type Views = Record<string, Float32Array | Int32Array | Uint8Array>;

const random = new Random({ seed: 1, trial: 0, purpose: "kernel-test", index: 0 });

/** Values in [−1, 1), some of them zero. */
function values(kernels: Kernels, length: number): Float32Array {
  const view = kernels.float32(length);
  for (let i = 0; i < length; i++) view[i] = random.integer(8) === 0 ? 0 : 2 * random.uniform() - 1;
  return view;
}

/** Run kernel and twin on equal inputs and compare everything they may have written. */
function compare<V extends Views, R>(
  kernels: Kernels,
  views: V,
  kernel: (views: V) => R,
  twin: (views: V) => R,
  bound = 0,
): void {
  const copies = Object.fromEntries(Object.entries(views).map(([name, view]) => [name, view.slice()])) as V;
  assert.equal(kernel(views), twin(copies));
  const tolerance = kernels.build === "simd" ? bound : Math.max(bound, 2e-6);
  for (const [name, view] of Object.entries(views)) {
    for (let i = 0; i < view.length; i++) {
      const [got, wanted] = [view[i], copies[name][i]];
      if (Object.is(got, wanted) || got === wanted) continue;
      assert.ok(
        Math.abs(got - wanted) <= tolerance * (1 + Math.abs(wanted)),
        `${name}[${i}] is ${got}, the twin says ${wanted}`,
      );
    }
  }
}

const lengths = [1, 3, 4, 5, 7, 8, 17, 33];

for (const build of ["simd", "relaxed"] as const) {
  describe(`${build} kernels equal their twins`, {
    skip: build === "relaxed" && !hasRelaxedSimd() && "this machine has no relaxed SIMD",
  }, async () => {
    const kernels = await loadKernels({ build, memoryBytes: 16 * 2 ** 20 });

    test("matmul, every layout and start, on sizes around the tile's", () => {
      for (const m of [1, 3, 4, 5, 9])
        for (const n of [1, 7, 8, 9, 17])
          for (const k of [1, 4, 5, 33])
            for (let way = 0; way < 12; way++) {
              const mark = kernels.mark();
              const options = {
                m,
                n,
                k,
                transposeA: way % 2 === 1,
                transposeB: way % 4 > 1,
                accumulate: way >= 8,
              };
              const views = {
                a: values(kernels, m * k),
                b: values(kernels, k * n),
                c: values(kernels, m * n),
                bias: values(kernels, n),
              };
              const args = (v: typeof views) => ({
                ...v,
                ...options,
                bias: way >= 4 && way < 8 ? v.bias : undefined,
              });
              compare(
                kernels,
                views,
                (v) => matmul(kernels, args(v)),
                (v) => matmulScalar(args(v)),
                0,
              );
              kernels.release(mark);
            }
    });

    test("matmul carries NaN and infinity where the twin does", () => {
      const views = { a: values(kernels, 5 * 6), b: values(kernels, 6 * 9), c: values(kernels, 5 * 9) };
      views.a[7] = Number.NaN;
      views.b[10] = Number.POSITIVE_INFINITY;
      const sizes = { m: 5, n: 9, k: 6 };
      compare(
        kernels,
        views,
        (v) => matmul(kernels, { ...v, ...sizes }),
        (v) => matmulScalar({ ...v, ...sizes }),
      );
    });

    const convolutions: Record<string, Partial<Conv2dGeometry>> = {
      plain: {},
      "with stride": { stride: [2, 3] },
      "with padding": { padding: [2, 1] },
      "with stride, padding and groups": { stride: [2, 1], padding: [1, 2], groups: 2 },
      "one by one": { kernel: [1, 1] },
      "wider than the image with its padding": { kernel: [7, 8], padding: [1, 2] },
    };
    for (const [name, change] of Object.entries(convolutions)) {
      test(`conv2d ${name}, forward and both gradients`, () => {
        const base = {
          batch: 3,
          channels: 4,
          height: 7,
          width: 5,
          outChannels: 6,
          kernel: [3, 2],
          stride: [1, 1],
          padding: [0, 0],
          groups: 1,
          ...change,
        } as const;
        const out = (axis: 0 | 1, size: number): number =>
          Math.floor((size + 2 * base.padding[axis] - base.kernel[axis]) / base.stride[axis]) + 1;
        const shape = { ...base, outHeight: out(0, base.height), outWidth: out(1, base.width) };
        const mark = kernels.mark();
        const views = {
          x: values(kernels, 3 * 4 * 7 * 5),
          weight: values(kernels, (6 * 4 * shape.kernel[0] * shape.kernel[1]) / shape.groups),
          bias: values(kernels, 6),
          y: values(kernels, 3 * 6 * shape.outHeight * shape.outWidth),
        };
        compare(
          kernels,
          views,
          (v) => conv2dForward(kernels, { ...shape, ...v }),
          (v) => conv2dForwardScalar({ ...shape, ...v }),
        );
        const back = { dx: views.x, weight: views.weight, dy: views.y };
        compare(
          kernels,
          back,
          (v) => conv2dBackwardInput(kernels, { ...shape, ...v }),
          (v) => conv2dBackwardInputScalar({ ...shape, ...v }),
          1e-5,
        );
        const grad = { x: views.x, dy: views.y, dweight: views.weight, dbias: views.bias };
        compare(
          kernels,
          grad,
          (v) => conv2dBackwardWeight(kernels, { ...shape, ...v }),
          (v) => conv2dBackwardWeightScalar({ ...shape, ...v }),
          1e-5,
        );
        kernels.release(mark);
      });
    }

    test("activations and their gradient, with NaN and infinities", () => {
      for (const length of lengths) {
        const x = values(kernels, length);
        x[0] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0][length % 4];
        const views = { x, y: values(kernels, length) };
        for (const activation of [
          { kind: "relu" },
          { kind: "clip", bound: 0.3 },
          { kind: "levels", bound: 0.7, levels: 5, shift: 0.5 },
          { kind: "levels", bound: 0.7, levels: 4, shift: 0 },
        ] as const) {
          compare(
            kernels,
            views,
            (v) => activate(kernels, activation, v),
            (v) => activateScalar(activation, v),
          );
        }
        const back = { y: views.y, dy: x, dx: values(kernels, length) };
        compare(kernels, back, (v) => reluBackward(kernels, v), reluBackwardScalar);
      }
    });

    test("sums, pixels and counts", () => {
      for (const rows of [1, 3])
        for (const columns of lengths) {
          const mark = kernels.mark();
          const sizes = { rows, columns };
          const x = values(kernels, rows * columns);
          compare(
            kernels,
            { x, y: values(kernels, x.length) },
            (v) => each.addInto(kernels, v),
            each.addIntoScalar,
          );
          compare(
            kernels,
            { y: x, sum: values(kernels, columns) },
            (v) => each.addRowSums(kernels, { ...v, ...sizes }),
            (v) => each.addRowSumsScalar({ ...v, ...sizes }),
          );
          compare(
            kernels,
            { x, counts: kernels.int32(rows) },
            (v) => each.countNonZero(kernels, { ...v, ...sizes }),
            (v) => each.countNonZeroScalar({ ...v, ...sizes }),
          );
          const pixels = kernels.uint8(x.length);
          for (let i = 0; i < pixels.length; i++) pixels[i] = random.integer(256);
          const scaling = { scale: 1 / 255, offset: -0.1 };
          compare(
            kernels,
            { pixels, out: x },
            (v) => each.pixelsToFloat(kernels, { ...v, ...scaling }),
            (v) => each.pixelsToFloatScalar({ ...v, ...scaling }),
          );
          kernels.release(mark);
        }
    });

    test("pooling, forward and backward, with leftovers and overlapping windows", () => {
      for (const [kernel, stride] of [
        [
          [2, 2],
          [2, 2],
        ],
        [
          [3, 2],
          [1, 2],
        ],
        [
          [1, 1],
          [3, 3],
        ],
      ] as const) {
        const outHeight = Math.floor((7 - kernel[0]) / stride[0]) + 1;
        const outWidth = Math.floor((13 - kernel[1]) / stride[1]) + 1;
        const shape = { planes: 3, height: 7, width: 13, kernel, stride, outHeight, outWidth };
        const [x, y, index] = [
          values(kernels, 273),
          values(kernels, 3 * outHeight * outWidth),
          kernels.int32(3 * outHeight * outWidth),
        ];
        compare(
          kernels,
          { x, y },
          (v) => pool.averagePool(kernels, { ...shape, ...v }),
          (v) => pool.averagePoolScalar({ ...shape, ...v }),
        );
        compare(
          kernels,
          { dx: x, dy: y },
          (v) => pool.averagePoolBackward(kernels, { ...shape, ...v }),
          (v) => pool.averagePoolBackwardScalar({ ...shape, ...v }),
        );
        compare(
          kernels,
          { x, y, index },
          (v) => pool.maxPool(kernels, { ...shape, ...v }),
          (v) => pool.maxPoolScalar({ ...shape, ...v }),
        );
        compare(
          kernels,
          { dx: x, dy: y, index },
          (v) => pool.maxPoolBackward(kernels, { ...shape, ...v }),
          (v) => pool.maxPoolBackwardScalar({ ...shape, ...v }),
        );
      }
    });

    test("batch norm, for images and vectors", () => {
      for (const positions of [1, 6]) {
        const shape = { batch: 5, channels: 3, positions };
        const channel = (): Float32Array => values(kernels, 3);
        const [x, y] = [values(kernels, 15 * positions), values(kernels, 15 * positions)];
        const [mean, variance, scale, shift] = [channel(), channel(), channel(), channel()];
        compare(
          kernels,
          { x, mean, variance },
          (v) => norm.batchStatistics(kernels, { ...shape, ...v }),
          (v) => norm.batchStatisticsScalar({ ...shape, ...v }),
        );
        compare(
          kernels,
          { x, y, scale, shift },
          (v) => norm.scaleShift(kernels, { ...shape, ...v }),
          (v) => norm.scaleShiftScalar({ ...shape, ...v }),
        );
        const back = {
          x,
          dy: y,
          dx: values(kernels, y.length),
          gamma: scale,
          mean,
          inverse: shift,
          dgamma: channel(),
          dbeta: channel(),
        };
        compare(
          kernels,
          back,
          (v) => norm.batchNormBackward(kernels, { ...shape, ...v }),
          (v) => norm.batchNormBackwardScalar({ ...shape, ...v }),
          1e-6,
        );
      }
    });

    test("Adam and SGD, first and later steps", () => {
      for (const length of lengths)
        for (const step of [1, 7]) {
          const mark = kernels.mark();
          const view = (): Float32Array => values(kernels, length);
          const square = view();
          for (let i = 0; i < length; i++) square[i] = Math.abs(square[i]);
          const adam = {
            learningRate: 1e-2,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weightDecay: 0.1,
            step,
          };
          const state = { parameter: view(), gradient: view(), m: view(), v: square };
          compare(
            kernels,
            state,
            (v) => adamStep(kernels, { ...adam, ...v }),
            (v) => adamStepScalar({ ...adam, ...v }),
            1e-6,
          );
          const sgd = { learningRate: 1e-2, momentum: 0.9, weightDecay: 0.1, nesterov: step > 1 };
          const moving = { parameter: view(), gradient: view(), velocity: view() };
          compare(
            kernels,
            moving,
            (v) => sgdStep(kernels, { ...sgd, ...v }),
            (v) => sgdStepScalar({ ...sgd, ...v }),
          );
          kernels.release(mark);
        }
    });
  });
}

test("a view outside kernel memory is refused by name", async () => {
  const kernels = await loadKernels({ memoryBytes: 2 ** 20 });
  assert.throws(
    () => addressOf(kernels, "weights", new Float32Array(4)),
    /weights must be a view into kernel memory/,
  );
});

test("a full memory is a resource error that says what to do, and release makes room again", async () => {
  const kernels = await loadKernels({ memoryBytes: 2 ** 20 });
  const mark = kernels.mark();
  kernels.float32(200_000);
  assert.throws(() => kernels.float32(200_000), { name: "ResourceError", message: /--memory/ });
  kernels.release(mark);
  kernels.float32(200_000);
});

test("a memory of 2 GiB and more is full at its end, not beyond it, and is usable above 2 GiB", async () => {
  const kernels = await loadKernels({ memoryBytes: 2 ** 31 });
  kernels.take(1.5 * 2 ** 30);
  assert.throws(() => kernels.take(2 ** 30), { name: "ResourceError" });
  assert.throws(() => kernels.take(2.5 * 2 ** 30), { name: "ResourceError" });
  const larger = await loadKernels({ memoryBytes: 2.5 * 2 ** 30 });
  larger.take(2 ** 31);
  const [x, y] = [larger.float32From([1, 2, 3, 4, 5]), larger.float32(5)];
  assert.ok(x.byteOffset > 2 ** 31);
  each.addInto(larger, { x, y });
  assert.deepEqual([...y], [1, 2, 3, 4, 5]);
});

test("views shorter than their shape are refused", async () => {
  const kernels = await loadKernels({ memoryBytes: 2 ** 20 });
  const view = kernels.float32(4);
  assert.throws(
    () => matmul(kernels, { a: view, b: view, c: view, m: 2, n: 2, k: 3 }),
    /matmul a must have at least 6 values, but got 4/,
  );
});
