// Parameter updates, in place.

/**
 * Adam with decoupled weight decay. m ← β1 m + (1−β1) g; v ← β2 v + (1−β2) g²;
 * p ← p·(1 − decay) − rate · m / (√v · rootCorrection + ε), with both corrections folded in by the caller.
 */
export function adam(
  parameter: usize,
  gradient: usize,
  m: usize,
  v: usize,
  length: i32,
  beta1: f32,
  beta2: f32,
  rate: f32,
  rootCorrection: f32,
  epsilon: f32,
  keep: f32,
): void {
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const r1 = f32x4.splat(1 - beta1);
  const r2 = f32x4.splat(1 - beta2);
  const step = f32x4.splat(rate);
  const root = f32x4.splat(rootCorrection);
  const e = f32x4.splat(epsilon);
  const k = f32x4.splat(keep);
  let i: i32 = 0;
  for (; i + 4 <= length; i += 4) {
    const at = (<usize>i) << 2;
    const g = v128.load(gradient + at);
    const mean = f32x4.add(f32x4.mul(b1, v128.load(m + at)), f32x4.mul(r1, g));
    const square = f32x4.add(f32x4.mul(b2, v128.load(v + at)), f32x4.mul(r2, f32x4.mul(g, g)));
    v128.store(m + at, mean);
    v128.store(v + at, square);
    const size = f32x4.add(f32x4.mul(f32x4.sqrt(square), root), e);
    const change = f32x4.div(f32x4.mul(step, mean), size);
    v128.store(parameter + at, f32x4.sub(f32x4.mul(k, v128.load(parameter + at)), change));
  }
  for (; i < length; i++) {
    const at = (<usize>i) << 2;
    const g = load<f32>(gradient + at);
    const mean = beta1 * load<f32>(m + at) + (1 - beta1) * g;
    const square = beta2 * load<f32>(v + at) + (1 - beta2) * (g * g);
    store<f32>(m + at, mean);
    store<f32>(v + at, square);
    const size = sqrt(square) * rootCorrection + epsilon;
    store<f32>(parameter + at, keep * load<f32>(parameter + at) - (rate * mean) / size);
  }
}

/** velocity ← momentum · velocity + g; p ← p·keep − rate · (nesterov ? g + momentum · velocity : velocity) */
export function sgd(
  parameter: usize,
  gradient: usize,
  velocity: usize,
  length: i32,
  rate: f32,
  momentum: f32,
  keep: f32,
  nesterov: bool,
): void {
  for (let i: i32 = 0; i < length; i++) {
    const at = (<usize>i) << 2;
    const g = load<f32>(gradient + at);
    const speed = momentum * load<f32>(velocity + at) + g;
    store<f32>(velocity + at, speed);
    const direction = nesterov ? g + momentum * speed : speed;
    store<f32>(parameter + at, keep * load<f32>(parameter + at) - rate * direction);
  }
}
