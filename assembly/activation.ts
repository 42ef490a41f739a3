// Activations of an ANN and their gradients. Lengths need not be multiples of four; outputs may be inputs.

/** y = max(x, 0); NaN stays NaN. */
export function relu(x: usize, y: usize, length: i32): void {
  const zero = f32x4.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= length; i += 4) {
    v128.store(y, f32x4.max(v128.load(x), zero));
    x += 16;
    y += 16;
  }
  for (; i < length; i++) {
    store<f32>(y, max(load<f32>(x), <f32>0));
    x += 4;
    y += 4;
  }
}

/** dx = dy where y > 0, else 0. */
export function reluBackward(y: usize, dy: usize, dx: usize, length: i32): void {
  const zero = f32x4.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= length; i += 4) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero)));
    y += 16;
    dy += 16;
    dx += 16;
  }
  for (; i < length; i++) {
    store<f32>(dx, load<f32>(y) > 0 ? load<f32>(dy) : 0);
    y += 4;
    dy += 4;
    dx += 4;
  }
}

/** y = min(max(x, 0), bound); NaN stays NaN. */
export function clip(x: usize, y: usize, length: i32, bound: f32): void {
  const zero = f32x4.splat(0);
  const most = f32x4.splat(bound);
  let i: i32 = 0;
  for (; i + 4 <= length; i += 4) {
    v128.store(y, f32x4.min(f32x4.max(v128.load(x), zero), most));
    x += 16;
    y += 16;
  }
  for (; i < length; i++) {
    store<f32>(y, min(max(load<f32>(x), <f32>0), bound));
    x += 4;
    y += 4;
  }
}

/** y = bound · floor(clip(x / bound, 0, 1) · levels + shift) / levels; NaN stays NaN. */
export function clipToLevels(x: usize, y: usize, length: i32, bound: f32, levels: f32, shift: f32): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const most = f32x4.splat(bound);
  const count = f32x4.splat(levels);
  const offset = f32x4.splat(shift);
  let i: i32 = 0;
  for (; i + 4 <= length; i += 4) {
    const share = f32x4.min(f32x4.max(f32x4.div(v128.load(x), most), zero), one);
    const level = f32x4.min(f32x4.floor(f32x4.add(f32x4.mul(share, count), offset)), count);
    v128.store(y, f32x4.div(f32x4.mul(most, level), count));
    x += 16;
    y += 16;
  }
  for (; i < length; i++) {
    const share = min(max(load<f32>(x) / bound, <f32>0), <f32>1);
    store<f32>(y, (bound * min(floor(share * levels + shift), levels)) / levels);
    x += 4;
    y += 4;
  }
}

/**
 * dx = dy where 0 < x < bound, else 0, for y = clip or clipToLevels of x.
 *
 * @returns Σ dy · (y − [0 < x < bound] x), which is bound · dbound: places i mod 4 are summed apart
 */
export function boundedReluBackward(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  length: i32,
  bound: f32,
): f64 {
  const zero = f32x4.splat(0);
  const most = f32x4.splat(bound);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i: i32 = 0;
  for (; i + 4 <= length; i += 4) {
    const z = v128.load(x);
    const slope = v128.load(dy);
    const passes = v128.and(f32x4.gt(z, zero), f32x4.lt(z, most));
    const term = f32x4.mul(slope, f32x4.sub(v128.load(y), v128.and(z, passes)));
    low = f64x2.add(low, f64x2.promote_low_f32x4(term));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(term, term, 2, 3, 2, 3)));
    v128.store(dx, v128.and(slope, passes));
    x += 16;
    y += 16;
    dy += 16;
    dx += 16;
  }
  const pairs = f64x2.add(low, high);
  let sum = f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
  for (; i < length; i++) {
    const z = load<f32>(x);
    const slope = load<f32>(dy);
    const passes = z > 0 && z < bound;
    sum += <f64>(slope * (load<f32>(y) - (passes ? z : <f32>0)));
    store<f32>(dx, passes ? slope : 0);
    x += 4;
    y += 4;
    dy += 4;
    dx += 4;
  }
  return sum;
}
