import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { MersenneTwister } from "./mersenne-twister.ts";
import { yinYang, yinYangClasses, yinYangSplits } from "./yin-yang.ts";

test("the generator's stream is MT19937's: the 10,000th word of seed 5489 is the standard's", () => {
  // ISO C++ [rand.predef]: the 10000th consecutive invocation of mt19937 produces 4123659995.
  const random = new MersenneTwister(5489);
  for (let i = 1; i < 10_000; i++) random.uint32();
  assert.equal(random.uint32(), 4123659995);
});

test("bounded draws are words under a mask, those too large drawn again", () => {
  const words = new MersenneTwister(7);
  const drawn = new MersenneTwister(7);
  for (let i = 0; i < 100; i++) {
    let word = words.uint32() & 3;
    while (word === 3) word = words.uint32() & 3;
    assert.equal(drawn.integer(3), word);
  }
});

test("the training split is the published one, bit for bit", () => {
  const { values, labels } = yinYang(yinYangSplits.train);
  // First sample of the published arrays.
  assert.deepEqual(
    [...values.subarray(0, 4)],
    [0.6803075385877797, 0.450499251969543, 0.3196924614122203, 0.549500748030457],
  );
  const counts = yinYangClasses.map((_, c) => labels.filter((label) => label === c).length);
  assert.deepEqual(counts, [1681, 1702, 1617]);
});

const published = new URL("../../../shared/data/yinyang/", import.meta.url);

test("all splits equal the published arrays", {
  skip: existsSync(published) ? false : "no published arrays here",
}, () => {
  for (const [split, made] of Object.entries(yinYangSplits)) {
    const { values, labels } = yinYang(made);
    assert.deepEqual([...values], [...new Float64Array(bodyOf(`${split}_samples.npy`))]);
    assert.deepEqual([...labels], Array.from(new BigInt64Array(bodyOf(`${split}_labels.npy`)), Number));
  }
});

/** The array of an npy file of version 1. */
function bodyOf(name: string): ArrayBuffer {
  const bytes = readFileSync(new URL(name, published));
  return Uint8Array.from(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer;
}

test("points lie in the sign, and every value stands beside its complement", () => {
  const { values } = yinYang({ samples: 200, seed: 3 });
  for (let s = 0; s < 200; s++) {
    const [x, y, left, down] = values.subarray(4 * s, 4 * s + 4);
    assert.ok((x - 0.5) ** 2 + (y - 0.5) ** 2 <= 0.25);
    assert.deepEqual([left, down], [1 - x, 1 - y]);
  }
});
