// Derivatives of active neurons alone: those whose potential is near the threshold (Perez-Nieves & Goodman 2021, Eq. 11:
// |v − θ| below a width). Elsewhere a spike's slope counts as 0.
//
// Alone, that is a trap: what is far from its threshold everywhere gets no derivative, so it stays there. Two
// exceptions keep training alive. Neurons that the loss reads pass derivatives at any distance: silent ones are wrong
// for no other reason. And where none of a layer's neurons comes near over all steps of an image, all of them pass
// that image's derivatives.
//
// With resets taken as given, a layer's derivatives by its currents are those of its active neurons, e, carried back
// by the share k of the potential kept, and so are those by its inputs, as weights are the same at every step:
//
//   d_t = e_t + k d_{t+1},   Wᵀ d_t = Wᵀ e_t + k (Wᵀ d_{t+1})
//
// Wᵀ e costs what is active; carrying back costs as much as the values there are.

import { scaleShift } from "../../kernels/batch-norm.ts";
import { addInto } from "../../kernels/elementwise.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { listNonZero } from "../../kernels/list-non-zero.ts";
import { paddedOutputs, spikeDense } from "../../kernels/spike-dense.ts";
import type { Dynamics } from "../../neuron/dynamics.ts";

/** Whether a layer carries derivatives back by its potentials' kept share alone, resets taken as given. */
export function carriesEvenly({ reset, resetTime, synapse, emitsPotential }: Dynamics): boolean {
  return reset !== "value" && resetTime === "now" && synapse === "none" && !emitsPotential;
}

/** Neurons whose derivatives who drives them may carry back: the kept share, once a batch has begun, or null. */
export interface DrivenNeurons {
  readonly pass: { readonly leftToCarry: number | null };
  readonly truncation: number;
}

export interface ActiveArgs {
  /** Shape [rows, stride]. */
  readonly charged: Float32Array;
  /** In place: 0 where a neuron is not active. */
  readonly dOutputs: Float32Array;
  /** Shape [stride]. */
  readonly threshold: Float32Array;
  readonly width: number;
  /** 1 for images none of whose steps brings a neuron near. Shape [images]. */
  readonly isFar: Uint8Array;
}

export function keepActive({ charged, dOutputs, threshold, width, isFar }: ActiveArgs): void {
  const stride = threshold.length;
  for (let i = 0, image = 0; i < dOutputs.length; i += stride, image = (image + 1) % isFar.length) {
    if (isFar[image] === 1) continue;
    for (let j = 0; j < stride; j++)
      if (!(Math.abs(charged[i + j] - threshold[j]) < width)) dOutputs[i + j] = 0;
  }
}

/** Clear the marks of images that a neuron comes near in. Rows are `stride` apart, of which `size` values count. */
export function markNear(args: Omit<ActiveArgs, "dOutputs"> & { readonly size: number }): void {
  const { charged, threshold, width, isFar, size } = args;
  const stride = threshold.length;
  for (let i = 0, image = 0; i < charged.length; i += stride, image = (image + 1) % isFar.length)
    for (let j = 0; isFar[image] === 1 && j < size; j++)
      if (Math.abs(charged[i + j] - threshold[j]) < width) isFar[image] = 0;
}

export interface CarryBackArgs {
  /** In place. Shape [steps, perStep]. */
  readonly d: Float32Array;
  readonly steps: number;
  readonly keep: number;
  /** Nothing is carried from a step that is a multiple of this; 0: it always is. */
  readonly truncation: number;
}

/** d_t += keep · d_{t+1}, from the last step to the first. */
export function carryBack(kernels: Kernels, { d, steps, keep, truncation }: CarryBackArgs): void {
  const perStep = d.length / steps;
  const mark = kernels.mark();
  const [carried, scale, shift] = [kernels.scratchFloat32(perStep), kernels.float32(1), kernels.float32(1)];
  scale[0] = keep;
  for (let step = steps - 2; step >= 0; step--) {
    if (truncation > 0 && (step + 1) % truncation === 0) continue;
    const x = d.subarray((step + 1) * perStep, (step + 2) * perStep);
    scaleShift(kernels, { batch: 1, channels: 1, positions: perStep, x, y: carried, scale, shift });
    addInto(kernels, { x: carried, y: d.subarray(step * perStep, (step + 1) * perStep) });
  }
  kernels.release(mark);
}

export interface ActiveProductArgs {
  /** Shape [rows, stride]: what is not 0 is active. */
  readonly e: Float32Array;
  readonly rows: number;
  readonly stride: number;
  /** Shape [units, inputs]. */
  readonly weights: Float32Array;
  readonly units: number;
  readonly inputs: number;
  /** Output: e W. Shape [rows, paddedOutputs(inputs)]. */
  readonly out: Float32Array;
}

export function activeProduct(kernels: Kernels, args: ActiveProductArgs): void {
  const { e, rows, stride, weights, units, inputs, out } = args;
  const mark = kernels.mark();
  const outputs = paddedOutputs(inputs);
  const [events, listed] = [kernels.scratchInt32(rows * stride), kernels.scratchFloat32(rows * stride)];
  const [ends, tiles] = [kernels.int32(rows), kernels.float32(outputs * stride)];
  listNonZero(kernels, { values: e, size: stride, rows, events, listed, ends });
  for (let first = 0; first < inputs; first += 32) {
    const width = Math.min(32, outputs - first);
    const last = Math.min(inputs, first + width);
    for (let unit = 0; unit < units; unit++) {
      const to = first * stride + unit * width - first;
      for (let i = first; i < last; i++) tiles[to + i] = weights[unit * inputs + i];
    }
  }
  spikeDense(kernels, {
    events,
    values: listed,
    ends,
    segments: rows,
    weights: tiles,
    inputs: stride,
    outputs,
    worth: 1,
    bias: kernels.float32(outputs),
    out,
  });
  kernels.release(mark);
}
