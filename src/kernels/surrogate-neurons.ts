// Layers of neurons for training: forward with all that the way back needs, and the way back.
//
// Rows are [steps, images, stride]. The equation forward is `stepNeuron` of the room `neuron`, bit for bit.
// Backward, with h the charged potential, s the spike, x = h − θ_t, θ_t = θ + β a, p the surrogate's slope at x,
// and d… the loss's derivative, from the last step to the first:
//
//   ds   = dOutput + da − θ d₊ (reset by subtraction) or + (r − h) d₊ (to a value); the last term not if detached
//   dh   = p ds + d₊ (times 1 − s if reset to a value)
//   dθ_t = −p ds, and − s d₊ where the reset subtracts θ
//   da   ← ρ da − β p ds
//   dc   = gain dh + carried;  carried ← kept share of c · dc;  dI = dc (times α where c decays after adding)
//
// d₊ is keep · dh of the next step (dh itself where the reset is applied after the next charge), keep and gain being
// the charge's factors on potential and drive. Source: Neftci, Mostafa & Zenke 2019, whose recursion this is.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";
import { type SurrogateName, surrogateNames } from "./surrogate-functions.ts";

/** Parameter rows of `surrogateForward` in the kernel's order. */
export const surrogateForwardRows = [
  "threshold",
  "membrane",
  "currentGain",
  "restPotential",
  "resetPotential",
  "synapse",
  "adaptationStrength",
  "adaptationLeak",
] as const;

/** Parameter rows of `surrogateBackward` in the kernel's order. */
export const surrogateBackwardRows = [
  "threshold",
  "keep",
  "gain",
  "restPotential",
  "resetPotential",
  "synapse",
  "synapseKeep",
  "adaptationStrength",
  "adaptationLeak",
] as const;

/** Rows of derivatives that `surrogateBackward` adds to. */
export const surrogateSums = [
  "threshold",
  "keep",
  "gain",
  "synapse",
  "adaptationStrength",
  "adaptationLeak",
] as const;

/** Rows of state a layer carries from step to step: potential, synaptic current, adaptation. */
export const surrogateStates = 3;

/** Geometry of both ways. */
interface Rows {
  readonly images: number;
  readonly steps: number;
  readonly size: number;
  /** From a row to the next, at least `size`. */
  readonly stride: number;
}

export interface SurrogateForwardArgs extends Rows {
  /** Shape [steps, images, stride], or [images, stride] when `isHeld`. */
  readonly current: Float32Array;
  readonly isHeld: boolean;
  /** Shape [surrogateForwardRows, stride]. */
  readonly parameters: Float32Array;
  /** Places of the rules in the lists of the room `neuron`. */
  readonly rules: {
    readonly synapse: number;
    readonly charge: number;
    readonly isStrict: boolean;
    readonly reset: number;
    readonly resetTime: number;
    readonly isAdaptive: boolean;
    readonly emitsPotential: boolean;
  };
  /** Read and written. Shape [surrogateStates, images, stride]. */
  readonly state: Float32Array;
  /** Output: potentials before any reset; may be `current` where that is not held. */
  readonly charged: Float32Array;
  /** Output: 1 and 0 for spikes, or potentials. */
  readonly outputs: Float32Array;
  /** Output: synaptic currents. */
  readonly synapses?: Float32Array | undefined;
  /** Output: adaptations before the step. */
  readonly adaptations?: Float32Array | undefined;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function surrogateForward(kernels: Kernels, args: SurrogateForwardArgs): void {
  const { images, steps, size, stride, isHeld, rules } = args;
  const rows = steps * images * stride;
  requireLength("surrogateForward current", args.current, isHeld ? images * stride : rows);
  requireLength("surrogateForward parameters", args.parameters, surrogateForwardRows.length * stride);
  requireLength("surrogateForward state", args.state, surrogateStates * images * stride);
  for (const name of ["charged", "outputs", "synapses", "adaptations"] as const) {
    const view = args[name];
    if (view !== undefined) requireLength(`surrogateForward ${name}`, view, rows);
  }
  const mark = kernels.mark();
  const numbers = kernels.int32(7);
  const { synapse, charge, isStrict, reset, resetTime, isAdaptive, emitsPotential } = rules;
  numbers.set([synapse, charge, +isStrict, reset, resetTime, +isAdaptive, +emitsPotential]);
  const address = addresses(kernels, "surrogateForward");
  kernels.exports["surrogateForward"](
    address("current", args.current),
    isHeld ? 0 : 4 * images * stride,
    images,
    steps,
    size,
    stride,
    address("parameters", args.parameters),
    numbers.byteOffset,
    address("state", args.state),
    address("charged", args.charged),
    address("outputs", args.outputs),
    address("synapses", args.synapses),
    address("adaptations", args.adaptations),
  );
  kernels.release(mark);
}

export interface SurrogateBackwardArgs extends Rows {
  /** Only steps [fromStep, steps) of those that lie there. */
  readonly fromStep: number;
  /** Derivatives by the outputs. */
  readonly dOutputs: Float32Array;
  readonly charged: Float32Array;
  readonly outputs: Float32Array;
  /** Only where the synapse's decay is learnt. */
  readonly synapses?: Float32Array | undefined;
  /** Only where adaptive. */
  readonly adaptations?: Float32Array | undefined;
  /** State before the first step. Shape [surrogateStates, images, stride]. */
  readonly start: Float32Array;
  /** Output: derivatives by the currents; may be `charged`. Summed up over steps, in place, where `isHeld`. */
  readonly dCurrent: Float32Array;
  readonly isHeld: boolean;
  /** Shape [surrogateBackwardRows, stride]. */
  readonly parameters: Float32Array;
  readonly rules: SurrogateBackwardRules;
  /** Derivatives by the next step's charged potential, synaptic current and adaptation; read and written. */
  readonly carry: Float32Array;
  /** Derivatives by parameters, added to. Shape [surrogateSums, stride]. */
  readonly sums: Float32Array;
}

export interface SurrogateBackwardRules {
  /** Place in `resetKinds` of the room `neuron`. */
  readonly reset: number;
  /** Whether a spike is taken off after the next step's charge. */
  readonly isLate: boolean;
  readonly isAdaptive: boolean;
  readonly emitsPotential: boolean;
  /** Whether resets count as given when derivatives are taken. */
  readonly isDetached: boolean;
  readonly hasSynapse: boolean;
  readonly isDecayedAfterAdding: boolean;
  readonly surrogate: SurrogateName;
  readonly slope: number;
  /** Derivatives do not pass from a step that is a multiple of this to the one before; 0: they always do. */
  readonly truncation: number;
  /** Number of the first step, from 0. */
  readonly firstStep: number;
  /** Whether derivatives by keep and gain are wanted; then no gain is 0. */
  readonly isMembraneLearnt: boolean;
  /** Whether derivatives by any parameter are wanted; without, `sums` stay as they are. */
  readonly isLearnt: boolean;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function surrogateBackward(kernels: Kernels, args: SurrogateBackwardArgs): void {
  checkBackward(args);
  const { images, steps, size, stride, isHeld, rules } = args;
  const mark = kernels.mark();
  const address = addresses(kernels, "surrogateBackward");
  const rows = kernels.int32(7);
  rows.set([
    address("dOutputs", args.dOutputs),
    address("charged", args.charged),
    address("outputs", args.outputs),
    address("synapses", args.synapses),
    address("adaptations", args.adaptations),
    address("start", args.start),
    address("dCurrent", args.dCurrent),
  ]);
  const numbers = kernels.int32(12);
  numbers.set([
    rules.reset,
    +rules.isLate,
    +rules.isAdaptive,
    +rules.emitsPotential,
    +rules.isDetached,
    +rules.hasSynapse,
    +rules.isDecayedAfterAdding,
    surrogateNames.indexOf(rules.surrogate),
    rules.truncation,
    rules.firstStep,
    +rules.isMembraneLearnt,
    +rules.isLearnt,
  ]);
  kernels.exports["surrogateBackward"](
    rows.byteOffset,
    isHeld ? 0 : 4 * images * stride,
    images,
    args.fromStep,
    steps,
    size,
    stride,
    address("parameters", args.parameters),
    numbers.byteOffset,
    rules.slope,
    address("carry", args.carry),
    address("sums", args.sums),
  );
  kernels.release(mark);
}

function checkBackward(args: SurrogateBackwardArgs): void {
  const { images, steps, stride, isHeld } = args;
  const rows = steps * images * stride;
  for (const name of ["dOutputs", "charged", "outputs", "synapses", "adaptations"] as const) {
    const view = args[name];
    if (view !== undefined) requireLength(`surrogateBackward ${name}`, view, rows);
  }
  requireLength("surrogateBackward dCurrent", args.dCurrent, isHeld ? images * stride : rows);
  for (const name of ["start", "carry"] as const)
    requireLength(`surrogateBackward ${name}`, args[name], surrogateStates * images * stride);
  requireLength("surrogateBackward parameters", args.parameters, surrogateBackwardRows.length * stride);
  requireLength("surrogateBackward sums", args.sums, surrogateSums.length * stride);
}

function addresses(
  kernels: Kernels,
  where: string,
): (name: string, view: ArrayBufferView | undefined) => number {
  return (name, view) => (view === undefined ? 0 : addressOf(kernels, `${where} ${name}`, view));
}
