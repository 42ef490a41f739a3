import assert from "node:assert/strict";
import { test } from "node:test";
import { randomAnn } from "../../test/scalar-networks.ts";
import { dense, flatten, sequential } from "../model/build.ts";
import { requireImages } from "./require-images.ts";

const set = {
  pixels: new Uint8Array(24),
  labels: Uint8Array.of(0, 2),
  imageShape: [3, 2, 2],
  count: 2,
} as const;
const taking = (shape: readonly number[], classes = 3) =>
  randomAnn(sequential("net", shape, shape.length > 1 ? [flatten(), dense(classes)] : [dense(classes)]), 0);

test("images of the network's shape, or as many values for a vector, are taken", () => {
  requireImages(taking([3, 2, 2]), set);
  requireImages(taking([12]), set);
});

test("images of another shape are refused though they have as many values, and so are unknown classes", () => {
  assert.throws(
    () => requireImages(taking([2, 2, 3]), set),
    /images must have the shape of the network's input, \[2, 2, 3\], but got "?\[3, 2, 2\]/,
  );
  assert.throws(() => requireImages(taking([13]), set), /must have the shape/);
  assert.throws(
    () => requireImages(taking([3, 2, 2], 2), set),
    /images must be of the network's 2 classes, but got .*class 2/,
  );
});
