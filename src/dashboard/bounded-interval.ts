// An interval for the mean of something bounded of which only the mean is known, as spikes of a layer are: none is below 0
// or above one a neuron and step. Whatever its distribution, the mean m of n images lies as far from the true mean p as
// kl(m, p) ≤ ln(2/α)/n with kl(m, p) = m ln(m/p) + (1−m) ln((1−m)/(1−p)), with probability of at least 1 − α
// (Hoeffding 1963, theorem 1). It is wider than one that knew the spread.

/** @param mean - as a share of the bound, in [0, 1] @param count - of images */
export function boundedInterval(
  mean: number,
  count: number,
  confidence = 0.95,
): { readonly low: number; readonly high: number } {
  const most = Math.log(2 / (1 - confidence)) / count;
  return { low: farthest(mean, 0, most), high: farthest(mean, 1, most) };
}

/** The place between the mean and an end up to which the divergence is at most so much, by halving. */
function farthest(mean: number, end: number, most: number): number {
  if (divergence(mean, end) <= most) return end;
  let [near, far] = [mean, end];
  for (let i = 0; i < 60; i++) {
    const middle = (near + far) / 2;
    if (divergence(mean, middle) <= most) near = middle;
    else far = middle;
  }
  return near;
}

function divergence(m: number, p: number): number {
  return part(m, p) + part(1 - m, 1 - p);
}

/** 0 ln 0 is 0. */
function part(m: number, p: number): number {
  return m <= 0 ? 0 : m * Math.log(m / p);
}
