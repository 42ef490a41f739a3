// Derivatives by the weights of a convolution driven by spikes: every spike adds the derivatives of the outputs it
// reaches to its weights', by the walk of spiking-convolution.ts with the two sides exchanged. Layouts and geometry
// are the same; derivatives of a segment are turned to [position, channel] first.

import { firstReached } from "./spiking-convolution";

/** dweights[i, ky, kx, lane] += Σ d (· x), over the events of all segments in their order. */
export function spikeConvolutionGradient(
  events: usize, values: usize, ends: usize, segments: i32,
  dweights: usize, geometry: usize, turned: usize, d: usize, dBytes: usize,
): void {
  const positions = load<i32>(geometry, 36) * load<i32>(geometry, 40);
  const lanes = load<i32>(geometry, 44);
  const channels = load<i32>(geometry, 48);
  const groups = load<i32>(geometry, 52);
  const positionBytes = <usize>(lanes * groups) << 2;
  let at = events;
  for (let s: i32 = 0; s < segments; s++, d += dBytes) {
    const end = events + (<usize>load<u32>(ends + (<usize>s << 2)) << 2);
    if (at == end) continue;
    for (let g: i32 = 0; g < groups; g++) {
      const first = <usize>(g * channels * positions) << 2;
      turn(d + first, turned + (<usize>(g * lanes) << 2), positionBytes, positions, channels);
    }
    if (values) gather(at, end, values + (at - events), dweights, geometry, turned, positionBytes, true);
    else gather(at, end, 0, dweights, geometry, turned, positionBytes, false);
    at = end;
  }
}

// @ts-ignore: decorator
@inline
function gather(
  at: usize, end: usize, values: usize, weights: usize, geometry: usize, sums: usize,
  positionBytes: usize, isGraded: bool,
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
          add(weight + lane, sum + lane, value, isGraded);
          add(weight + lane + 16, sum + lane + 16, value, isGraded);
          add(weight + lane + 32, sum + lane + 32, value, isGraded);
          add(weight + lane + 48, sum + lane + 48, value, isGraded);
        }
        for (; lane < runBytes; lane += 16) add(weight + lane, sum + lane, value, isGraded);
        sum += positionBytes;
        weight += <usize>strideX * laneBytes;
      }
    }
    if (isGraded) values += 4;
  }
}

// @ts-ignore: decorator
@inline
function add(weight: usize, d: usize, value: v128, isGraded: bool): void {
  const x = v128.load(d);
  v128.store(weight, f32x4.add(v128.load(weight), isGraded ? f32x4.mul(x, value) : x));
}

/** From [channel, position] to [position, lane]; lanes beyond the channels are left as they are, 0. */
function turn(from: usize, to: usize, positionBytes: usize, positions: i32, channels: i32): void {
  const rowBytes = <usize>positions << 2;
  for (let c: i32 = 0; c < channels; c += 4, from += 4 * rowBytes, to += 16) {
    let p: i32 = 0;
    for (; c + 4 <= channels && p + 4 <= positions; p += 4) {
      const at = from + (<usize>p << 2);
      const r0 = v128.load(at);
      const r1 = v128.load(at + rowBytes);
      const r2 = v128.load(at + 2 * rowBytes);
      const r3 = v128.load(at + 3 * rowBytes);
      const t0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
      const t1 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
      const t2 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
      const t3 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
      const out = to + <usize>p * positionBytes;
      v128.store(out, i64x2.shuffle(t0, t2, 0, 2));
      v128.store(out + positionBytes, i64x2.shuffle(t0, t2, 1, 3));
      v128.store(out + 2 * positionBytes, i64x2.shuffle(t1, t3, 0, 2));
      v128.store(out + 3 * positionBytes, i64x2.shuffle(t1, t3, 1, 3));
    }
    const left = min(4, channels - c);
    for (; p < positions; p++) {
      for (let k: i32 = 0; k < left; k++)
        store<f32>(
          to + <usize>p * positionBytes + (<usize>k << 2),
          load<f32>(from + <usize>k * rowBytes + (<usize>p << 2)),
        );
    }
  }
}
