// How often every neuron fired in a step, as a list.

/** Appends every neuron as often as its count says; returns where the list ends. */
export function listCounts(counts: usize, neurons: i32, at: usize): usize {
  for (let first: i32 = 0; first < neurons; first += 16) {
    if (!v128.any_true(v128.load(counts + <usize>first))) continue;
    for (let i: i32 = first; i < first + 16; i++) {
      for (let n = <i32>load<u8>(counts + <usize>i); n > 0; n--) {
        store<i32>(at, i);
        at += 4;
      }
    }
  }
  return at;
}
