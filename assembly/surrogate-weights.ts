// Weights of dense layers that are driven by lists of spikes, in the tiles of src/kernels/spike-dense.ts: laid out,
// and their gradient gathered the same way, a row of a tile a spike.

/** tiles[tile][input, lane] = weights[unit, input]; lanes of no unit are left as they are. */
export function layTiles(weights: usize, tiles: usize, units: i32, outputs: i32, inputs: i32): void {
  for (let first: i32 = 0; first < units; first += 32) {
    const width = min(32, outputs - first), rows = min(width, units - first);
    const stepBytes = <usize>width << 2;
    for (let o: i32 = 0; o < rows; o++) {
      let from = weights + ((<usize>(first + o) * <usize>inputs) << 2);
      let to = tiles + ((<usize>first * <usize>inputs + <usize>o) << 2);
      for (let i: i32 = 0; i < inputs; i++) {
        store<f32>(to, load<f32>(from));
        from += 4;
        to += stepBytes;
      }
    }
  }
}

/** weights[unit, input] += tiles[tile][input, lane] · worth */
export function gatherTiles(tiles: usize, weights: usize, units: i32, outputs: i32, inputs: i32, worth: f32): void {
  for (let first: i32 = 0; first < units; first += 32) {
    const width = min(32, outputs - first), rows = min(width, units - first);
    const stepBytes = <usize>width << 2;
    for (let o: i32 = 0; o < rows; o++) {
      let to = weights + ((<usize>(first + o) * <usize>inputs) << 2);
      let from = tiles + ((<usize>first * <usize>inputs + <usize>o) << 2);
      for (let i: i32 = 0; i < inputs; i++) {
        store<f32>(to, load<f32>(to) + load<f32>(from) * worth);
        to += 4;
        from += stepBytes;
      }
    }
  }
}

/** tiles[input, lane] += d[s, lane] (· x) over the events of every segment, in their order. */
export function spikeDenseGradient(
  events: usize, values: usize, ends: usize, segments: i32, d: usize, outputs: i32, inputs: i32, tiles: usize,
): void {
  let column: i32 = 0;
  for (; column + 32 <= outputs; column += 32) {
    if (values) wide(events, values, ends, segments, d, outputs, tiles, true);
    else wide(events, values, ends, segments, d, outputs, tiles, false);
    tiles += <usize>inputs << 7;
    d += 128;
  }
  if (column == outputs) return;
  if (values) narrow(events, values, ends, segments, d, outputs, tiles, true);
  else narrow(events, values, ends, segments, d, outputs, tiles, false);
}

// @ts-ignore: decorator
@inline
function add(to: usize, d: v128, x: v128, isGraded: bool): void {
  v128.store(to, f32x4.add(v128.load(to), isGraded ? f32x4.mul(d, x) : d));
}

// @ts-ignore: decorator
@inline
function wide(
  events: usize, values: usize, ends: usize, segments: i32, d: usize, outputs: i32, tile: usize, isGraded: bool,
): void {
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    const d0 = v128.load(d), d1 = v128.load(d, 16), d2 = v128.load(d, 32), d3 = v128.load(d, 48);
    const d4 = v128.load(d, 64), d5 = v128.load(d, 80), d6 = v128.load(d, 96), d7 = v128.load(d, 112);
    for (; at < end; at += 4) {
      const row = tile + (<usize>load<u32>(at) << 7);
      const x = isGraded ? v128.load32_splat(values + (at - events)) : d0;
      add(row, d0, x, isGraded);
      add(row + 16, d1, x, isGraded);
      add(row + 32, d2, x, isGraded);
      add(row + 48, d3, x, isGraded);
      add(row + 64, d4, x, isGraded);
      add(row + 80, d5, x, isGraded);
      add(row + 96, d6, x, isGraded);
      add(row + 112, d7, x, isGraded);
    }
    d += <usize>outputs << 2;
  }
}

// @ts-ignore: decorator
@inline
function narrow(
  events: usize, values: usize, ends: usize, segments: i32, d: usize, outputs: i32, tile: usize, isGraded: bool,
): void {
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    const d0 = v128.load(d), d1 = v128.load(d, 16), d2 = v128.load(d, 32), d3 = v128.load(d, 48);
    for (; at < end; at += 4) {
      const row = tile + (<usize>load<u32>(at) << 6);
      const x = isGraded ? v128.load32_splat(values + (at - events)) : d0;
      add(row, d0, x, isGraded);
      add(row + 16, d1, x, isGraded);
      add(row + 32, d2, x, isGraded);
      add(row + 48, d3, x, isGraded);
    }
    d += <usize>outputs << 2;
  }
}

/**
 * List what is not 0 in rows of spikes, four places a turn: what is too much is written over by what follows.
 *
 * @param size - a multiple of 4, or the row's end is listed one by one
 */
export function listSpikes(spikes: usize, size: i32, rows: i32, events: usize, ends: usize): void {
  const zero = f32x4.splat(0);
  let at = events;
  for (let row: i32 = 0; row < rows; row++) {
    let i: i32 = 0;
    for (; i + 4 <= size; i += 4) {
      const fired = i32x4.bitmask(f32x4.ne(v128.load(spikes), zero));
      spikes += 16;
      if (fired == 0) continue;
      store<i32>(at, i);
      at += <usize>(fired & 1) << 2;
      store<i32>(at, i + 1);
      at += <usize>(fired & 2) << 1;
      store<i32>(at, i + 2);
      at += <usize>(fired & 4);
      store<i32>(at, i + 3);
      at += <usize>(fired & 8) >> 1;
    }
    for (; i < size; i++) {
      store<i32>(at, i);
      at += load<f32>(spikes) != 0 ? 4 : 0;
      spikes += 4;
    }
    store<i32>(ends + (<usize>row << 2), <i32>((at - events) >> 2));
  }
}
