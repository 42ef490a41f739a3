// Problems with known best hypervolumes, to measure samplers by. All objectives are minimised and all
// variables lie in [0, 1].
//
// ZDT1–3 (Zitzler, Deb & Thiele 2000), with g(x) = 1 + 9 mean(x₁…) and f₀ = x₀:
//   ZDT1  f₁ = g (1 − √(f₀/g))
//   ZDT2  f₁ = g (1 − (f₀/g)²)
//   ZDT3  f₁ = g (1 − √(f₀/g) − (f₀/g) sin 10πf₀)
// DTLZ2 (Deb et al. 2002): the positive part of a sphere's surface, blown up by distance from x = ½.
// BraninCurrin (Belakaria et al. 2019): Branin's function beside Currin's.
// Best hypervolumes: closed forms but for BraninCurrin and ZDT3, whose numbers are BoTorch's.

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

/** @param dimensions - at least 2 */
export function zdt1(dimensions: number): TestFunction {
  return zdt("ZDT1", dimensions, 120 + 2 / 3, (share) => 1 - Math.sqrt(share));
}

/** @param dimensions - at least 2 */
export function zdt2(dimensions: number): TestFunction {
  return zdt("ZDT2", dimensions, 120 + 1 / 3, (share) => 1 - share ** 2);
}

/** @param dimensions - at least 2 */
export function zdt3(dimensions: number): TestFunction {
  const shape = (share: number, first: number): number =>
    1 - Math.sqrt(share) - share * Math.sin(10 * Math.PI * first);
  return zdt("ZDT3", dimensions, 128.77811613069076, shape);
}

/** @param dimensions - at least as many as `objectives`, which is 2 or 3 */
export function dtlz2(dimensions: number, objectives: 2 | 3): TestFunction {
  const ball = objectives === 2 ? Math.PI / 4 : Math.PI / 6;
  return {
    name: `DTLZ2-${objectives}`,
    space: unitCube(dimensions),
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
  space: unitCube(2),
  reference: [18, 6],
  bestHypervolume: 59.36011874867746,
  objectives: ([a, b]) => [branin(15 * a - 5, 15 * b), currin(a, b)],
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
  bestHypervolume: number,
  shape: (share: number, first: number) => number,
): TestFunction {
  return {
    name,
    space: unitCube(dimensions),
    reference: [11, 11],
    bestHypervolume,
    objectives: ([first, ...rest]) => {
      const g = 1 + (9 * rest.reduce((sum, value) => sum + value, 0)) / rest.length;
      return [first, g * shape(first / g, first)];
    },
  };
}

function unitCube(dimensions: number): Space {
  const variable = (i: number) => float({ about: `variable ${i}`, unit: "1", low: 0, high: 1, default: 0.5 });
  return space(Object.fromEntries(Array.from({ length: dimensions }, (_, i) => [`x${i}`, variable(i)])));
}
