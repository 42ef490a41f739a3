// The least value of a smooth function in a box: projected limited-memory BFGS.
//
// Variables at a bound with the slope pointing out are held; the others take a quasi-Newton step by the
// two-loop recursion (Nocedal 1980) over the last few steps, projected onto the box and shortened until the
// function has decreased enough (Armijo). The idea of holding is Bertsekas' (1982); no Cauchy point is sought,
// so it is simpler than the L-BFGS-B of Byrd et al. (1995) and enough for a few dozen variables.

/** The function: its value, and its gradient written into `gradient`. A value that is no number is a wall. */
export type SmoothFunction = (x: Float64Array, gradient: Float64Array) => number;

export interface BoxOptions {
  readonly start: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly maxIterations: number;
  /** Stop when no free variable's slope is larger. */
  readonly tolerance: number;
}

export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  /** Calls of the function. */
  readonly calls: number;
}

const memory = 8;
const enoughDecrease = 1e-4;
const mostHalvings = 20;

export function minimiseInBox(of: SmoothFunction, options: BoxOptions): Minimum {
  const { low, high } = options;
  const d = options.start.length;
  let x = options.start.map((value, i) => Math.min(high[i], Math.max(low[i], value)));
  let gradient = new Float64Array(d);
  let value = of(x, gradient);
  let calls = 1;
  const steps: Step[] = [];
  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    const isHeld = x.map((at, i) =>
      (at <= low[i] && gradient[i] >= 0) || (at >= high[i] && gradient[i] <= 0) ? 1 : 0,
    );
    const free = gradient.map((slope, i) => (isHeld[i] === 1 ? 0 : slope));
    if (!(largest(free) > options.tolerance)) break;
    let direction = quasiNewton(free, steps, isHeld);
    if (!(product(direction, free) < 0)) {
      steps.length = 0;
      direction = quasiNewton(free, steps, isHeld);
    }
    // Nothing is known of the scale yet: a first step of at most length 1.
    let length = steps.length === 0 ? Math.min(1, 1 / largest(free)) : 1;
    const next = new Float64Array(d);
    const nextGradient = new Float64Array(d);
    let nextValue = Number.NaN;
    let isFound = false;
    for (let k = 0; k < mostHalvings && !isFound; k++) {
      for (let i = 0; i < d; i++) next[i] = Math.min(high[i], Math.max(low[i], x[i] + length * direction[i]));
      nextValue = of(next, nextGradient);
      calls++;
      const decrease = gradient.reduce((sum, slope, i) => sum + slope * (next[i] - x[i]), 0);
      isFound = nextValue <= value + enoughDecrease * decrease && nextValue < value;
      if (!isFound) length *= shorter(value, nextValue, decrease);
    }
    if (!isFound) break;
    remember(steps, { s: next.map((at, i) => at - x[i]), y: nextGradient.map((g, i) => g - gradient[i]) });
    const gain = value - nextValue;
    x = next;
    gradient = nextGradient;
    value = nextValue;
    if (gain < 1e-10 * (1 + Math.abs(value))) break;
  }
  return { x, value, calls };
}

/** Change of place and of gradient in one step. */
interface Step {
  readonly s: Float64Array;
  readonly y: Float64Array;
}

/** Only steps along which the function curves upward keep the quadratic model convex. */
function remember(steps: Step[], step: Step): void {
  if (product(step.s, step.y) <= 1e-10 * product(step.y, step.y)) return;
  steps.push(step);
  if (steps.length > memory) steps.shift();
}

/** −H · gradient over the free variables; held ones stay. */
function quasiNewton(free: Float64Array, steps: readonly Step[], isHeld: Float64Array): Float64Array {
  const q = free.slice();
  const usable = steps.map(({ s, y }) => ({
    s: s.map((at, i) => (isHeld[i] === 1 ? 0 : at)),
    y: y.map((at, i) => (isHeld[i] === 1 ? 0 : at)),
  }));
  const kept = usable.filter(({ s, y }) => product(s, y) > 1e-10 * product(y, y));
  const shares = new Array<number>(kept.length);
  for (let k = kept.length - 1; k >= 0; k--) {
    const { s, y } = kept[k];
    shares[k] = product(s, q) / product(s, y);
    for (let i = 0; i < q.length; i++) q[i] -= shares[k] * y[i];
  }
  const last = kept.at(-1);
  const scale = last === undefined ? 1 : product(last.s, last.y) / product(last.y, last.y);
  for (let i = 0; i < q.length; i++) q[i] *= scale;
  for (const [k, { s, y }] of kept.entries()) {
    const share = shares[k] - product(y, q) / product(s, y);
    for (let i = 0; i < q.length; i++) q[i] += share * s[i];
  }
  return q.map((at, i) => (isHeld[i] === 1 ? 0 : -at));
}

/** The factor by which a step is shortened: to the least of the parabola through what is known, within limits. */
function shorter(value: number, next: number, decrease: number): number {
  const curve = 2 * (next - value - decrease);
  if (!(curve > 0) || !Number.isFinite(curve)) return 0.25;
  return Math.min(0.5, Math.max(0.1, -decrease / curve));
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function largest(a: Float64Array): number {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]));
  return most;
}
