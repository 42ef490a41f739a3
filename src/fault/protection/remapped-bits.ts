// Weights stored with their bits turned round, so that cells known to be stuck hold the bits that matter
// least (the bit shuffling of ReSpawn, Putra, Hanif & Shafique 2021).
//
// Bit b of a weight lies in cell (b + r) mod bits; all weights of a group share the rotation r. It is chosen
// from the map of stuck cells alone, or from what is read in the end, which needs the weights but is never
// worse than no rotation. What a wrong bit matters, squared: 4^b in a code; in a float32, relative to the
// weight, 4^(b−23) in the mantissa, 4^(2^k) for exponent bit k, 4 for the sign. The rotations are stored in
// cells that can be struck.

import { InvalidValueError } from "../../base/errors.ts";
import type { Model } from "../../model/model.ts";
import { choice, int, type Values } from "../../space/field.ts";
import type { Fault } from "../fault.ts";
import { checkFaults } from "../fault-sites.ts";
import type { StoredWeights } from "../weight-bit-flip.ts";
import { noCost, noOverhead, type ProtectionDesign, type RedundantFlips } from "./protection.ts";
import {
  goldenWeights,
  type PatternView,
  patternView,
  storedBitsOf,
  sumOverLayers,
} from "./stored-patterns.ts";

const fields = {
  weightsPerRotation: int({
    about: "weights that share a rotation",
    unit: "1",
    low: 1,
    high: 65536,
    scale: "log",
    default: 1,
  }),
  chosenBy: choice({
    about: "what a rotation is chosen by: where cells are stuck, or what is then read",
    options: ["cells", "values"],
    default: "cells",
  }),
};

type Settings = Values<typeof fields>;

/** Stuck cells of a weight as masks: what is held is (pattern & ~zeros) | ones. */
interface StuckCells {
  ones: number;
  zeros: number;
}

export interface RemappedBits extends ProtectionDesign<typeof fields> {
  redundantBits(model: Model, layer: string, settings: Settings): number;
  /**
   * What the network reads through stuck cells, by layer: those that have any, or a struck rotation.
   *
   * @param memory.stuck - bits of weights, stuck in all steps: both the map that rotations are chosen by and
   *   what is wrong. `bit` is the cell
   * @throws {InvalidValueError} for other faults, or places the network has not
   */
  read(memory: {
    readonly model: Model;
    readonly stuck: readonly Fault[];
    readonly redundantFlips: RedundantFlips;
    readonly settings: Settings;
  }): StoredWeights;
}

export const remappedBits: RemappedBits = {
  name: "remapped-bits",
  about: "turns the bits of stored weights round so that stuck cells hold the least of them",
  fields,
  redundantBits: (model, layer, { weightsPerRotation }) =>
    Math.ceil(goldenWeights(model, layer).length / weightsPerRotation) * rotationBits(storedBitsOf(model)),
  read({ model, stuck, redundantFlips, settings }) {
    const bits = storedBitsOf(model);
    const cells = stuckCells(model, stuck);
    for (const layer of Object.keys(redundantFlips)) if (!cells.has(layer)) cells.set(layer, new Map());
    const weights: Record<string, Int8Array | Float32Array> = {};
    for (const [layer, own] of cells) {
      const golden = patternView(goldenWeights(model, layer), bits);
      weights[layer] = goldenWeights(model, layer).slice();
      const read = patternView(weights[layer], bits);
      const flips = rotationFlips(redundantFlips[layer], rotationBits(bits));
      const groups = new Set(flips.keys());
      for (const element of own.keys()) groups.add(Math.floor(element / settings.weightsPerRotation));
      for (const group of groups) {
        const start = group * settings.weightsPerRotation;
        const end = Math.min(golden.count, start + settings.weightsPerRotation);
        const rotation = chooseRotation(
          { golden, cells: own, start, end, chosenBy: settings.chosenBy },
          weights[layer],
        );
        const readRotation = (rotation ^ (flips.get(group) ?? 0)) % bits;
        for (let i = start; i < end; i++)
          read.set(i, readThrough(golden.get(i), own.get(i), bits, rotation, readRotation));
      }
    }
    return weights;
  },
  cost(model, settings) {
    const bits = storedBitsOf(model);
    const stages = rotationBits(bits);
    return {
      ...noCost,
      extraBits: sumOverLayers(model, (layer) => remappedBits.redundantBits(model, layer, settings)),
      perWeightRead: {
        ...noOverhead,
        bitsRead: stages / settings.weightsPerRotation,
        // A barrel shifter: at each stage a multiplexer of three gates for every bit.
        gates: 3 * bits * stages,
      },
    };
  },
};

interface Group {
  readonly golden: PatternView;
  readonly cells: ReadonlyMap<number, StuckCells>;
  readonly start: number;
  readonly end: number;
  readonly chosenBy: Settings["chosenBy"];
}

/** The rotation with the least expected or actual harm, the smallest of equals. */
function chooseRotation(
  { golden, cells, start, end, chosenBy }: Group,
  weights: Int8Array | Float32Array,
): number {
  const { bits } = golden;
  const isFloat = weights instanceof Float32Array;
  const scratch = isFloat ? new Float32Array(1) : new Int8Array(1);
  const view = patternView(scratch, bits);
  let [best, leastHarm] = [0, Number.POSITIVE_INFINITY];
  for (let rotation = 0; rotation < bits; rotation++) {
    let harm = 0;
    for (let i = start; i < end; i++) {
      const own = cells.get(i);
      if (own === undefined) continue;
      if (chosenBy === "cells") {
        for (let cell = 0; cell < bits; cell++) {
          const isStuck = (((own.ones | own.zeros) >>> cell) & 1) === 1;
          if (isStuck) harm += significance((cell + bits - rotation) % bits, isFloat);
        }
      } else {
        view.set(0, golden.get(i));
        const sound = scratch[0];
        view.set(0, readThrough(golden.get(i), own, bits, rotation, rotation));
        const error = (scratch[0] - sound) ** 2;
        harm += Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      }
    }
    if (harm < leastHarm) [best, leastHarm] = [rotation, harm];
  }
  return best;
}

function significance(bit: number, isFloat: boolean): number {
  if (!isFloat) return 4 ** bit;
  if (bit < 23) return 4 ** (bit - 23);
  return bit === 31 ? 4 : 4 ** (2 ** (bit - 23));
}

function readThrough(
  pattern: number,
  cells: StuckCells | undefined,
  bits: number,
  rotation: number,
  readRotation: number,
): number {
  const stored = rotateLeft(pattern, rotation, bits);
  const held = cells === undefined ? stored : (stored & ~cells.zeros) | cells.ones;
  return rotateLeft(held, (bits - readRotation) % bits, bits);
}

function rotateLeft(pattern: number, by: number, bits: number): number {
  const mask = bits === 32 ? -1 : 2 ** bits - 1;
  const value = pattern & mask;
  return by === 0 ? value >>> 0 : (((value << by) | (value >>> (bits - by))) & mask) >>> 0;
}

/** Bits that number a rotation. */
function rotationBits(bits: number): number {
  return Math.ceil(Math.log2(bits));
}

/** Struck bits of each group's rotation, as a mask. */
function rotationFlips(flips: Uint32Array | undefined, bitsEach: number): ReadonlyMap<number, number> {
  const masks = new Map<number, number>();
  for (const cell of flips ?? []) {
    const group = Math.floor(cell / bitsEach);
    masks.set(group, (masks.get(group) ?? 0) ^ (1 << (cell % bitsEach)));
  }
  return masks;
}

function stuckCells(model: Model, stuck: readonly Fault[]): Map<string, Map<number, StuckCells>> {
  checkFaults(model, stuck);
  const layers = new Map<string, Map<number, StuckCells>>();
  for (const [i, { target, layer, element, change, steps }] of stuck.entries()) {
    const isStuckBit = change.kind === "stuck0" || change.kind === "stuck1";
    if (target !== "weight" || !isStuckBit || steps !== null) {
      const got = `${change.kind} of ${target}${steps === null ? "" : " in some steps"}`;
      throw new InvalidValueError(`faults[${i}]`, "must be a bit of a weight stuck in all steps", got);
    }
    const cells = layers.get(layer) ?? new Map<number, StuckCells>();
    layers.set(layer, cells);
    const own = cells.get(element) ?? { ones: 0, zeros: 0 };
    cells.set(element, own);
    own[change.kind === "stuck1" ? "ones" : "zeros"] |= 1 << change.bit;
  }
  return layers;
}
