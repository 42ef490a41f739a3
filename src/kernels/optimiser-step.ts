// Parameter updates, in place. Kernel and twin agree bit for bit in the plain build.
//
// Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019), t = step from 1:
//   m ← β1 m + (1−β1) g,  v ← β2 v + (1−β2) g²
//   p ← (1 − rate·decay) p − rate/(1−β1ᵗ) · m / (√v/√(1−β2ᵗ) + ε)
// SGD: u ← μ u + g,  p ← (1 − rate·decay) p − rate·(nesterov ? g + μ u : u)

import { requireSameLength } from "../base/errors.ts";
import { addressOf, type Kernels } from "./kernels.ts";

export interface AdamArgs {
  readonly parameter: Float32Array;
  readonly gradient: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** From 1. */
  readonly step: number;
}

export function adamStep(kernels: Kernels, args: AdamArgs): void {
  const { parameter, gradient, m, v, beta1, beta2, epsilon } = args;
  requireSameLength({ parameter, gradient, m, v });
  const addresses = Object.entries({ parameter, gradient, m, v }).map(([name, view]) =>
    addressOf(kernels, name, view),
  );
  const { rate, root, keep } = adamFactors(args);
  kernels.exports["adam"](...addresses, parameter.length, beta1, beta2, rate, root, epsilon, keep);
}

export function adamStepScalar(args: AdamArgs): void {
  const { parameter, gradient, m, v } = args;
  const f = Math.fround;
  const [beta1, beta2, epsilon] = [f(args.beta1), f(args.beta2), f(args.epsilon)];
  const { rate, root, keep } = adamFactors(args);
  const [r1, r2] = [f(1 - beta1), f(1 - beta2)];
  for (let i = 0; i < parameter.length; i++) {
    const g = gradient[i];
    m[i] = f(beta1 * m[i]) + f(r1 * g);
    v[i] = f(beta2 * v[i]) + f(r2 * f(g * g));
    const size = f(f(f(Math.sqrt(v[i])) * root) + epsilon);
    parameter[i] = f(keep * parameter[i]) - f(f(rate * m[i]) / size);
  }
}

function adamFactors({ learningRate, beta1, beta2, weightDecay, step }: AdamArgs): {
  rate: number;
  root: number;
  keep: number;
} {
  return {
    rate: Math.fround(learningRate / (1 - beta1 ** step)),
    root: Math.fround(1 / Math.sqrt(1 - beta2 ** step)),
    keep: Math.fround(1 - learningRate * weightDecay),
  };
}

export interface SgdArgs {
  readonly parameter: Float32Array;
  readonly gradient: Float32Array;
  readonly velocity: Float32Array;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
}

export function sgdStep(kernels: Kernels, args: SgdArgs): void {
  const { parameter, gradient, velocity, learningRate, momentum, weightDecay, nesterov } = args;
  requireSameLength({ parameter, gradient, velocity });
  const addresses = Object.entries({ parameter, gradient, velocity }).map(([name, view]) =>
    addressOf(kernels, name, view),
  );
  const keep = 1 - learningRate * weightDecay;
  kernels.exports["sgd"](...addresses, parameter.length, learningRate, momentum, keep, Number(nesterov));
}

export function sgdStepScalar({
  parameter,
  gradient,
  velocity,
  learningRate,
  momentum,
  weightDecay,
  nesterov,
}: SgdArgs): void {
  const f = Math.fround;
  const [rate, mu, keep] = [f(learningRate), f(momentum), f(1 - learningRate * weightDecay)];
  for (let i = 0; i < parameter.length; i++) {
    velocity[i] = f(mu * velocity[i]) + gradient[i];
    const direction = nesterov ? f(gradient[i] + f(mu * velocity[i])) : velocity[i];
    parameter[i] = f(keep * parameter[i]) - f(rate * direction);
  }
}
