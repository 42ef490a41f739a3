// A dense layer of stored int8 codes driven by spikes: sixteen codes of a vector are eight int16 words, and
// adding words adds both halves at once. Σ word = Σ low + 256 Σ high, and the high halves are summed apart, so
// that the low ones are what is left. Low codes are stored 128 higher, which makes them unsigned.
//
// Sums of codes are exact: any order and any cut gives what the float32 kernel gives.

// 255 codes of −128 … 127 fit in an int16 lane; longer lists are summed in pieces. The float32 twin is exact
// up to 2^24, so both agree on every list of fewer than 131,072 spikes.
const pieceBytes: usize = 255 << 2;

/**
 * out[s, o] = worth · Σ w[i, o] + bias[o].
 *
 * @param placeOf - 0, or by event the input it goes to, int32; `inputs` if to none
 * @param weights - tiles of 64 outputs, then of 32 and of 16, each [inputs + 1, outputs], the last row
 * being codes of 0; of sixteen outputs in turn the first eight stand in the low bytes of words, plus 128
 */
export function spikeDenseI8(
  events: usize, placeOf: usize, ends: usize, segments: i32,
  weights: usize, inputs: i32, outputs: i32, worth: f32, bias: usize, out: usize,
): void {
  const rows = <usize>(inputs + 1);
  for (let column: i32 = 0; column < outputs; ) {
    const left = outputs - column;
    const width = left >= 64 ? 64 : left >= 32 ? 32 : 16;
    if (width == 64) runTile(events, placeOf, ends, segments, weights, 6, worth, bias, out, outputs, 64);
    else if (width == 32) runTile(events, placeOf, ends, segments, weights, 5, worth, bias, out, outputs, 32);
    else runTile(events, placeOf, ends, segments, weights, 4, worth, bias, out, outputs, 16);
    column += width;
    weights += rows * <usize>width;
    bias += <usize>width << 2;
    out += <usize>width << 2;
  }
}

// @ts-ignore: decorator
@inline
function runTile(
  events: usize, placeOf: usize, ends: usize, segments: i32, tile: usize, shift: usize, worth: f32,
  bias: usize, out: usize, outputs: i32, width: i32,
): void {
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    let isFirst = true;
    do {
      const stop = min(end, at + pieceBytes);
      const count = <i32>((stop - at) >> 2);
      let a0 = i16x8.splat(0), a1 = a0, a2 = a0, a3 = a0, h0 = a0, h1 = a0, h2 = a0, h3 = a0;
      for (; at < stop; at += 4) {
        let input = <usize>load<u32>(at);
        if (placeOf) input = <usize>load<u32>(placeOf + (input << 2));
        const row = tile + (input << shift);
        const w0 = v128.load(row);
        a0 = i16x8.add(a0, w0);
        h0 = i16x8.add(h0, i16x8.shr_s(w0, 8));
        if (width >= 32) {
          const w1 = v128.load(row, 16);
          a1 = i16x8.add(a1, w1);
          h1 = i16x8.add(h1, i16x8.shr_s(w1, 8));
        }
        if (width == 64) {
          const w2 = v128.load(row, 32), w3 = v128.load(row, 48);
          a2 = i16x8.add(a2, w2);
          h2 = i16x8.add(h2, i16x8.shr_s(w2, 8));
          a3 = i16x8.add(a3, w3);
          h3 = i16x8.add(h3, i16x8.shr_s(w3, 8));
        }
      }
      const isLast = at >= end;
      finish(out, a0, h0, count, isFirst, isLast, worth, bias);
      if (width >= 32) finish(out + 64, a1, h1, count, isFirst, isLast, worth, bias + 64);
      if (width == 64) {
        finish(out + 128, a2, h2, count, isFirst, isLast, worth, bias + 128);
        finish(out + 192, a3, h3, count, isFirst, isLast, worth, bias + 192);
      }
      isFirst = false;
    } while (at < end);
    out += <usize>outputs << 2;
  }
}

/** Sixteen sums of a piece; until the last piece they wait in the output, as int32. */
function finish(
  out: usize, words: v128, high: v128, count: i32, isFirst: bool, isLast: bool, worth: f32, bias: usize,
): void {
  const low = i16x8.sub(words, i16x8.shl(high, 8));
  const off = i32x4.splat(count << 7);
  let s0 = i32x4.sub(i32x4.extend_low_i16x8_u(low), off), s1 = i32x4.sub(i32x4.extend_high_i16x8_u(low), off);
  let s2 = i32x4.extend_low_i16x8_s(high), s3 = i32x4.extend_high_i16x8_s(high);
  if (!isFirst) {
    s0 = i32x4.add(s0, v128.load(out));
    s1 = i32x4.add(s1, v128.load(out, 16));
    s2 = i32x4.add(s2, v128.load(out, 32));
    s3 = i32x4.add(s3, v128.load(out, 48));
  }
  if (isLast) {
    const factor = f32x4.splat(worth);
    s0 = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(s0), factor), v128.load(bias));
    s1 = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(s1), factor), v128.load(bias, 16));
    s2 = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(s2), factor), v128.load(bias, 32));
    s3 = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(s3), factor), v128.load(bias, 48));
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
}
