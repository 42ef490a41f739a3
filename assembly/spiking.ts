// Spiking layers. A segment is one step of one image: its spikes are the indices in `events` up to
// its end in `ends`, beginning where the segment before it ends. Sums are plain float32 additions in
// the order of the list in both builds, so results never depend on build, batch or tile.

// A lane block is padded to 16 outputs; rows of weights stand by input, in tiles of 32 outputs
// (the last one of 16 if that is all that is left): see src/kernels/spike-dense.ts.

/** out[s, o] = worth · Σ w[i, o] (· x) + bias[o]. `values` is 0 for spikes, else x of every event. */
export function spikeDenseF32(
  events: usize, values: usize, ends: usize, segments: i32,
  weights: usize, inputs: i32, outputs: i32, worth: f32, bias: usize, out: usize,
): void {
  let column: i32 = 0;
  for (; column + 32 <= outputs; column += 32) {
    if (values) wideF32(events, values, ends, segments, weights, worth, bias, out, outputs, true);
    else wideF32(events, values, ends, segments, weights, worth, bias, out, outputs, false);
    weights += <usize>inputs << 7;
    bias += 128;
    out += 128;
  }
  if (column == outputs) return;
  if (values) narrowF32(events, values, ends, segments, weights, worth, bias, out, outputs, true);
  else narrowF32(events, values, ends, segments, weights, worth, bias, out, outputs, false);
}

// @ts-ignore: decorator
@inline
function finish(out: usize, sum: v128, worth: v128, bias: usize): void {
  v128.store(out, f32x4.add(f32x4.mul(sum, worth), v128.load(bias)));
}

// @ts-ignore: decorator
@inline
function term(row: usize, x: v128, isGraded: bool): v128 {
  return isGraded ? f32x4.mul(v128.load(row), x) : v128.load(row);
}

// @ts-ignore: decorator
@inline
function wideF32(
  events: usize, values: usize, ends: usize, segments: i32,
  tile: usize, worth: f32, bias: usize, out: usize, outputs: i32, isGraded: bool,
): void {
  const factor = f32x4.splat(worth);
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    for (; at < end; at += 4) {
      const row = tile + (<usize>load<u32>(at) << 7);
      const x = isGraded ? v128.load32_splat(values + (at - events)) : factor;
      a0 = f32x4.add(a0, term(row, x, isGraded));
      a1 = f32x4.add(a1, term(row + 16, x, isGraded));
      a2 = f32x4.add(a2, term(row + 32, x, isGraded));
      a3 = f32x4.add(a3, term(row + 48, x, isGraded));
      a4 = f32x4.add(a4, term(row + 64, x, isGraded));
      a5 = f32x4.add(a5, term(row + 80, x, isGraded));
      a6 = f32x4.add(a6, term(row + 96, x, isGraded));
      a7 = f32x4.add(a7, term(row + 112, x, isGraded));
    }
    finish(out, a0, factor, bias);
    finish(out + 16, a1, factor, bias + 16);
    finish(out + 32, a2, factor, bias + 32);
    finish(out + 48, a3, factor, bias + 48);
    finish(out + 64, a4, factor, bias + 64);
    finish(out + 80, a5, factor, bias + 80);
    finish(out + 96, a6, factor, bias + 96);
    finish(out + 112, a7, factor, bias + 112);
    out += <usize>outputs << 2;
  }
}

// @ts-ignore: decorator
@inline
function narrowF32(
  events: usize, values: usize, ends: usize, segments: i32,
  tile: usize, worth: f32, bias: usize, out: usize, outputs: i32, isGraded: bool,
): void {
  const factor = f32x4.splat(worth);
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    for (; at < end; at += 4) {
      const row = tile + (<usize>load<u32>(at) << 6);
      const x = isGraded ? v128.load32_splat(values + (at - events)) : factor;
      a0 = f32x4.add(a0, term(row, x, isGraded));
      a1 = f32x4.add(a1, term(row + 16, x, isGraded));
      a2 = f32x4.add(a2, term(row + 32, x, isGraded));
      a3 = f32x4.add(a3, term(row + 48, x, isGraded));
    }
    finish(out, a0, factor, bias);
    finish(out + 16, a1, factor, bias + 16);
    finish(out + 32, a2, factor, bias + 32);
    finish(out + 48, a3, factor, bias + 48);
    out += <usize>outputs << 2;
  }
}
