// Activations of an ANN and their gradients: relu, relu with an upper bound λ, and the same in levels.
//
// Clipped and levelled ones are what an SNN is converted from or compared with: its rates cannot leave
// [0, 1] either and take T + 1 values. NaN stays NaN in all of them. Kernel and twin agree bit for bit.
//
// Gradients of bounded ones h(x, λ), the floor passed straight through: dh/dx = [0 < x < λ]. Input and bound
// scaled alike scale the output, so Euler gives dh/dλ = (h − x dh/dx)/λ: 1 above λ, 0 below 0, and between
// 0 where clipped (Deng & Gu 2021), else level/L − x/λ (Bu et al. 2022, as autograd derives it).

import { requireSameLength } from "../base/errors.ts";
import { addressOf, type Kernels } from "./kernels.ts";

/** What happens to a layer's values. */
export type Activation =
  | { readonly kind: "relu" }
  /** min(max(x, 0), bound) */
  | { readonly kind: "clip"; readonly bound: number }
  /** bound · floor(clip(x / bound, 0, 1) · levels + shift) / levels; shift ½ rounds, 0 floors */
  | { readonly kind: "levels"; readonly bound: number; readonly levels: number; readonly shift: number };

export interface ActivationArgs {
  readonly x: Float32Array;
  /** Output; may be x. */
  readonly y: Float32Array;
}

/** @throws {InvalidValueError} when lengths differ or a view is not in kernel memory */
export function activate(kernels: Kernels, activation: Activation, { x, y }: ActivationArgs): void {
  requireSameLength({ x, y });
  const [from, to] = [addressOf(kernels, "x", x), addressOf(kernels, "y", y)];
  const { exports } = kernels;
  switch (activation.kind) {
    case "relu":
      exports["relu"](from, to, x.length);
      break;
    case "clip":
      exports["clip"](from, to, x.length, activation.bound);
      break;
    case "levels":
      exports["clipToLevels"](from, to, x.length, activation.bound, activation.levels, activation.shift);
      break;
    default:
      throw new TypeError(`unknown activation ${JSON.stringify(activation satisfies never)}`);
  }
}

/** Scalar twin of {@link activate}. */
export function activateScalar(activation: Activation, { x, y }: ActivationArgs): void {
  const f = Math.fround;
  for (let i = 0; i < x.length; i++) {
    const positive = Math.max(x[i], 0);
    if (activation.kind === "relu") {
      y[i] = positive;
    } else if (activation.kind === "clip") {
      y[i] = Math.min(positive, f(activation.bound));
    } else {
      const { levels, shift } = activation;
      const bound = f(activation.bound);
      const share = Math.min(Math.max(f(x[i] / bound), 0), 1);
      const level = Math.min(Math.floor(f(f(share * levels) + shift)), levels);
      y[i] = f(f(bound * level) / levels);
    }
  }
}

export interface ReluBackwardArgs {
  /** The activation's output. */
  readonly y: Float32Array;
  readonly dy: Float32Array;
  /** Output: dy where y > 0, else 0; may be dy. */
  readonly dx: Float32Array;
}

export function reluBackward(kernels: Kernels, { y, dy, dx }: ReluBackwardArgs): void {
  requireSameLength({ y, dy, dx });
  kernels.exports["reluBackward"](
    addressOf(kernels, "y", y),
    addressOf(kernels, "dy", dy),
    addressOf(kernels, "dx", dx),
    y.length,
  );
}

export function reluBackwardScalar({ y, dy, dx }: ReluBackwardArgs): void {
  for (let i = 0; i < y.length; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
}

export interface BoundedReluBackwardArgs {
  /** The activation's input. */
  readonly x: Float32Array;
  /** The activation's output, of `clip` or `levels` with this bound. */
  readonly y: Float32Array;
  readonly dy: Float32Array;
  /** Output: dy where 0 < x < bound, else 0; may be dy. */
  readonly dx: Float32Array;
  readonly bound: number;
}

/**
 * @returns the gradient of the bound
 * @throws {InvalidValueError} when lengths differ or a view is not in kernel memory
 */
export function boundedReluBackward(
  kernels: Kernels,
  { x, y, dy, dx, bound }: BoundedReluBackwardArgs,
): number {
  requireSameLength({ x, y, dy, dx });
  const [input, output] = [addressOf(kernels, "x", x), addressOf(kernels, "y", y)];
  const [from, to] = [addressOf(kernels, "dy", dy), addressOf(kernels, "dx", dx)];
  const sum = kernels.exports["boundedReluBackward"](input, output, from, to, x.length, bound);
  return sum / bound;
}

export function boundedReluBackwardScalar({ x, y, dy, dx, bound }: BoundedReluBackwardArgs): number {
  const f = Math.fround;
  const most = f(bound);
  const whole = x.length - (x.length % 4);
  const lanes = [0, 0, 0, 0];
  const rest: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const passes = x[i] > 0 && x[i] < most;
    const term = f(dy[i] * f(y[i] - (passes ? x[i] : 0)));
    if (i < whole) lanes[i % 4] += term;
    else rest.push(term);
    dx[i] = passes ? dy[i] : 0;
  }
  const start = lanes[0] + lanes[2] + (lanes[1] + lanes[3]);
  return rest.reduce((sum, term) => sum + term, start) / bound;
}
