// Input events of a layer in groups of equal times, with the exponentials its neurons need of them.
//
// With s = (t − origin)/τ and E = e^s, a group holds P = E, Q = E² (τ = 2 τₛ) or s E (τ = τₛ), and N, what P (or s)
// would be at the next group or at the window's end. A row's origin is its first event's time; where s would
// pass 8 the origin moves, so windows of any length stay within float32: assembly/event-groups.ts.

import { expF64 } from "./event-math.ts";
import { addressOf, type Kernels } from "./kernels.ts";
import { requireLength } from "./require-length.ts";

/** Rows of events, and their groups. A row is a sample, or one window of a convolution in one sample. */
export interface EventRows {
  readonly rows: number;
  /** First group of every row and the end of the last. Shape [rows + 1]. */
  readonly groupStarts: Int32Array;
  /**
   * P, Q, N, first event, event behind the last (both int32), decay of the state from the origin before, s,
   * origin (s). Shape [groups, 8].
   */
  readonly groups: Float32Array;
}

export interface EventGroupsArgs extends EventRows {
  /** First event of every row and the end of the last. Shape [rows + 1]. */
  readonly eventStarts: Int32Array;
  /** Seconds, ascending within a row; those after the window are left out. Shape [events]. */
  readonly times: Float32Array;
  readonly tauS: number;
  readonly windowS: number;
  readonly isEqualTau: boolean;
}

export const groupWords = 8;
/** Where the origin moves, in time constants, and what nothing lies beyond: z ≤ b/2c. */
const span = 8;
const farthest = 60;

/**
 * Fill in `groupStarts` and `groups`.
 *
 * @returns the number of groups, at most one an event
 * @throws {InvalidValueError} when a view is too short or not in kernel memory
 */
export function eventGroups(kernels: Kernels, args: EventGroupsArgs): number {
  checkLengths(args);
  const { rows, eventStarts, times, tauS, windowS, isEqualTau, groupStarts, groups } = args;
  const address = (name: string, view: ArrayBufferView): number =>
    addressOf(kernels, `eventGroups ${name}`, view);
  return kernels.exports["eventGroups"](
    rows,
    address("eventStarts", eventStarts),
    address("times", times),
    tauS,
    windowS,
    Number(isEqualTau),
    address("groupStarts", groupStarts),
    address("groups", groups),
  );
}

/** Scalar twin of {@link eventGroups}. */
export function eventGroupsScalar(args: EventGroupsArgs): number {
  checkLengths(args);
  const { rows, eventStarts, times, tauS, windowS, isEqualTau, groupStarts, groups } = args;
  const places = placesOf(groups);
  let count = 0;
  groupStarts[0] = 0;
  for (let row = 0; row < rows; row++) {
    const from = eventStarts[row];
    let end = eventStarts[row + 1];
    while (end > from && times[end - 1] > windowS) end--;
    let origin = from < end ? times[from] : 0;
    for (let at = from; at < end; count++) {
      const t = times[at];
      let decay = 1;
      if ((t - origin) / tauS > span) {
        decay = expF64((origin - t) / tauS);
        origin = t;
      }
      const first = at;
      while (at < end && times[at] === t) at++;
      const s = (t - origin) / tauS;
      const e = expF64(s);
      const next = Math.min(farthest, ((at < end ? times[at] : windowS) - origin) / tauS);
      const to = groupWords * count;
      groups[to] = e;
      groups[to + 1] = isEqualTau ? s * e : e * e;
      groups[to + 2] = isEqualTau ? next : expF64(next);
      places[to + 3] = first;
      places[to + 4] = at;
      groups[to + 5] = decay;
      groups[to + 6] = s;
      groups[to + 7] = origin;
    }
    groupStarts[row + 1] = count;
  }
  return count;
}

/** The whole numbers among float32 records. */
export function placesOf(records: Float32Array): Int32Array {
  return new Int32Array(records.buffer, records.byteOffset, records.length);
}

function checkLengths({ rows, eventStarts, times, groupStarts, groups }: EventGroupsArgs): void {
  requireLength("eventGroups eventStarts", eventStarts, rows + 1);
  const events = eventStarts[rows];
  requireLength("eventGroups times", times, events);
  requireLength("eventGroups groupStarts", groupStarts, rows + 1);
  requireLength("eventGroups groups", groups, groupWords * events);
}
