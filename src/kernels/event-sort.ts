// Spikes of a layer, as `eventForward` left them, in the order of their times. Equal times stand in the
// order of the units, those of one neuron in the order of the spikes.

import { eventLanes, spikeWords } from "./event-forward.ts";
import { placesOf } from "./event-groups.ts";
import { type EventLists, requireLists } from "./event-lists.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

export interface EventSortArgs {
  readonly samples: number;
  /** Rows of a sample: 1, or the positions of a convolution. */
  readonly positions: number;
  /** Neurons of a row. */
  readonly outputs: number;
  /** From `eventForward`. */
  readonly ends: Int32Array;
  readonly spikes: Float32Array;
  /** Output; long enough for all spikes. Units are numbered output by output, position within. */
  readonly lists: EventLists;
  /** Of the kernel: at least `eventSortScratch(spikes)`. */
  readonly scratch: Int32Array;
}

/** Values of scratch for so many spikes. */
export function eventSortScratch(spikes: number): number {
  return 1024 + 6 * spikes;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function eventSort(kernels: Kernels, args: EventSortArgs): void {
  const { samples, positions, outputs, ends, spikes, lists, scratch } = args;
  const total = checkLengths(args);
  requireLength("eventSort scratch", scratch, eventSortScratch(total));
  lists.starts[samples] = total;
  requireLists("eventSort lists", samples, lists);
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `eventSort ${name}`, view);
  kernels.exports["eventSort"](
    samples,
    positions,
    outputs,
    positions,
    1,
    address("ends", ends),
    address("spikes", spikes),
    address("starts", lists.starts),
    address("times", lists.times),
    address("slots", lists.slots),
    address("units", lists.units),
    address("scratch", scratch),
    total,
  );
}

/** Scalar twin of {@link eventSort}. */
export function eventSortScalar(args: EventSortArgs): void {
  const { samples, positions, outputs, ends, spikes, lists } = args;
  checkLengths(args);
  const tags = placesOf(spikes);
  const rows = samples * positions;
  let written = 0;
  lists.starts[0] = 0;
  for (let sample = 0; sample < samples; sample++) {
    const found: { time: number; slot: number; unit: number }[] = [];
    for (let tile = 0; eventLanes * tile < outputs; tile++) {
      for (let position = 0; position < positions; position++) {
        const list = tile * rows + sample * positions + position;
        for (let slot = list === 0 ? 0 : ends[list - 1]; slot < ends[list]; slot++) {
          const output = eventLanes * tile + (tags[spikeWords * slot + 3] % eventLanes);
          found.push({ time: spikes[spikeWords * slot], slot, unit: output * positions + position });
        }
      }
    }
    for (const { time, slot, unit } of found.sort((a, b) => a.time - b.time || a.unit - b.unit)) {
      lists.times[written] = time;
      lists.slots[written] = slot;
      lists.units[written++] = unit;
    }
    lists.starts[sample + 1] = written;
  }
}

/** @returns the number of spikes */
function checkLengths({ samples, positions, outputs, ends, spikes, lists }: EventSortArgs): number {
  const count = Math.ceil(outputs / eventLanes) * samples * positions;
  requireLength("eventSort ends", ends, count);
  const total = count === 0 ? 0 : ends[count - 1];
  requireLength("eventSort spikes", spikes, spikeWords * total);
  requireLength("eventSort lists.starts", lists.starts, samples + 1);
  return total;
}
