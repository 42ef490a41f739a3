// The design worth most by the acquisition, among those not tried yet.
//
// A small discrete space is searched exhaustively. Otherwise: Sobol points over the whole space and points near the
// front are scored; the best and eight more, drawn by their worth, are improved by turns of bounded quasi-Newton
// steps along smooth coordinates and moves to the best neighbour along the others, until neither helps.

import { Random } from "../../base/random.ts";
import { canonical, type DesignValues, isAllowed, type Space } from "../../space/space.ts";
import { countOf, toUnit, valueAt } from "../../space/unit-map.ts";
import { minimiseInBox } from "../minimise-in-box.ts";
import { sobolDimensions, sobolPoint } from "../sobol.ts";
import type { Acquisition } from "./acquisition.ts";
import type { DesignEncoder } from "./encode-design.ts";

export interface SearchOptions {
  readonly space: Space;
  readonly encoder: DesignEncoder;
  /** Designs to look near, the front first. */
  readonly promising: readonly DesignValues[];
  /** `designKey` of every design that must not be proposed again. */
  readonly tried: ReadonlySet<string>;
  readonly seed: number;
  /** Number of the trial: names the random streams. */
  readonly trial: number;
}

/** A place and its worth. */
interface Scored {
  readonly x: Float64Array;
  readonly worth: number;
}

/** Spaces with at most so many designs are searched exhaustively. */
const fewDesigns = 2048;
const sobolPoints = 1024;
const pointsPerPromising = 24;
const mostPromising = 10;
const rouletteStarts = 8;
const turns = 6;
const smoothIterations = 30;
const smoothTolerance = 1e-4;
const leastWeight = 0.05;

/** Equal for equal designs of a space. */
export function designKey(space: Space, design: DesignValues): string {
  return JSON.stringify(canonical(space, design));
}

/** The best design found that was not tried, or null: every design looked at was. */
export function searchAcquisition(acquisition: Acquisition, options: SearchOptions): DesignValues | null {
  const { space, encoder, tried } = options;
  const all = everyDesign(space, encoder.names);
  if (all !== null) {
    const left = all.filter((design) => !tried.has(designKey(space, design)));
    return (
      best(left.map((design) => ({ design, worth: acquisition.value(encoder.encode(design)) })))?.design ??
      null
    );
  }
  const random = new Random({ seed: options.seed, trial: options.trial, purpose: "sampler-gp", index: 0 });
  const scored = candidates(options, random)
    .map((x) => ({ x, worth: acquisition.value(x) }))
    .sort((a, b) => b.worth - a.worth);
  const improved = starts(scored, random).map((start) => improve(acquisition, options, start));
  for (const { x } of [...improved.sort((a, b) => b.worth - a.worth), ...scored]) {
    const design = encoder.decode(x);
    if (isNew(options, design)) return design;
  }
  return null;
}

/** Every allowed canonical design of a small discrete space, once; null for others. */
function everyDesign(space: Space, names: readonly string[]): readonly DesignValues[] | null {
  const count = names.reduce((product, name) => product * countOf(space.fields[name]), 1);
  if (count > fewDesigns) return null;
  const found = new Map<string, DesignValues>();
  const defaults = Object.fromEntries(
    Object.entries(space.fields).map(([name, field]) => [name, field.default]),
  );
  for (let index = 0; index < count; index++) {
    const design: Record<string, number | string | boolean> = { ...defaults };
    let rest = index;
    for (const name of names) {
      const values = countOf(space.fields[name]);
      design[name] = valueAt(space.fields[name], rest % values);
      rest = Math.floor(rest / values);
    }
    const proper = canonical(space, design);
    if (isAllowed(space, proper)) found.set(JSON.stringify(proper), proper);
  }
  return [...found.values()];
}

function isNew({ space, tried }: SearchOptions, design: DesignValues): boolean {
  return isAllowed(space, design) && !tried.has(designKey(space, design));
}

/** Coordinates over the whole space and near the promising designs. */
function candidates({ space, encoder, promising }: SearchOptions, random: Random): Float64Array[] {
  const { names } = encoder;
  const dimensions = Math.min(names.length, sobolDimensions);
  const shift = Uint32Array.from({ length: dimensions }, () => random.uint32());
  const found: Float64Array[] = [];
  const add = (places: readonly number[]): void => {
    const x = encoder.fromPlaces(places);
    if (x !== null) found.push(x);
  };
  for (let i = 0; i < sobolPoints; i++) {
    const places = sobolPoint(i, dimensions, shift);
    while (places.length < names.length) places.push(random.uniform());
    add(i % 2 === 0 ? places : places.map(stretched));
  }
  // Of very many fields only some move at once (as in BoTorch's sampling around the best points).
  const chance = Math.min(1, 20 / names.length, 0.3 + 1 / names.length);
  for (const design of promising.slice(0, mostPromising)) {
    const centre = names.map((name) => toUnit(space.fields[name], design[name]));
    for (let i = 0; i < pointsPerPromising; i++) {
      // Steps from a tenth of the range down to a thousandth.
      const width = 0.1 * 100 ** -random.uniform();
      const always = random.integer(names.length);
      add(
        centre.map((place, c) =>
          c === always || random.uniform() < chance ? step(space, names[c], place, width, random) : place,
        ),
      );
    }
  }
  return found;
}

/** Many optima lie on faces of the space, which points inside never reach: the outer sixths go there. */
function stretched(place: number): number {
  return Math.min(1 - 1e-12, Math.max(0, 1.5 * place - 0.25));
}

function step(space: Space, name: string, place: number, width: number, random: Random): number {
  const field = space.fields[name];
  if (field.kind !== "float" && field.kind !== "int") return random.uniform();
  // A sum of three uniforms is near enough to a normal step; at least one value of a grid.
  const reach = Math.max(width, 1.5 / countOf(field));
  const moved = place + 2 * reach * (random.uniform() + random.uniform() + random.uniform() - 1.5);
  return Math.min(1 - 1e-12, Math.max(0, moved));
}

/** The best, and some of the others with chances by their worth (a softmax). `scored` is sorted. */
function starts(scored: readonly Scored[], random: Random): readonly Scored[] {
  const left = scored.slice(1);
  const chosen = scored.slice(0, 1);
  const weights = left.map(({ worth }) => Math.exp(worth - scored[0].worth));
  let total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let k = 0; k < rouletteStarts && total > 1e-300; k++) {
    let share = random.uniform() * total;
    let at = 0;
    while (at < left.length - 1 && share >= weights[at]) share -= weights[at++];
    if (weights[at] === 0) break;
    chosen.push(left[at]);
    total -= weights[at];
    weights[at] = 0;
  }
  return chosen;
}

function improve(acquisition: Acquisition, options: SearchOptions, start: Scored): Scored {
  const { encoder } = options;
  let current = start;
  for (let turn = 0; turn < turns; turn++) {
    const before = current.worth;
    const smooth = climb(acquisition, encoder, current);
    if (smooth.worth > current.worth && isAllowed(options.space, encoder.decode(smooth.x))) current = smooth;
    const moved = moveToNeighbour(acquisition, options, current);
    if (moved === null) {
      // Smooth steps alone have come to rest.
      break;
    }
    current = moved;
    if (!(current.worth > before + 1e-9)) break;
  }
  return current;
}

/** The top reached from a place along smooth coordinates, rounded to a design. */
function climb(acquisition: Acquisition, encoder: DesignEncoder, { x, worth }: Scored): Scored {
  const mask = encoder.movable(encoder.decode(x));
  const moving = [...mask.keys()].filter((c) => mask[c] === 1);
  if (moving.length === 0) return { x, worth };
  // In units of length scales, in which the acquisition bends alike along all coordinates.
  const { inverseSquares } = acquisition;
  const scales = moving.map((c) => Math.sqrt(Math.max(leastWeight, inverseSquares[c])));
  const place = x.slice();
  const gradient = new Float64Array(x.length);
  const found = minimiseInBox(
    (u, slopes) => {
      for (const [i, c] of moving.entries()) place[c] = u[i] / scales[i];
      const value = acquisition.valueWithSlopes(place, gradient);
      for (const [i, c] of moving.entries()) slopes[i] = -gradient[c] / scales[i];
      return -value;
    },
    {
      start: Float64Array.from(moving, (c, i) => x[c] * scales[i]),
      low: new Float64Array(moving.length),
      high: Float64Array.from(scales),
      maxIterations: smoothIterations,
      tolerance: smoothTolerance,
    },
  );
  for (const [i, c] of moving.entries()) place[c] = found.x[i] / scales[i];
  const rounded = encoder.encode(encoder.decode(place));
  return { x: rounded, worth: acquisition.value(rounded) };
}

/** Where a smooth coordinate may jump to: optima are often at its ends, and slopes lead to the nearest only. */
const jumps = [0, 0.5, 1];

/** The best of the neighbours not tried, and of jumps along one smooth coordinate, if it is better. */
function moveToNeighbour(acquisition: Acquisition, options: SearchOptions, current: Scored): Scored | null {
  const { encoder } = options;
  const design = encoder.decode(current.x);
  const places = encoder
    .neighbours(design)
    .filter((other) => isNew(options, other))
    .map((other) => encoder.encode(other));
  for (const [c, isMovable] of encoder.movable(design).entries()) {
    if (isMovable === 1) for (const place of jumps) places.push(current.x.with(c, place));
  }
  const found = best(places.map((x) => ({ x, worth: acquisition.value(x) })));
  return found !== null && found.worth > current.worth ? found : null;
}

function best<S extends { readonly worth: number }>(all: readonly S[]): S | null {
  return all.reduce<S | null>((top, other) => (top === null || other.worth > top.worth ? other : top), null);
}
