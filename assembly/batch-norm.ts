// Batch normalisation of x[batch, channels, positions] by channel. Sums are taken in float64, in
// ascending order, so that large batches lose no digits.

/** mean[c] and variance[c] (biased) of the batch, float32. */
export function batchStatistics(
  x: usize,
  mean: usize,
  variance: usize,
  batch: i32,
  channels: i32,
  positions: i32,
): void {
  const count = <f64>batch * <f64>positions;
  const image = (<usize>(channels * positions)) << 2;
  for (let c: i32 = 0; c < channels; c++) {
    const plane = x + ((<usize>(c * positions)) << 2);
    let sum: f64 = 0;
    for (let n: i32 = 0; n < batch; n++) {
      let at = plane + <usize>n * image;
      for (let i: i32 = 0; i < positions; i++) {
        sum += <f64>load<f32>(at);
        at += 4;
      }
    }
    const centre = sum / count;
    let squares: f64 = 0;
    for (let n: i32 = 0; n < batch; n++) {
      let at = plane + <usize>n * image;
      for (let i: i32 = 0; i < positions; i++) {
        const difference = <f64>load<f32>(at) - centre;
        squares += difference * difference;
        at += 4;
      }
    }
    store<f32>(mean + ((<usize>c) << 2), <f32>centre);
    store<f32>(variance + ((<usize>c) << 2), <f32>(squares / count));
  }
}

/** y = x · scale[c] + shift[c] */
export function scaleShift(
  x: usize,
  y: usize,
  scale: usize,
  shift: usize,
  batch: i32,
  channels: i32,
  positions: i32,
): void {
  for (let n: i32 = 0; n < batch; n++) {
    for (let c: i32 = 0; c < channels; c++) {
      const s = load<f32>(scale + ((<usize>c) << 2));
      const t = load<f32>(shift + ((<usize>c) << 2));
      for (let i: i32 = 0; i < positions; i++) {
        store<f32>(y, load<f32>(x) * s + t);
        x += 4;
        y += 4;
      }
    }
  }
}

/**
 * dgamma[c] += Σ dy·x̂, dbeta[c] += Σ dy, dx = γ/σ (dy − mean(dy) − x̂ · mean(dy·x̂)), with x̂ = (x − mean)/σ
 * and inverse[c] = 1/σ. dx may be dy.
 */
export function batchNormBackward(
  x: usize,
  dy: usize,
  dx: usize,
  gamma: usize,
  mean: usize,
  inverse: usize,
  dgamma: usize,
  dbeta: usize,
  batch: i32,
  channels: i32,
  positions: i32,
): void {
  const count = <f64>batch * <f64>positions;
  const image = (<usize>(channels * positions)) << 2;
  for (let c: i32 = 0; c < channels; c++) {
    const plane = (<usize>(c * positions)) << 2;
    const at4 = (<usize>c) << 2;
    const centre = load<f32>(mean + at4);
    const scale = load<f32>(inverse + at4);
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let n: i32 = 0; n < batch; n++) {
      let at = plane + <usize>n * image;
      for (let i: i32 = 0; i < positions; i++) {
        const g = load<f32>(dy + at);
        sum += <f64>g;
        product += <f64>(g * ((load<f32>(x + at) - centre) * scale));
        at += 4;
      }
    }
    store<f32>(dbeta + at4, load<f32>(dbeta + at4) + <f32>sum);
    store<f32>(dgamma + at4, load<f32>(dgamma + at4) + <f32>product);
    const factor = load<f32>(gamma + at4) * scale;
    const meanGradient = <f32>(sum / count);
    const meanProduct = <f32>(product / count);
    for (let n: i32 = 0; n < batch; n++) {
      let at = plane + <usize>n * image;
      for (let i: i32 = 0; i < positions; i++) {
        const normal = (load<f32>(x + at) - centre) * scale;
        store<f32>(dx + at, factor * (load<f32>(dy + at) - meanGradient - normal * meanProduct));
        at += 4;
      }
    }
  }
}
