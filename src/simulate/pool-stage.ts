// Pooling of spikes, and of held input.
//
// An average pool hands every spike on to its windows; what it is worth then is part of the signal
// (signal-kinds.ts). A max pool hands a spike on where its input leads the window in spikes so far.

import type { Kernels } from "../kernels/kernels.ts";
import type { PoolLayer } from "../model/network.ts";
import { type HeldBuffer, type SpikeBuffer, takeSpikes } from "./flow-buffer.ts";
import type { PoolWindows } from "./pool-windows.ts";
import type { RunMemory, Stage } from "./stage.ts";

export interface PoolStageOptions {
  readonly layer: PoolLayer;
  readonly steps: number;
  readonly pool: PoolWindows;
}

export function poolStage(
  options: PoolStageOptions,
  { kernels, batch }: RunMemory,
  input: SpikeBuffer | HeldBuffer,
): Stage {
  if (input.kind === "held") return heldPool(options, kernels, batch, input);
  const { layer, steps, pool } = options;
  const output = takeSpikes(kernels, batch * steps, pool.count, input.mostPerStep * pool.mostPerInput);
  if (layer.kind === "averagePool")
    return { output, run: ({ images }) => spread(input, output, pool, images * steps) };
  const race: Race = {
    counts: new Int32Array(input.size + 1),
    leaders: new Int32Array(pool.count + 1),
    first: firstInputs(pool),
    windowOf: firstWindows(pool),
  };
  return {
    output,
    run({ images }) {
      for (let b = 0, end = 0; b < images; b++) end = lead(input, output, pool, race, b * steps, steps, end);
    },
  };
}

function spread(
  input: SpikeBuffer,
  output: SpikeBuffer,
  { starts, windows }: PoolWindows,
  segments: number,
): void {
  const { events, ends } = output;
  let end = 0;
  let at = 0;
  for (let s = 0; s < segments; s++) {
    for (; at < input.ends[s]; at++) {
      const i = input.events[at];
      for (let k = starts[i]; k < starts[i + 1]; k++) events[end++] = windows[k];
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
}

function firstInputs({ starts, windows, count }: PoolWindows): Int32Array {
  const first = new Int32Array(count + 1);
  first[count] = starts.length - 1;
  for (let i = starts.length - 2; i >= 0; i--) {
    for (let k = starts[i]; k < starts[i + 1]; k++) first[windows[k]] = i;
  }
  return first;
}

function firstWindows({ starts, windows, count }: PoolWindows): Int32Array {
  return Int32Array.from({ length: starts.length - 1 }, (_, i) =>
    starts[i] === starts[i + 1] ? count : windows[starts[i]],
  );
}

/** One image; returns where its events end. */
function lead(
  input: SpikeBuffer,
  output: SpikeBuffer,
  { starts, windows, mostPerInput }: PoolWindows,
  { counts, leaders, first, windowOf }: Race,
  segment: number,
  steps: number,
  start: number,
): number {
  counts.fill(0);
  counts[input.size] = 2 ** 30;
  leaders.set(first);
  let end = start;
  let at = segment === 0 ? 0 : input.ends[segment - 1];
  for (let s = segment; s < segment + steps; s++) {
    const next = input.ends[s];
    // All counts of the step come before any decision of the step.
    if (mostPerInput === 1) {
      countOnce(input.events, at, next, windowOf, counts, leaders);
      end = passOnce(input.events, at, next, windowOf, leaders, output.events, end);
    } else {
      for (let e = at; e < next; e++) {
        const i = input.events[e];
        const count = ++counts[i];
        for (let k = starts[i]; k < starts[i + 1]; k++) {
          const leader = leaders[windows[k]];
          if (count > counts[leader] || (count === counts[leader] && i < leader)) leaders[windows[k]] = i;
        }
      }
      for (let e = at; e < next; e++) {
        const i = input.events[e];
        for (let k = starts[i]; k < starts[i + 1]; k++) {
          if (leaders[windows[k]] === i) output.events[end++] = windows[k];
        }
      }
    }
    at = next;
    output.ends[s] = end;
  }
  return end;
}

// The usual case, windows that do not overlap, without inner loops.

function countOnce(
  events: Int32Array,
  start: number,
  end: number,
  windowOf: Int32Array,
  counts: Int32Array,
  leaders: Int32Array,
): void {
  for (let e = start; e < end; e++) {
    const i = events[e];
    const window = windowOf[i];
    const count = counts[i] + 1;
    counts[i] = count;
    const leader = leaders[window];
    const lead = count - counts[leader];
    if (lead > 0 || (lead === 0 && i < leader)) leaders[window] = i;
  }
}

/** Returns where the spikes handed on end. */
function passOnce(
  events: Int32Array,
  start: number,
  end: number,
  windowOf: Int32Array,
  leaders: Int32Array,
  passed: Int32Array,
  from: number,
): number {
  let to = from;
  for (let e = start; e < end; e++) {
    const i = events[e];
    const window = windowOf[i];
    // Written always, kept if it leads: a branch would be mispredicted half of the time.
    passed[to] = window;
    to += leaders[window] === i ? 1 : 0;
  }
  return to;
}

function heldPool(
  { layer, pool }: PoolStageOptions,
  kernels: Kernels,
  batch: number,
  input: HeldBuffer,
): Stage {
  const { starts, windows, count } = pool;
  const share = Math.fround(1 / (layer.kernel[0] * layer.kernel[1]));
  const isMax = layer.kind === "maxPool";
  const output: HeldBuffer = { kind: "held", size: count, values: kernels.float32(batch * count) };
  return {
    output,
    run({ images }) {
      output.values.fill(isMax ? Number.NEGATIVE_INFINITY : 0);
      for (let b = 0; b < images; b++) {
        const to = b * count;
        for (let i = 0; i < input.size; i++) {
          const x = input.values[b * input.size + i];
          for (let k = starts[i]; k < starts[i + 1]; k++) {
            const w = to + windows[k];
            output.values[w] = isMax ? Math.max(output.values[w], x) : output.values[w] + x;
          }
        }
      }
      if (!isMax) for (let i = 0; i < images * count; i++) output.values[i] *= share;
    },
  };
}
