import assert from "node:assert/strict";
import { test } from "node:test";
import { align } from "./align.ts";

const laid = (a: string, b: string, cost = (x: string, y: string): number => (x === y ? 0 : 1.5)): string =>
  align([...a], [...b], cost)
    .map((pair) => `${pair.a ?? "-"}${pair.b ?? "-"}`)
    .join(" ");

test("equal sequences are laid entry by entry", () => {
  assert.equal(laid("aab", "aab"), "aa aa bb");
  assert.equal(laid("", ""), "");
});

test("an entry that is missing or left over moves nothing behind it", () => {
  assert.equal(laid("abcd", "acd"), "aa b- cc dd");
  assert.equal(laid("acd", "abcd"), "aa -b cc dd");
  assert.equal(laid("", "ab"), "-a -b");
});

test("entries in the same place that differ are a pair", () => {
  assert.equal(laid("abc", "axc"), "aa bx cc");
});

test("a pair that costs more than leaving both out is not made", () => {
  assert.equal(
    laid("abc", "axc", (x, y) => (x === y ? 0 : 3)),
    "aa b- -x cc",
  );
});
