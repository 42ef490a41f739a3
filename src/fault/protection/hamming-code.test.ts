import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../base/random.ts";
import { hammingCode } from "./hamming-code.ts";

/** Every data word up to 8 bits, else some. */
function* words(dataBits: number): Generator<Uint8Array> {
  const random = new Random({ seed: 1, trial: 0, purpose: "hamming", index: dataBits });
  const all = dataBits <= 8;
  for (let word = 0; word < (all ? 2 ** dataBits : 3); word++)
    yield Uint8Array.from({ length: dataBits }, (_, i) => (all ? (word >> i) & 1 : random.integer(2)));
}

const widths = [1, 2, 3, 4, 5, 7, 8, 11, 12, 16, 26, 32, 57, 64, 120];

test("every single error is corrected, in data and check bits, and every double error is noticed", () => {
  for (const dataBits of widths) {
    const code = hammingCode(dataBits);
    for (const data of words(dataBits)) {
      const check = new Uint8Array(code.checkBits);
      code.encode(data, check);
      const sound = [...data, ...check];
      const decodeWith = (...flips: readonly number[]) => {
        const word = Uint8Array.from(sound);
        for (const at of flips) word[at] ^= 1;
        const verdict = code.decode(word.subarray(0, dataBits), word.subarray(dataBits));
        return { verdict, word: [...word] };
      };
      assert.deepEqual(decodeWith(), { verdict: "sound", word: sound });
      for (let i = 0; i < sound.length; i++) {
        assert.deepEqual(decodeWith(i), { verdict: "corrected", word: sound }, `${dataBits} bits, flip ${i}`);
        for (let j = 0; j < i; j++)
          assert.equal(decodeWith(i, j).verdict, "detected", `${dataBits}: ${i}, ${j}`);
      }
    }
  }
});

test("three errors are never taken for none", () => {
  const code = hammingCode(8);
  const length = 8 + code.checkBits;
  for (let mask = 0; mask < 2 ** length; mask++) {
    const word = Uint8Array.from({ length }, (_, i) => (mask >> i) & 1);
    if (word.reduce((a, b) => a + b) !== 3) continue;
    assert.notEqual(code.decode(word.subarray(0, 8), word.subarray(8)), "sound");
  }
});

test("words of 4, 8, 16, 32 and 64 bits have the 4, 5, 6, 7 and 8 check bits of the textbooks", () => {
  assert.deepEqual(
    [4, 8, 16, 32, 64].map((bits) => hammingCode(bits).checkBits),
    [4, 5, 6, 7, 8],
  );
});
