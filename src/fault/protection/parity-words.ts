// One parity bit for each word of some weights: an odd number of flipped bits is noticed, and the word's
// weights are then read as 0, which leaves their inputs out. An even number passes.

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
  weightsPerWord: int({ about: "weights that share a parity bit", unit: "1", low: 1, high: 64, default: 1 }),
};

export const parityWords: WeightProtection<typeof fields> = {
  name: "parity-words",
  about: "reads the weights of a word as 0 where its parity bit tells of a flipped bit",
  fields,
  redundantBits: (model, layer, { weightsPerWord }) =>
    Math.ceil(goldenWeights(model, layer).length / weightsPerWord),
  protect({ model, struck, redundantFlips, settings: { weightsPerWord } }) {
    return Object.fromEntries(
      struckLayers(model, struck, redundantFlips).map(({ layer, golden, read }) => {
        const view = patternView(read, storedBitsOf(model));
        for (const [word, cells] of damagedWords(golden, view, weightsPerWord, redundantFlips[layer], 1)) {
          const start = word * weightsPerWord;
          const end = Math.min(start + weightsPerWord, golden.count);
          let difference = 0; // the XOR of all that differs has the parity of the number of flips
          for (let i = start; i < end; i++) difference ^= golden.get(i) ^ view.get(i);
          if ((onesOf(difference) + cells.length) % 2 === 1) read.fill(0, start, end);
        }
        return [layer, read];
      }),
    );
  },
  cost(model, settings) {
    const { weightsPerWord } = settings;
    return {
      ...noCost,
      extraBits: sumOverLayers(model, (layer) => parityWords.redundantBits(model, layer, settings)),
      // A XOR for every bit of the word, then an AND for every bit of the weight.
      perWeightRead: { ...noOverhead, bitsRead: 1 / weightsPerWord, gates: 2 * storedBitsOf(model) },
    };
  },
};

function onesOf(pattern: number): number {
  let ones = 0;
  for (let rest = pattern; rest !== 0; rest &= rest - 1) ones++;
  return ones;
}
