// What a layer needs to know of its input events: groups of equal times, with their exponentials.
//
// A group is 32 bytes: P, Q, N (float32), its first event and the one behind its last (int32), then decay,
// s and origin (float32). With s = (t - origin)/tau and E = e^s: P = E and Q = E² (tau = 2 tauSynapse) or
// Q = sE (tau = tauSynapse). N is what the next group's P (or s) would be in this group's origin; behind the
// last group the window's end stands for it. Every row begins at its first event's time; a later group whose
// s would pass `span` moves the origin to itself, and `decay` = e^-(shift/tau) brings the state along.

import { expF64 } from "./event-math";

const span: f64 = 8;
/** Beyond this, float32 would overflow; no crossing lies so late (z <= b/2c). */
const farthest: f64 = 60;

/**
 * @param eventStarts - first event of every row and the end of the last; int32 [rows + 1]
 * @param times - ascending within a row; events behind the window's end are left out
 * @param groupStarts - output, int32 [rows + 1]
 * @returns number of groups
 */
export function eventGroups(
  rows: i32, eventStarts: usize, times: usize, tau: f64, windowEnd: f64, isEqualTau: bool,
  groupStarts: usize, groups: usize,
): i32 {
  const first = groups;
  store<i32>(groupStarts, 0);
  for (let row: i32 = 0; row < rows; row++) {
    let at = load<i32>(eventStarts + (<usize>row << 2));
    let end = load<i32>(eventStarts + (<usize>row << 2), 4);
    while (end > at && <f64>load<f32>(times + (<usize>(end - 1) << 2)) > windowEnd) end--;
    let origin: f64 = at < end ? <f64>load<f32>(times + (<usize>at << 2)) : 0;
    let s: f64 = 0, E: f64 = 1;
    while (at < end) {
      const time = load<f32>(times + (<usize>at << 2));
      let decay: f64 = 1;
      if (s > span) {
        decay = expF64((origin - <f64>time) / tau);
        origin = <f64>time;
        s = 0;
        E = 1;
      }
      const start = at;
      while (at < end && load<f32>(times + (<usize>at << 2)) == time) at++;
      const next = at < end ? <f64>load<f32>(times + (<usize>at << 2)) : windowEnd;
      const sNext = min<f64>(farthest, (next - origin) / tau);
      const ENext = expF64(sNext);
      store<f32>(groups, <f32>E);
      store<f32>(groups, <f32>(isEqualTau ? s * E : E * E), 4);
      store<f32>(groups, <f32>(isEqualTau ? sNext : ENext), 8);
      store<i32>(groups, start, 12);
      store<i32>(groups, at, 16);
      store<f32>(groups, <f32>decay, 20);
      store<f32>(groups, <f32>s, 24);
      store<f32>(groups, <f32>origin, 28);
      groups += 32;
      s = sNext;
      E = ENext;
    }
    store<i32>(groupStarts + (<usize>row << 2), <i32>((groups - first) >> 5), 4);
  }
  return <i32>((groups - first) >> 5);
}
