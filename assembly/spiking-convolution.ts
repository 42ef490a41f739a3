// A convolution driven by spikes: every spike adds its kernel's weights to the outputs it reaches.
//
// Sums stand as [position, channel] so that a spike touches whole vectors; they are turned to
// [channel, position] once a segment. Weights stand as [input channel, kernel y, kernel x from right to
// left, lane], lanes being a group's output channels padded to 4. Geometry is 14 int32: see
// src/kernels/spike-convolution.ts. Additions happen in the order of the list, as in spiking.ts.

/** out[s, c, y, x] = worth · Σ w (· x) + bias[c]. `values` is 0 for spikes, else x of every event. */
export function spikeConvolution(
  events: usize, values: usize, ends: usize, segments: i32,
  weights: usize, geometry: usize, sums: usize, worth: f32, bias: usize, out: usize, outBytes: usize,
): void {
  const positions = load<i32>(geometry, 36) * load<i32>(geometry, 40);
  const lanes = load<i32>(geometry, 44);
  const channels = load<i32>(geometry, 48);
  const groups = load<i32>(geometry, 52);
  const positionBytes = <usize>(lanes * groups) << 2;
  let at = events;
  for (let s: i32 = 0; s < segments; s++) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    memory.fill(sums, 0, <usize>positions * positionBytes);
    if (values) walk(at, end, values + (at - events), weights, geometry, sums, positionBytes, true, false);
    else walk(at, end, 0, weights, geometry, sums, positionBytes, false, false);
    at = end;
    for (let g: i32 = 0; g < groups; g++) {
      const first = <usize>(g * channels);
      turn(
        sums + (<usize>(g * lanes) << 2), positionBytes, positions, channels, worth,
        bias + (first << 2), out + ((first * <usize>positions) << 2),
      );
    }
    out += outBytes;
  }
}

/**
 * Every event with every output it reaches: sums += weights (· x) or, for gradients, weights += sums (· x), the
 * derivatives standing where the sums stand. The flags are constants where it is called, and cost nothing there.
 */
// @ts-ignore: decorator
@inline
export function walk(
  at: usize, end: usize, values: usize, weights: usize, geometry: usize, sums: usize,
  positionBytes: usize, isGraded: bool, isGradient: bool,
): void {
  const height = load<i32>(geometry);
  const width = load<i32>(geometry, 4);
  const inGroup = load<i32>(geometry, 8);
  const kernelHeight = load<i32>(geometry, 12);
  const kernelWidth = load<i32>(geometry, 16);
  const strideY = load<i32>(geometry, 20);
  const strideX = load<i32>(geometry, 24);
  const paddingY = load<i32>(geometry, 28);
  const paddingX = load<i32>(geometry, 32);
  const lastY = load<i32>(geometry, 36) - 1;
  const outWidth = load<i32>(geometry, 40);
  const laneBytes = <usize>load<i32>(geometry, 44) << 2;
  const area = height * width;
  const channelBytes = <usize>(kernelHeight * kernelWidth) * laneBytes;
  const isDense = strideX == 1 && positionBytes == laneBytes;
  for (; at < end; at += 4) {
    const i = load<i32>(at);
    const channel = i / area;
    const place = i - channel * area;
    const row = place / width;
    const y = row + paddingY;
    const x = place - row * width + paddingX;
    const lowY = firstReached(y - kernelHeight + 1, strideY);
    const lowX = firstReached(x - kernelWidth + 1, strideX);
    const highY = min(lastY, strideY == 1 ? y : y / strideY);
    const highX = min(outWidth - 1, strideX == 1 ? x : x / strideX);
    const kernel = weights + <usize>channel * channelBytes;
    const group = sums + <usize>(channel / inGroup) * laneBytes;
    const value = isGraded ? v128.load32_splat(values) : f32x4.splat(1);
    // Without gaps between outputs a kernel row is one run of memory, here as in the weights.
    const reach = highX - lowX + 1;
    const runs = isDense ? min(reach, 1) : reach;
    const runBytes = isDense ? <usize>reach * laneBytes : laneBytes;
    for (let oy = lowY; oy <= highY; oy++) {
      let sum = group + <usize>(oy * outWidth + lowX) * positionBytes;
      const column = kernelWidth - 1 - x + lowX * strideX;
      let weight = kernel + <usize>((y - oy * strideY) * kernelWidth + column) * laneBytes;
      for (let run = 0; run < runs; run++) {
        let lane: usize = 0;
        for (; lane + 64 <= runBytes; lane += 64) {
          add(sum + lane, weight + lane, value, isGraded, isGradient);
          add(sum + lane + 16, weight + lane + 16, value, isGraded, isGradient);
          add(sum + lane + 32, weight + lane + 32, value, isGraded, isGradient);
          add(sum + lane + 48, weight + lane + 48, value, isGraded, isGradient);
        }
        for (; lane < runBytes; lane += 16) add(sum + lane, weight + lane, value, isGraded, isGradient);
        sum += positionBytes;
        weight += <usize>strideX * laneBytes;
      }
    }
    if (isGraded) values += 4;
  }
}

// @ts-ignore: decorator
@inline
function add(sum: usize, weight: usize, value: v128, isGraded: bool, isGradient: bool): void {
  const from = v128.load(isGradient ? sum : weight);
  const to = isGradient ? weight : sum;
  v128.store(to, f32x4.add(v128.load(to), isGraded ? f32x4.mul(from, value) : from));
}

/** The first output whose window still covers what begins `offset` inputs in. */
// @ts-ignore: decorator
@inline
function firstReached(offset: i32, stride: i32): i32 {
  if (offset <= 0) return 0;
  return stride == 1 ? offset : (offset + stride - 1) / stride;
}

function turn(
  sums: usize, positionBytes: usize, positions: i32, channels: i32, worth: f32, bias: usize, out: usize,
): void {
  const rowBytes = <usize>positions << 2;
  const factor = f32x4.splat(worth);
  for (let c: i32 = 0; c < channels; c += 4) {
    let p: i32 = 0;
    if (c + 4 <= channels) {
      for (; p + 4 <= positions; p += 4) {
        const from = sums + <usize>p * positionBytes;
        const r0 = v128.load(from);
        const r1 = v128.load(from + positionBytes);
        const r2 = v128.load(from + 2 * positionBytes);
        const r3 = v128.load(from + 3 * positionBytes);
        const t0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
        const t1 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
        const t2 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
        const t3 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
        const to = out + (<usize>p << 2);
        put(to, i64x2.shuffle(t0, t2, 0, 2), factor, bias);
        put(to + rowBytes, i64x2.shuffle(t0, t2, 1, 3), factor, bias + 4);
        put(to + 2 * rowBytes, i64x2.shuffle(t1, t3, 0, 2), factor, bias + 8);
        put(to + 3 * rowBytes, i64x2.shuffle(t1, t3, 1, 3), factor, bias + 12);
      }
    }
    const left = min(4, channels - c);
    for (; p < positions; p++) {
      for (let k: i32 = 0; k < left; k++) {
        const sum = load<f32>(sums + <usize>p * positionBytes + (<usize>k << 2));
        const b = load<f32>(bias + (<usize>k << 2));
        store<f32>(out + <usize>k * rowBytes + (<usize>p << 2), sum * worth + b);
      }
    }
    sums += 16;
    bias += 16;
    out += 4 * rowBytes;
  }
}

// @ts-ignore: decorator
@inline
function put(to: usize, sums: v128, factor: v128, bias: usize): void {
  v128.store(to, f32x4.add(f32x4.mul(sums, factor), v128.load32_splat(bias)));
}
