// Problems with known best hypervolumes, to measure samplers by. All objectives are minimised and all
// variables lie in [0, 1] but those of VehicleSafety, in [1, 3].
//
// ZDT1–3 (Zitzler, Deb & Thiele 2000), with g(x) = 1 + 9 mean(x₁…) and f₀ = x₀:
//   ZDT1  f₁ = g (1 − √(f₀/g))
//   ZDT2  f₁ = g (1 − (f₀/g)²)
//   ZDT3  f₁ = g (1 − √(f₀/g) − (f₀/g) sin 10πf₀); BoTorch has it without the g in front: same front
// DTLZ2 (Deb et al. 2002): the positive part of a sphere's surface, blown up by distance from x = ½.
// BraninCurrin (Belakaria et al. 2019): Branin's function beside Currin's.
// VehicleSafety (Tanabe & Ishibuchi 2020, RE3-5-4): mass, acceleration and intrusion of a crashed car.
// Best hypervolumes: closed forms but for BraninCurrin, ZDT3 and VehicleSafety, whose numbers are BoTorch's.

import { float } from "../space/field.ts";
import { type Space, space } from "../space/space.ts";

export interface TestFunction {
  readonly name: string;
  readonly space: Space;
  readonly reference: readonly number[];
  /** Of the true front, below the reference. */
  readonly bestHypervolume: number;
  /** @param x - one number a field of the space, in its order */
  readonly objectives: (x: readonly number[]) => number[];
}

// The best hypervolumes of ZDT below (r, r), r at least 1: r² − low·r − rest, with low the front's lowest f₁.

/**
 * @param dimensions - at least 2
 * @param reference - of both objectives, at least 1
 */
export function zdt1(dimensions: number, reference = 11): TestFunction {
  const best = reference ** 2 - 1 / 3;
  return zdt("ZDT1", dimensions, { reference, best }, (g, first) => g * (1 - Math.sqrt(first / g)));
}

/** Parameters as of `zdt1`. */
export function zdt2(dimensions: number, reference = 11): TestFunction {
  const best = reference ** 2 - 2 / 3;
  return zdt("ZDT2", dimensions, { reference, best }, (g, first) => g * (1 - (first / g) ** 2));
}

/** Parameters as of `zdt1`. */
export function zdt3(dimensions: number, reference = 11): TestFunction {
  const best = zdt3Best(reference);
  return zdt("ZDT3", dimensions, { reference, best }, (g, first) => g * zdt3Shape(g, first));
}

/** ZDT3 as BoTorch has it: the same front, and more of the space is near it. Parameters as of `zdt1`. */
export function zdt3WithoutFactor(dimensions: number, reference = 11): TestFunction {
  return zdt("ZDT3 (BoTorch's)", dimensions, { reference, best: zdt3Best(reference) }, zdt3Shape);
}

function zdt3Shape(g: number, first: number): number {
  return 1 - Math.sqrt(first / g) - (first / g) * Math.sin(10 * Math.PI * first);
}

/** From BoTorch's number for (11, 11); the lowest f₁ of the front is found at f₀ = 0.85183. */
function zdt3Best(reference: number): number {
  const low = -0.7733690123266406;
  return 128.77811613069076 + reference ** 2 - 121 - low * (reference - 11);
}

/** @param dimensions - at least as many as `objectives`, which is 2 or 3 */
export function dtlz2(dimensions: number, objectives: 2 | 3): TestFunction {
  const ball = objectives === 2 ? Math.PI / 4 : Math.PI / 6;
  return {
    name: `DTLZ2-${objectives}`,
    space: cube(dimensions),
    reference: new Array<number>(objectives).fill(1.1),
    bestHypervolume: 1.1 ** objectives - ball,
    objectives: (x) => {
      const g = x.slice(objectives - 1).reduce((sum, value) => sum + (value - 0.5) ** 2, 0);
      return Array.from({ length: objectives }, (_, i) => {
        let value = 1 + g;
        for (let k = 0; k < objectives - 1 - i; k++) value *= Math.cos((Math.PI / 2) * x[k]);
        return i === 0 ? value : value * Math.sin((Math.PI / 2) * x[objectives - 1 - i]);
      });
    },
  };
}

export const braninCurrin: TestFunction = {
  name: "BraninCurrin",
  space: cube(2),
  reference: [18, 6],
  bestHypervolume: 59.36011874867746,
  objectives: ([a, b]) => [branin(15 * a - 5, 15 * b), currin(a, b)],
};

export const vehicleSafety: TestFunction = {
  name: "VehicleSafety",
  space: cube(5, 1, 3),
  reference: [1864.72022, 11.81993945, 0.2903999384],
  bestHypervolume: 246.81607081187002,
  objectives: ([a, b, c, d, e]) => [
    1640.2823 + 2.3573285 * a + 2.3220035 * b + 4.5688768 * c + 7.7213633 * d + 4.4559504 * e,
    6.5856 +
      (1.15 * a - 1.0427 * b + 0.9738 * c + 0.8364 * d) -
      (0.3695 * a * d - 0.0861 * a * e - 0.3628 * b * d) -
      (0.1106 * a ** 2 + 0.3437 * c ** 2 - 0.1764 * d ** 2),
    -0.0551 +
      (0.0181 * a + 0.1024 * b + 0.0421 * c) -
      (0.0073 * a * b - 0.024 * b * c + 0.0118 * b * d + 0.0204 * c * d + 0.008 * c * e) -
      (0.0241 * b ** 2 - 0.0109 * d ** 2),
  ],
};

function branin(x: number, y: number): number {
  const bowl = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
  return bowl ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

function currin(a: number, b: number): number {
  const factor = b === 0 ? 1 : 1 - Math.exp(-1 / (2 * b));
  return (
    (factor * (2300 * a ** 3 + 1900 * a ** 2 + 2092 * a + 60)) / (100 * a ** 3 + 500 * a ** 2 + 4 * a + 20)
  );
}

function zdt(
  name: string,
  dimensions: number,
  { reference, best }: { readonly reference: number; readonly best: number },
  second: (g: number, first: number) => number,
): TestFunction {
  return {
    name,
    space: cube(dimensions),
    reference: [reference, reference],
    bestHypervolume: best,
    objectives: ([first, ...rest]) => {
      const g = 1 + (9 * rest.reduce((sum, value) => sum + value, 0)) / rest.length;
      return [first, second(g, first)];
    },
  };
}

function cube(dimensions: number, low = 0, high = 1): Space {
  const middle = (low + high) / 2;
  const variable = (i: number) => float({ about: `variable ${i}`, unit: "1", low, high, default: middle });
  return space(Object.fromEntries(Array.from({ length: dimensions }, (_, i) => [`x${i}`, variable(i)])));
}
