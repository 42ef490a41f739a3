// Error-correcting memory: words of some weights, each with the check bits of an extended Hamming code.
//
// One flipped bit in a word, check bits included, is repaired; two are noticed, and then the word's weights
// are read as they are or as 0. Three and more may be taken for one. Words lie along a layer's stored order,
// the last one filled up with zeros. Weights of a word are read together: a decoder's work is shared by them.

import { choice, int } from "../../space/field.ts";
import { hammingCode } from "./hamming-code.ts";
import { noCost, noOverhead, type WeightProtection } from "./protection.ts";
import {
  damagedWords,
  goldenWeights,
  patternView,
  storedBitsOf,
  struckLayers,
  sumOverLayers,
} from "./stored-patterns.ts";
import { readWord, writeWord } from "./word-bits.ts";

const fields = {
  weightsPerWord: int({ about: "weights that share check bits", unit: "1", low: 1, high: 64, default: 8 }),
  onDouble: choice({
    about: "how weights of a word with two errors are read",
    options: ["keep", "zero"],
    default: "zero",
  }),
};

export const errorCorrectingWords: WeightProtection<typeof fields> = {
  name: "error-correcting-words",
  about: "corrects one flipped bit in each word of weights and notices two (extended Hamming code)",
  fields,
  redundantBits: (model, layer, { weightsPerWord }) =>
    Math.ceil(goldenWeights(model, layer).length / weightsPerWord) *
    hammingCode(weightsPerWord * storedBitsOf(model)).checkBits,
  protect({ model, struck, redundantFlips, settings: { weightsPerWord, onDouble } }) {
    const bits = storedBitsOf(model);
    const code = hammingCode(weightsPerWord * bits);
    const [data, check] = [new Uint8Array(code.dataBits), new Uint8Array(code.checkBits)];
    return Object.fromEntries(
      struckLayers(model, struck, redundantFlips).map(({ layer, golden, read }) => {
        const view = patternView(read, bits);
        const words = damagedWords(golden, view, weightsPerWord, redundantFlips[layer], code.checkBits);
        for (const [word, flippedChecks] of words) {
          const start = word * weightsPerWord;
          readWord(golden, start, data);
          code.encode(data, check);
          for (const cell of flippedChecks) check[cell] ^= 1;
          readWord(view, start, data);
          const verdict = code.decode(data, check);
          if (verdict === "detected" && onDouble === "zero") data.fill(0);
          writeWord(view, start, data);
        }
        return [layer, read];
      }),
    );
  },
  cost(model, settings) {
    const { weightsPerWord } = settings;
    const code = hammingCode(weightsPerWord * storedBitsOf(model));
    return {
      ...noCost,
      extraBits: sumOverLayers(model, (layer) => errorCorrectingWords.redundantBits(model, layer, settings)),
      perWeightRead: {
        ...noOverhead,
        bitsRead: code.checkBits / weightsPerWord,
        gates: code.decoderGates / weightsPerWord,
      },
    };
  },
};
