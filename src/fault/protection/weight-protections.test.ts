import assert from "node:assert/strict";
import { test } from "node:test";
import { protectionContract, weightsOf } from "../../../test/contracts/protection.ts";
import { randomAnn } from "../../../test/scalar-networks.ts";
import { conv2d, dense, flatten, relu, sequential } from "../../model/build.ts";
import type { Model, Tensor } from "../../model/model.ts";
import { quantiseTensor } from "../../model/quantise-codes.ts";
import { boundedWeights } from "./bounded-weights.ts";
import { errorCorrectingWords } from "./error-correcting-words.ts";
import { parityWords } from "./parity-words.ts";
import type { WeightProtection } from "./protection.ts";
import { patternView } from "./stored-patterns.ts";
import { triplicatedBits } from "./triplicated-bits.ts";
import { weightProtections } from "./weight-protections.ts";

const float32 = randomAnn(
  sequential("cnn", [1, 6, 6], [conv2d({ channels: 5, kernel: 3 }), relu(), flatten(), dense(7)]),
  1,
);

function coded(model: Model, bits: number): Model {
  const tensors: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of Object.entries(model.tensors)) {
    const isWeight = name.endsWith(".weight");
    tensors[name] = { shape, data: isWeight ? quantiseTensor(data, shape[0], bits, "layer").codes : data };
  }
  return { ...model, weightFormat: { kind: "int", bits }, tensors };
}

const models = { float32, int8: coded(float32, 8), int3: coded(float32, 3) };
const variants: Record<keyof typeof weightProtections, readonly Record<string, number | string>[]> = {
  "bounded-weights": [{ range: "channel" }, { beyond: "clip" }],
  "triplicated-bits": [{ topBits: 3 }, { topBits: 32 }],
  "error-correcting-words": [{ weightsPerWord: 1 }, { weightsPerWord: 5, onDouble: "keep" }],
  "parity-words": [{ weightsPerWord: 4 }],
};
for (const [name, protection] of Object.entries(weightProtections)) {
  test(`${name} is listed under its name`, () => assert.equal(protection.name, name));
  protectionContract(protection as WeightProtection, models, variants[name as keyof typeof variants]);
}

/** A layer of three 3-bit codes, small enough to strike in every way there is. */
const tiny: Model = (() => {
  const model = randomAnn(sequential("tiny", [3], [dense(1)]), 1);
  const id = model.network.output;
  const weight = { shape: [1, 3], data: Int8Array.of(-3, 1, 2) };
  return {
    ...model,
    weightFormat: { kind: "int", bits: 3 },
    tensors: { ...model.tensors, [`${id}.weight`]: weight },
  };
})();
const layer = tiny.network.output;
const sound = [-3, 1, 2];
const onesOf = (mask: number): number => mask.toString(2).replaceAll("0", "").length;

/** Every way to flip the 9 stored bits and the redundant cells, with what is read then. */
function everyStrike<F extends WeightProtection["fields"]>(
  protection: WeightProtection<F>,
  settings: Parameters<WeightProtection<F>["cost"]>[1],
  visit: (stored: number, cells: number, read: readonly number[], held: readonly number[]) => void,
): void {
  const redundant = protection.redundantBits(tiny, layer, settings);
  for (let stored = 0; stored < 2 ** 9; stored++) {
    const held = Int8Array.from(sound);
    const view = patternView(held, 3);
    for (let i = 0; i < 3; i++) view.set(i, view.get(i) ^ ((stored >> (3 * i)) & 7));
    for (let cells = 0; cells < 2 ** redundant; cells++) {
      const flips = Uint32Array.from(
        Array.from({ length: redundant }, (_, i) => i).filter((i) => (cells >> i) & 1),
      );
      const redundantFlips = flips.length > 0 ? { [layer]: flips } : {};
      const read = protection.protect({ model: tiny, struck: { [layer]: held }, redundantFlips, settings });
      visit(stored, cells, Array.from(read[layer]), Array.from(held));
    }
  }
}

test("error-correcting words repair every single flip of a word, its check bits included, and read doubles as 0", () => {
  // Words of two codes: the first has 6 data and 5 check bits, the second, 3 of its 6 data bits filled up.
  const settings = { weightsPerWord: 2, onDouble: "zero" as const };
  everyStrike(errorCorrectingWords, settings, (stored, cells, read) => {
    const errors = [onesOf(stored & 0o77) + onesOf(cells & 31), onesOf(stored >> 6) + onesOf(cells >> 5)];
    for (const [word, part] of [[0, 1], [2]].entries()) {
      if (errors[word] <= 1) for (const i of part) assert.equal(read[i], sound[i]);
      if (errors[word] === 2) for (const i of part) assert.equal(read[i], 0);
    }
  });
});

test("with doubles kept, a word with two errors is read as it is held", () => {
  everyStrike(errorCorrectingWords, { weightsPerWord: 3, onDouble: "keep" }, (stored, cells, read, held) => {
    if (onesOf(stored) + onesOf(cells) === 2) assert.deepEqual(read, held);
  });
});

test("a parity bit finds every odd number of flips and no even one", () => {
  everyStrike(parityWords, { weightsPerWord: 3 }, (stored, cells, read, held) => {
    const isOdd = (onesOf(stored) + cells) % 2 === 1;
    assert.deepEqual(read, isOdd ? [0, 0, 0] : held);
  });
});

test("of a triplicated sign one flipped copy does nothing, two decide, and the lower bits go unguarded", () => {
  everyStrike(triplicatedBits, { topBits: 1 }, (stored, cells, read, held) => {
    for (let i = 0; i < 3; i++) {
      const wrong = ((stored >> (3 * i + 2)) & 1) + ((cells >> (2 * i)) & 1) + ((cells >> (2 * i + 1)) & 1);
      const isWrong = wrong >= 2;
      assert.equal(read[i] < 0, sound[i] < 0 !== isWrong, `sign ${i}`);
      assert.equal(read[i] & 3, held[i] & 3);
    }
  });
});

test("bounded weights never leave the sound range while the bounds are sound, and leave those within alone", () => {
  for (const beyond of ["zero", "clip"] as const) {
    for (const range of ["layer", "channel"] as const) {
      everyStrike(boundedWeights, { range, beyond }, (_, cells, read, held) => {
        if (cells !== 0) return;
        for (let i = 0; i < 3; i++) {
          const within = held[i] >= -3 && held[i] <= 2;
          const instead = beyond === "zero" ? 0 : held[i] < -3 ? -3 : 2;
          assert.equal(read[i], within ? held[i] : instead);
        }
      });
    }
  }
});

test("struck bounds do harm: a flipped sign of the upper bound makes a sound weight 0", () => {
  const read = boundedWeights.protect({
    model: tiny,
    struck: {},
    redundantFlips: { [layer]: Uint32Array.of(5) }, // the sign of the upper bound 2, which becomes −2
    settings: { range: "layer", beyond: "zero" },
  });
  assert.deepEqual([...read[layer]], [-3, 0, 0]);
});

test("exponent flips of float32 weights, NaN and infinities end within the bounds", () => {
  const golden = weightsOf(float32);
  for (const beyond of ["zero", "clip"] as const) {
    for (const [id, data] of Object.entries(golden)) {
      const struck = data.slice();
      struck.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30]);
      const settings = { range: "channel" as const, beyond };
      const read = boundedWeights.protect({
        model: float32,
        struck: { [id]: struck },
        redundantFlips: {},
        settings,
      });
      const own = Array.from(data.slice(0, data.length / float32.tensors[`${id}.weight`].shape[0]));
      const [low, high] = [Math.min(...own), Math.max(...own)];
      assert.deepEqual([...read[id].slice(0, 4)], beyond === "zero" ? [0, 0, 0, 0] : [0, high, low, high]);
    }
  }
});

test("eight int8 codes with their check bits cost one bit a weight, and a triplicated sign two", () => {
  const { int8 } = models;
  const weights = Object.values(weightsOf(int8)).reduce((sum, { length }) => sum + length, 0);
  const words = Object.values(weightsOf(int8)).reduce((sum, { length }) => sum + Math.ceil(length / 8), 0);
  const { extraBits, perWeightRead } = errorCorrectingWords.cost(int8, {
    weightsPerWord: 8,
    onDouble: "keep",
  });
  assert.deepEqual([extraBits, perWeightRead.bitsRead], [8 * words, 1]);
  assert.equal(triplicatedBits.cost(int8, { topBits: 1 }).extraBits, 2 * weights);
});
