// Pooling of spikes, of held input, and of sums before their neurons.
//
// Average and sum pools hand every spike on to its windows; what it is worth then is part of the signal
// (signal-kinds.ts). A max pool hands a spike on where its input leads the window in spikes so far, those of
// negative worth subtracted; one of ttfs spikes hands on the first of a window.

import type { Kernels } from "../kernels/kernels.ts";
import { paddedOutputs } from "../kernels/spike-dense.ts";
import { leadSpikes, spreadSpikes } from "../kernels/spike-pooling.ts";
import type { PoolLayer } from "../model/network.ts";
import {
  type CurrentBuffer,
  type HeldBuffer,
  type SpikeBuffer,
  takeCurrent,
  takeSpikes,
} from "./flow-buffer.ts";
import type { PoolWindows } from "./pool-windows.ts";
import { poolShare } from "./signal-kinds.ts";
import type { RunMemory, Stage } from "./stage.ts";

export interface PoolStageOptions {
  readonly layer: PoolLayer;
  readonly steps: number;
  readonly pool: PoolWindows;
  /** Whether a call is one step of many. */
  readonly isInLoop: boolean;
  /** Steps before which a max pool begins to count, ascending from 0. */
  readonly restarts: readonly number[];
  /** Whether spikes are those of ttfs neurons: then a max pool hands on a window's first one only. */
  readonly isTtfs: boolean;
  /** Whether the reader of the spikes may pool them itself. */
  readonly isMerged: boolean;
}

export function poolStage(
  options: PoolStageOptions,
  memory: RunMemory,
  input: SpikeBuffer | HeldBuffer | CurrentBuffer,
): Stage {
  if (input.kind !== "spikes") return valuePool(options, memory, input);
  if (options.layer.kind !== "maxPool") return spreadingPool(options, memory, input);
  return options.isTtfs ? firstPool(options, memory, input) : leadingPool(options, memory, input);
}

/** Average and sum pools. */
function spreadingPool(
  { layer, steps, pool, isMerged }: PoolStageOptions,
  { kernels, batch }: RunMemory,
  input: SpikeBuffer,
): Stage {
  const form = {
    size: pool.count,
    mostPerStep: input.mostPerStep * pool.mostPerInput,
    multiplicity: input.multiplicity * layer.kernel[0] * layer.kernel[1],
  };
  if (pool.mostPerInput > 1 || input.values !== undefined) {
    const output = takeSpikes(kernels, batch * steps, { ...form, hasOwnWorth: input.values !== undefined });
    const share = poolShare(layer);
    return { output, run: ({ images }) => spread(input, output, pool, share, images * steps) };
  }
  const windowOf = windowsInKernel(kernels, pool);
  if (isMerged) return { output: { ...input, ...form, placeOf: windowOf }, run: () => {} };
  const output = takeSpikes(kernels, batch * steps, form);
  const args = { ...input, windowOf, windows: pool.count, passed: output.events, passedEnds: output.ends };
  return { output, run: ({ images }) => spreadSpikes(kernels, { ...args, segments: images * steps }) };
}

/** Max pools of ttfs spikes: the first spike stands for the largest value. */
function firstPool(
  { steps, pool }: PoolStageOptions,
  { kernels, batch }: RunMemory,
  input: SpikeBuffer,
): Stage {
  const { starts, windows, count } = pool;
  const output = takeSpikes(kernels, batch * steps, {
    size: count,
    mostPerStep: input.mostPerStep * pool.mostPerInput,
    multiplicity: 1,
  });
  return {
    output,
    run({ images }) {
      const isPassed = new Uint8Array(count);
      for (let s = 0, at = 0, end = 0; s < images * steps; s++) {
        if (s % steps === 0) isPassed.fill(0);
        for (; at < input.ends[s]; at++) {
          const i = input.events[at];
          for (let k = starts[i]; k < starts[i + 1]; k++) {
            if (isPassed[windows[k]] === 0) output.events[end++] = windows[k];
            isPassed[windows[k]] = 1;
          }
        }
        output.ends[s] = end;
      }
    },
  };
}

function windowsInKernel(kernels: Kernels, pool: PoolWindows): Int32Array {
  const target = kernels.int32(pool.firstOf.length);
  target.set(pool.firstOf);
  return target;
}

function leadingPool(
  { steps, pool, isInLoop, restarts }: PoolStageOptions,
  { kernels, batch }: RunMemory,
  input: SpikeBuffer,
): Stage {
  const output = takeSpikes(kernels, batch * steps, {
    size: pool.count,
    mostPerStep: input.mostPerStep * pool.mostPerInput,
    multiplicity: input.multiplicity,
    hasOwnWorth: input.values !== undefined,
  });
  const windowOf = windowsInKernel(kernels, pool);
  const race: Race = {
    counts: kernels.int32(input.size + 1),
    leaders: kernels.int32(pool.count + 1),
    first: firstInputs(pool),
    windowOf,
    inputsOf: input.values === undefined ? [] : inputsByWindow(pool),
  };
  const copies = (of: Int32Array): Int32Array[] => Array.from({ length: batch }, () => of.slice());
  const kept = isInLoop ? { counts: copies(race.counts), leaders: copies(race.leaders) } : null;
  const isApart = pool.mostPerInput === 1 && input.values === undefined;
  const args = { ...input, ...race, windows: pool.count, passed: output.events, passedEnds: output.ends };
  return {
    output,
    run({ images, isStart }) {
      for (let b = 0, end = 0; b < images; b++) {
        restore(race, kept, b, isStart);
        restarts.forEach((restart, k) => {
          if (k > 0) restore(race, null, b, true);
          const firstSegment = b * steps + restart;
          const segments = (restarts[k + 1] ?? steps) - restart;
          end = isApart
            ? leadSpikes(kernels, { ...args, segments, firstSegment, start: end })
            : lead(input, output, pool, race, firstSegment, segments, end);
        });
        if (kept !== null) keep(race, kept, b);
      }
    },
  };
}

/** Counts and leaders of every image, for pools in a loop. */
interface KeptRaces {
  readonly counts: readonly Int32Array[];
  readonly leaders: readonly Int32Array[];
}

function restore(
  { counts, leaders, first }: Race,
  kept: KeptRaces | null,
  image: number,
  isStart: boolean,
): void {
  if (kept !== null && !isStart) {
    counts.set(kept.counts[image]);
    leaders.set(kept.leaders[image]);
    return;
  }
  counts.fill(0);
  counts[counts.length - 1] = 2 ** 30;
  leaders.set(first);
}

function keep({ counts, leaders }: Race, kept: KeptRaces, image: number): void {
  kept.counts[image].set(counts);
  kept.leaders[image].set(leaders);
}

function spread(
  input: SpikeBuffer,
  output: SpikeBuffer,
  { starts, windows }: PoolWindows,
  share: number,
  segments: number,
): void {
  const { events, ends, values } = output;
  let end = 0;
  let at = 0;
  for (let s = 0; s < segments; s++) {
    for (; at < input.ends[s]; at++) {
      const i = input.events[at];
      for (let k = starts[i]; k < starts[i + 1]; k++) {
        if (values) values[end] = (input.values?.[at] ?? 1) * share;
        events[end++] = windows[k];
      }
    }
    ends[s] = end;
  }
}

/**
 * Who leads every window of one image. Inputs in no window go to one more window, which is led by one
 * more input that nobody overtakes.
 */
interface Race {
  /** Spikes so far, by input. */
  readonly counts: Int32Array;
  /** The input with most spikes, the lowest among equals, by window. */
  readonly leaders: Int32Array;
  /** The lowest input of every window: who leads before the first spike. */
  readonly first: Int32Array;
  /** The first window of every input. */
  readonly windowOf: Int32Array;
  /** Inputs of every window, ascending, where spikes may be negative. */
  readonly inputsOf: readonly (readonly number[])[];
}

function inputsByWindow({ starts, windows, count }: PoolWindows): readonly (readonly number[])[] {
  const inputs = Array.from({ length: count }, (): number[] => []);
  for (let i = 0; i + 1 < starts.length; i++) {
    for (let k = starts[i]; k < starts[i + 1]; k++) inputs[windows[k]].push(i);
  }
  return inputs;
}

function firstInputs({ starts, windows, count }: PoolWindows): Int32Array {
  const first = new Int32Array(count + 1);
  first[count] = starts.length - 1;
  for (let i = starts.length - 2; i >= 0; i--) {
    for (let k = starts[i]; k < starts[i + 1]; k++) first[windows[k]] = i;
  }
  return first;
}

/** One image; returns where its events end. */
function lead(
  input: SpikeBuffer,
  output: SpikeBuffer,
  { starts, windows }: PoolWindows,
  { counts, leaders, inputsOf }: Race,
  segment: number,
  steps: number,
  start: number,
): number {
  let end = start;
  let at = segment === 0 ? 0 : input.ends[segment - 1];
  for (let s = segment; s < segment + steps; s++) {
    const next = input.ends[s];
    // All counts of the step come before any decision of the step.
    for (let e = at; e < next; e++) {
      const i = input.events[e];
      if (input.values !== undefined && input.values[e] < 0) {
        counts[i]--;
        for (let k = starts[i]; k < starts[i + 1]; k++) {
          const w = windows[k];
          if (leaders[w] === i) leaders[w] = leaderOf(inputsOf[w], counts);
        }
        continue;
      }
      const count = ++counts[i];
      for (let k = starts[i]; k < starts[i + 1]; k++) {
        const leader = leaders[windows[k]];
        if (count > counts[leader] || (count === counts[leader] && i < leader)) leaders[windows[k]] = i;
      }
    }
    for (let e = at; e < next; e++) {
      const i = input.events[e];
      for (let k = starts[i]; k < starts[i + 1]; k++) {
        if (leaders[windows[k]] !== i) continue;
        if (output.values) output.values[end] = input.values?.[e] ?? 1;
        output.events[end++] = windows[k];
      }
    }
    at = next;
    output.ends[s] = end;
  }
  return end;
}

function leaderOf(inputs: readonly number[], counts: Int32Array): number {
  let leader = inputs[0];
  for (const i of inputs) if (counts[i] > counts[leader]) leader = i;
  return leader;
}

function valuePool(
  { layer, steps, pool }: PoolStageOptions,
  { kernels, batch }: RunMemory,
  input: HeldBuffer | CurrentBuffer,
): Stage {
  const { starts, windows, count } = pool;
  const share = poolShare(layer);
  const isMax = layer.kind === "maxPool";
  const rows = input.kind === "held" || input.isHeld ? 1 : steps;
  const output: HeldBuffer | CurrentBuffer =
    input.kind === "held"
      ? { kind: "held", size: count, values: kernels.float32(batch * count) }
      : takeCurrent(kernels, batch * rows, count, paddedOutputs(count), input.isHeld);
  const fromStride = input.kind === "held" ? input.size : input.stride;
  const toStride = output.kind === "held" ? count : output.stride;
  return {
    output,
    run({ images }) {
      for (let row = 0; row < images * rows; row++) {
        const from = row * fromStride;
        const to = output.values.subarray(row * toStride, row * toStride + count);
        to.fill(isMax ? Number.NEGATIVE_INFINITY : 0);
        for (let i = 0; i < input.size; i++) {
          const x = input.values[from + i];
          for (let k = starts[i]; k < starts[i + 1]; k++) {
            const w = windows[k];
            to[w] = isMax ? Math.max(to[w], x) : to[w] + x;
          }
        }
        if (!isMax) for (let w = 0; w < count; w++) to[w] *= share;
      }
    },
  };
}
