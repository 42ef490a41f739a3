// Pools of spikes whose windows do not overlap.
//
// Every input lies in one window, or in none: then `windowOf` is `windows`. `spreadSpikes` names the window of
// every spike, `leadSpikes` only those of the input that leads its window in spikes so far.

import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";
import { requireSegments, type SpikeSegments } from "./spike-segments.ts";

export interface SpikePoolArgs extends Omit<SpikeSegments, "values"> {
  /** Shape [inputs]. */
  readonly windowOf: Int32Array;
  readonly windows: number;
  /** Output; as long as the events. */
  readonly passed: Int32Array;
  /** Output. Shape [segments]. */
  readonly passedEnds: Int32Array;
}

/** @throws {InvalidValueError} when a view is too short or not in kernel memory */
export function spreadSpikes(kernels: Kernels, args: SpikePoolArgs): void {
  const { segments, windows } = args;
  const address = checked(kernels, "spreadSpikes", args);
  kernels.exports["spreadSpikes"](
    address("events", args.events),
    address("ends", args.ends),
    segments,
    address("windowOf", args.windowOf),
    windows,
    address("passed", args.passed),
    address("passedEnds", args.passedEnds),
  );
}

/** Scalar twin of {@link spreadSpikes}: defines what is correct. */
export function spreadSpikesScalar({
  events,
  ends,
  segments,
  windowOf,
  windows,
  passed,
  passedEnds,
}: SpikePoolArgs): void {
  let to = 0;
  for (let s = 0; s < segments; s++) {
    for (let k = s === 0 ? 0 : ends[s - 1]; k < ends[s]; k++) {
      if (windowOf[events[k]] < windows) passed[to++] = windowOf[events[k]];
    }
    passedEnds[s] = to;
  }
}

export interface LeadSpikesArgs extends SpikePoolArgs {
  /** First segment of the image, and first place of its output; `segments` are those of the image. */
  readonly firstSegment: number;
  readonly start: number;
  /** Spikes so far, raised in place; one more input that nobody overtakes leads the inputs in no window. Shape [inputs + 1]. */
  readonly counts: Int32Array;
  /** Who leads every window, changed in place. Shape [windows + 1]. */
  readonly leaders: Int32Array;
}

/**
 * @returns where the image's output ends
 * @throws {InvalidValueError} when a view is too short or not in kernel memory
 */
export function leadSpikes(kernels: Kernels, args: LeadSpikesArgs): number {
  const { ends, segments, windows, firstSegment, windowOf, counts, leaders } = args;
  const address = checked(kernels, "leadSpikes", { ...args, segments: firstSegment + segments });
  requireLength("leadSpikes counts", counts, windowOf.length + 1);
  requireLength("leadSpikes leaders", leaders, windows + 1);
  return kernels.exports["leadSpikes"](
    address("events", args.events),
    firstSegment === 0 ? 0 : ends[firstSegment - 1],
    address("ends", ends) + 4 * firstSegment,
    segments,
    address("windowOf", windowOf),
    windows,
    address("counts", counts),
    address("leaders", leaders),
    address("passed", args.passed),
    args.start,
    address("passedEnds", args.passedEnds) + 4 * firstSegment,
  );
}

/** Scalar twin of {@link leadSpikes}: defines what is correct. */
export function leadSpikesScalar(args: LeadSpikesArgs): number {
  const { events, ends, segments, windowOf, windows, counts, leaders, passed, passedEnds, firstSegment } =
    args;
  let to = args.start;
  for (let s = firstSegment; s < firstSegment + segments; s++) {
    const spikes = events.subarray(s === 0 ? 0 : ends[s - 1], ends[s]);
    for (const i of spikes) {
      counts[i]++;
      const leader = leaders[windowOf[i]];
      const isAhead = counts[i] > counts[leader] || (counts[i] === counts[leader] && i < leader);
      if (isAhead) leaders[windowOf[i]] = i;
    }
    for (const i of spikes)
      if (windowOf[i] < windows && leaders[windowOf[i]] === i) passed[to++] = windowOf[i];
    passedEnds[s] = to;
  }
  return to;
}

function checked(
  kernels: Kernels,
  where: string,
  args: SpikePoolArgs,
): (name: string, view: ArrayBufferView) => number {
  requireSegments(where, args);
  const { ends, segments, passed, passedEnds } = args;
  requireLength(`${where} passed`, passed, segments === 0 ? 0 : ends[segments - 1]);
  requireLength(`${where} passedEnds`, passedEnds, segments);
  return (name, view) => addressOf(kernels, `${where} ${name}`, view);
}
