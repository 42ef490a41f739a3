// Events as the windows of a convolution or a pool hear them: every window that covers an event's place.

import { type EventLists, requireLists } from "./event-lists.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

type Pair = readonly [vertical: number, horizontal: number];

export interface EventWindow {
  /** Height and width. */
  readonly input: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
  readonly output: Pair;
}

export interface EventPatchesArgs {
  readonly samples: number;
  readonly window: EventWindow;
  readonly lists: EventLists;
  /**
   * Output: a row for every sample and output position. `units` are the weights' places, (channel · kernel height
   * + y) · kernel width + x.
   */
  readonly rows: EventLists;
}

export interface EventPoolArgs {
  readonly samples: number;
  readonly window: EventWindow;
  readonly lists: EventLists;
  /** Output: `units` are (channel · output height + row) · output width + column; slots stay. */
  readonly pooled: EventLists;
}

/** Most windows that cover one place. */
export function windowsOver({ kernel, stride, output }: EventWindow): number {
  const along = (axis: 0 | 1): number => Math.min(output[axis], Math.ceil(kernel[axis] / stride[axis]));
  return along(0) * along(1);
}

/**
 * @returns the number of events of all rows, at most `windowsOver(window)` an event
 * @throws {InvalidValueError} when a view is too short or not in kernel memory
 */
export function eventPatches(kernels: Kernels, { samples, window, lists, rows }: EventPatchesArgs): number {
  requireRoom("eventPatches", samples, samples * window.output[0] * window.output[1], window, lists, rows);
  return run(kernels, "eventPatches", samples, window, lists, rows);
}

/** Scalar twin of {@link eventPatches}. */
export function eventPatchesScalar({ samples, window, lists, rows }: EventPatchesArgs): number {
  const positions = window.output[0] * window.output[1];
  requireRoom("eventPatches", samples, samples * positions, window, lists, rows);
  let written = 0;
  rows.starts[0] = 0;
  for (let sample = 0; sample < samples; sample++) {
    for (let position = 0; position < positions; position++) {
      for (let k = lists.starts[sample]; k < lists.starts[sample + 1]; k++) {
        eachWindow(window, lists.units[k], (channel, row, column, tap) => {
          if (row * window.output[1] + column !== position) return;
          rows.times[written] = lists.times[k];
          rows.slots[written] = lists.slots[k];
          rows.units[written++] = channel * window.kernel[0] * window.kernel[1] + tap;
        });
      }
      rows.starts[sample * positions + position + 1] = written;
    }
  }
  return written;
}

/** The same for a pool: every window's trains merged. */
export function eventPool(kernels: Kernels, { samples, window, lists, pooled }: EventPoolArgs): number {
  requireRoom("eventPool", samples, samples, window, lists, pooled);
  return run(kernels, "eventPool", samples, window, lists, pooled);
}

/** Scalar twin of {@link eventPool}. */
export function eventPoolScalar({ samples, window, lists, pooled }: EventPoolArgs): number {
  requireRoom("eventPool", samples, samples, window, lists, pooled);
  let written = 0;
  pooled.starts[0] = 0;
  for (let sample = 0; sample < samples; sample++) {
    for (let k = lists.starts[sample]; k < lists.starts[sample + 1]; k++) {
      eachWindow(window, lists.units[k], (channel, row, column) => {
        pooled.times[written] = lists.times[k];
        pooled.slots[written] = lists.slots[k];
        pooled.units[written++] = (channel * window.output[0] + row) * window.output[1] + column;
      });
    }
    pooled.starts[sample + 1] = written;
  }
  return written;
}

function eachWindow(
  { input, kernel, stride, padding, output }: EventWindow,
  unit: number,
  visit: (channel: number, row: number, column: number, tap: number) => void,
): void {
  const channel = Math.floor(unit / (input[0] * input[1]));
  for (let row = 0; row < output[0]; row++) {
    for (let column = 0; column < output[1]; column++) {
      const y = (Math.floor(unit / input[1]) % input[0]) + padding[0] - row * stride[0];
      const x = (unit % input[1]) + padding[1] - column * stride[1];
      if (y < 0 || y >= kernel[0] || x < 0 || x >= kernel[1]) continue;
      visit(channel, row, column, y * kernel[1] + x);
    }
  }
}

function run(
  kernels: Kernels,
  name: "eventPatches" | "eventPool",
  samples: number,
  { input, kernel, stride, padding, output }: EventWindow,
  from: EventLists,
  to: EventLists,
): number {
  const mark = kernels.mark();
  const window = kernels.int32(10);
  window.set([...input, ...kernel, ...stride, ...padding, ...output]);
  const addresses = [from, to].flatMap(({ starts, times, slots, units }) =>
    Object.entries({ starts, times, slots, units }).map(([list, view]) =>
      addressOf(kernels, `${name} ${list}`, view),
    ),
  );
  const count = kernels.exports[name](samples, window.byteOffset, ...addresses);
  kernels.release(mark);
  return count;
}

function requireRoom(
  where: string,
  samples: number,
  rows: number,
  window: EventWindow,
  from: EventLists,
  to: EventLists,
): void {
  requireLists(`${where} lists`, samples, from);
  requireLength(`${where} starts`, to.starts, rows + 1);
  const most = from.starts[samples] * windowsOver(window);
  for (const [name, list] of Object.entries({ times: to.times, slots: to.slots, units: to.units })) {
    requireLength(`${where} ${name} of windows`, list, most);
  }
}
