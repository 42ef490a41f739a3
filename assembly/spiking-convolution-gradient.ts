// Derivatives by the weights of a convolution driven by spikes: every spike adds the derivatives of the outputs it
// reaches to its weights', by the walk of spiking-convolution.ts with the two sides exchanged. Layouts and geometry
// are the same; derivatives of a segment are turned to [position, channel] first.

import { walk } from "./spiking-convolution";

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
    if (values) walk(at, end, values + (at - events), dweights, geometry, turned, positionBytes, true, true);
    else walk(at, end, 0, dweights, geometry, turned, positionBytes, false, true);
    at = end;
  }
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
