// The top bits of every weight stored three times, read by majority: the sign, and what comes after it, where
// a flip does most harm. A bit is read wrongly only when two or three of its copies are flipped.

import { int } from "../../space/field.ts";
import { noCost, noOverhead, type WeightProtection } from "./protection.ts";
import {
  damagedWords,
  goldenWeights,
  patternView,
  storedBitsOf,
  struckLayers,
  sumOverLayers,
} from "./stored-patterns.ts";

const fields = {
  topBits: int({
    about: "bits of each weight that are stored three times, from the sign down; at most all there are",
    unit: "bit",
    low: 1,
    high: 32,
    default: 1,
  }),
};

/** Copies beside the stored one. */
const spares = 2;
/** a b + c (a + b). */
const gatesPerVote = 4;

export const triplicatedBits: WeightProtection<typeof fields> = {
  name: "triplicated-bits",
  about: "stores the top bits of every weight three times and reads what two copies agree on",
  fields,
  redundantBits: (model, layer, { topBits }) =>
    goldenWeights(model, layer).length * spares * Math.min(topBits, storedBitsOf(model)),
  protect({ model, struck, redundantFlips, settings: { topBits } }) {
    const bits = storedBitsOf(model);
    const top = Math.min(topBits, bits);
    const lowest = bits - top;
    const guarded = 2 ** bits - 2 ** lowest;
    return Object.fromEntries(
      struckLayers(model, struck, redundantFlips).map(({ layer, golden, read }) => {
        const view = patternView(read, bits);
        for (const [element, cells] of damagedWords(golden, view, 1, redundantFlips[layer], spares * top)) {
          const [a, sound] = [view.get(element), golden.get(element)];
          let [b, c] = [sound, sound];
          for (const cell of cells) {
            if (cell < top) b ^= 1 << (lowest + cell);
            else c ^= 1 << (lowest + cell - top);
          }
          const majority = (a & b) | (a & c) | (b & c);
          view.set(element, ((majority & guarded) | (a & ~guarded)) >>> 0);
        }
        return [layer, read];
      }),
    );
  },
  cost(model, settings) {
    const top = Math.min(settings.topBits, storedBitsOf(model));
    return {
      ...noCost,
      extraBits: sumOverLayers(model, (layer) => triplicatedBits.redundantBits(model, layer, settings)),
      perWeightRead: { ...noOverhead, bitsRead: spares * top, gates: gatesPerVote * top },
    };
  },
};
