// The protections of stored weights there are. To add one: a file in this folder and a line here.

import { boundedWeights } from "./bounded-weights.ts";
import { errorCorrectingWords } from "./error-correcting-words.ts";
import { parityWords } from "./parity-words.ts";
import { triplicatedBits } from "./triplicated-bits.ts";

export const weightProtections = {
  "bounded-weights": boundedWeights,
  "triplicated-bits": triplicatedBits,
  "error-correcting-words": errorCorrectingWords,
  "parity-words": parityWords,
} as const;
