// Pools of spikes whose windows do not overlap: every input lies in one window, or in none, which counts as
// one more window that nothing leaves. Whatever is written is kept only if it is wanted: a branch on spikes
// would be mispredicted half of the time.

/**
 * Every spike's window, as often as it comes.
 *
 * @param windowOf - by input; `windows` for inputs in no window
 * @param passed - output: windows; @param passedEnds - output: where every segment ends
 */
export function spreadSpikes(
  events: usize, ends: usize, segments: i32, windowOf: usize, windows: i32, passed: usize, passedEnds: usize,
): void {
  let at = events, to = passed;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    for (; at < end; at += 4) {
      const window = load<i32>(windowOf + (<usize>load<u32>(at) << 2));
      store<i32>(to, window);
      to += window < windows ? 4 : 0;
    }
    store<i32>(passedEnds + (<usize>s << 2), <i32>((to - passed) >> 2));
  }
}

/**
 * Max pool of one image's steps: a spike passes where its input leads its window in spikes so far, the
 * lowest input among equals. All counts of a step come before any decision of the step.
 *
 * @param at - place of the first event; @param start - place of the first output
 * @param counts - spikes so far by input, int32; @param leaders - by window and one more, int32
 * @returns where the output ends
 */
export function leadSpikes(
  events: usize, at: i32, ends: usize, steps: i32, windowOf: usize, windows: i32, counts: usize, leaders: usize,
  passed: usize, start: i32, passedEnds: usize,
): i32 {
  let from = events + (<usize>at << 2);
  let to = passed + (<usize>start << 2);
  for (let s: i32 = 0; s < steps; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    for (let event = from; event < end; event += 4) {
      const i = load<i32>(event);
      const place = leaders + (<usize>load<u32>(windowOf + (<usize>i << 2)) << 2);
      const own = counts + (<usize>i << 2);
      const count = load<i32>(own) + 1;
      store<i32>(own, count);
      const leader = load<i32>(place);
      const lead = count - load<i32>(counts + (<usize>leader << 2));
      const wins = lead > 0 || (lead == 0 && i < leader);
      store<i32>(place, wins ? i : leader);
    }
    for (; from < end; from += 4) {
      const i = load<i32>(from);
      const window = load<i32>(windowOf + (<usize>i << 2));
      store<i32>(to, window);
      to += window < windows && load<i32>(leaders + (<usize>window << 2)) == i ? 4 : 0;
    }
    store<i32>(passedEnds + (<usize>s << 2), <i32>((to - passed) >> 2));
  }
  return <i32>((to - passed) >> 2);
}
