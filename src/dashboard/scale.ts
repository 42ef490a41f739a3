// Scales: from values to pixels, with ticks a reader can count in.
//
//   linear  p = p₀ + (v − v₀)/(v₁ − v₀) · (p₁ − p₀), ticks at 1, 2 or 5 times a power of ten
//   log     the same on log₁₀ v; ticks at decades, with 2 and 5 between when there is room
//   error   for shares near 1: the same on −log₁₀(1 − v), so that 90 → 99 % is as far as 99 → 99.9 %

import { isKnown } from "./format.ts";

export type ScaleKind = "linear" | "log" | "error";

export interface Scale {
  readonly kind: ScaleKind;
  readonly domain: readonly [low: number, high: number];
  readonly range: readonly [from: number, to: number];
  readonly ticks: readonly number[];
  /** Pixels of a value; values outside the domain land outside the range. */
  readonly map: (value: number) => number;
}

export interface ScaleOptions {
  readonly kind: ScaleKind;
  /** Values that must be visible; NaN and, on a log scale, values of 0 and less are passed over. */
  readonly values: readonly number[];
  readonly range: readonly [from: number, to: number];
  /** About how many ticks. */
  readonly tickCount: number;
  /** Ends no domain may pass, e.g. [0, 1] of a share. */
  readonly bounds?: readonly [low: number, high: number];
  /** Room beyond the outermost values, as a share of their span. */
  readonly padding?: number;
}

export function makeScale(options: ScaleOptions): Scale {
  const { kind, range, tickCount } = options;
  const forward = kind === "error" ? errorTransform(options.values) : transforms[kind];
  const [low, high] = paddedDomain(options, forward);
  const [from, to] = range;
  const [a, b] = [forward(low), forward(high)];
  return {
    kind,
    domain: [low, high],
    range,
    ticks: tickMakers[kind](low, high, tickCount),
    map: (value) => from + ((forward(value) - a) / (b - a)) * (to - from),
  };
}

type Transform = (value: number) => number;

const transforms: Readonly<Record<"linear" | "log", Transform>> = {
  linear: (value) => value,
  log: Math.log10,
};

/** No error at all has no logarithm: it is drawn where half of the smallest error shown would be. */
function errorTransform(values: readonly number[]): Transform {
  const errors = values.filter((value) => isKnown(value) && value < 1).map((value) => 1 - value);
  const least = errors.length === 0 ? 0.001 : Math.min(...errors) / 2;
  return (value) => -Math.log10(Math.max(least, 1 - value));
}

const inverses: Readonly<Record<ScaleKind, Transform>> = {
  linear: (position) => position,
  log: (position) => 10 ** position,
  error: (position) => 1 - 10 ** -position,
};

const tickMakers: Readonly<
  Record<ScaleKind, (low: number, high: number, count: number) => readonly number[]>
> = {
  linear: linearTicks,
  log: logTicks,
  error: errorTicks,
};

export function isInside({ domain: [low, high] }: Scale, value: number): boolean {
  return value >= low && value <= high;
}

/** Pixels of a value, held at the ends of the range. */
export function clampedMap(scale: Scale, value: number): number {
  const [low, high] = scale.domain;
  return scale.map(Math.min(high, Math.max(low, value)));
}

/** Multiples of 1, 2 or 5 times a power of ten within [low, high], about `count` of them. */
export function linearTicks(low: number, high: number, count: number): readonly number[] {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}

/** Decades within [low, high]; 1-2-5 where they are few; linear ticks within less than a factor of 3. */
export function logTicks(low: number, high: number, count: number): readonly number[] {
  if (high / low < 3) return linearTicks(low, high, count);
  const decades = Math.log10(high) - Math.log10(low); // the ratio may be more than a number holds
  const factors = decades * 3 <= count + 1 ? [1, 2, 5] : [1];
  const stride = factors.length === 1 ? Math.max(1, Math.ceil(decades / count)) : 1;
  const ticks: number[] = [];
  for (let e = Math.floor(Math.log10(low) + 1e-9); e <= Math.ceil(Math.log10(high)); e++) {
    if (e % stride !== 0) continue;
    for (const factor of factors) {
      const tick = Number(`${factor}e${e}`);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks.length >= 2 ? ticks : logTicksWithin(low, high);
}

/** Shares whose errors are 1, 2, 3 or 5 times a power of ten: 50, 70, 80, 90, 95, 97 %; linear within a small span. */
export function errorTicks(low: number, high: number, count: number): readonly number[] {
  const most = 1 - low;
  const least = Math.max(1 - high, most / 1000);
  if (most / least < 3) return linearTicks(low, high, count);
  const factors = Math.log10(most / least) < 2 ? [5, 3, 2, 1] : [5, 2, 1];
  const ticks: number[] = [];
  for (let e = Math.ceil(Math.log10(most)); e >= Math.floor(Math.log10(least)); e--) {
    for (const factor of factors) {
      const error = Number(`${factor}e${e}`);
      if (error <= most * (1 + 1e-9) && error >= least * (1 - 1e-9))
        ticks.push(Number((1 - error).toPrecision(12)));
    }
  }
  return ticks;
}

/** Between two decades there may be one or none of them: then every factor of ten's multiples. */
function logTicksWithin(low: number, high: number): readonly number[] {
  const ticks: number[] = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
    for (const factor of [1, 2, 5]) {
      const tick = Number(`${factor}e${e}`);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

function paddedDomain(
  { kind, values, bounds, padding = 0.06 }: ScaleOptions,
  forward: Transform,
): readonly [number, number] {
  const known = values.filter((value) => isKnown(value) && (kind !== "log" || value > 0));
  if (known.length === 0) return kind === "log" ? [0.1, 10] : kind === "error" ? [0, 0.99] : [0, 1];
  const usable = known.map(forward);
  let low = Math.min(...usable);
  let high = Math.max(...usable);
  // A single value gets room around it: a twentieth of itself, or a factor of 1.5.
  const spread = high - low || (kind === "linear" ? Math.max(Math.abs(high) * 0.1, 0.01) : 0.35);
  const room = high === low ? spread / 2 : spread * padding;
  const isPerfect = kind === "error" && Math.max(...known) >= 1;
  low = inverses[kind](low - room);
  high = isPerfect ? 1 : inverses[kind](high + room);
  // Room beyond what a number holds would be 0 or infinite.
  if (kind === "log") [low, high] = [Math.max(low, 1e-300), Math.min(high, 1e300)];
  return bounds === undefined ? [low, high] : [Math.max(bounds[0], low), Math.min(bounds[1], high)];
}
