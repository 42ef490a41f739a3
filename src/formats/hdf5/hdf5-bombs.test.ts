// Small HDF5 files that ask for work and memory without end, though every offset is within them. Written byte by
// byte: superblock version 0 with a root group of the old kind, or version 2 with a header of the new kind.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openHdf5 } from "./open-hdf5.ts";

const [root, namesAt, treeAt] = [96, 150, 200];

class Draft {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.bytes.set([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
  }

  tag(at: number, text: string): void {
    this.bytes.set(new TextEncoder().encode(text), at);
  }

  address(at: number, value: number): void {
    this.view.setBigUint64(at, BigInt(value), true);
  }
}

/** A root group whose tree lies at 200 and whose names are told of at 150. */
function group(size: number, names: { readonly at: number; readonly bytes: number }): Draft {
  const draft = new Draft(size);
  draft.bytes.set([8, 8], 13);
  draft.address(64, root);
  // A header of version 1: one message, of kind 0x11, the tree and the names.
  draft.bytes[root] = 1;
  draft.view.setUint16(root + 2, 1, true);
  draft.view.setUint32(root + 4, 1, true);
  draft.view.setUint32(root + 8, 24, true);
  draft.view.setUint16(root + 16, 0x11, true);
  draft.view.setUint16(root + 18, 16, true);
  draft.address(root + 24, treeAt);
  draft.address(root + 32, namesAt);
  draft.tag(namesAt, "HEAP");
  draft.address(namesAt + 8, names.bytes);
  draft.address(namesAt + 24, names.at);
  return draft;
}

function tree(draft: Draft, at: number, level: number, children: readonly number[]): void {
  draft.tag(at, "TREE");
  draft.bytes[at + 5] = level;
  draft.view.setUint16(at + 6, children.length, true);
  children.forEach((child, i) => {
    draft.address(at + 32 + 16 * i, child);
  });
}

const tooOften = { name: "FormatError", message: /refers to itself more often than its size allows/ };

test("a tree whose every child is the same node is refused before all ways through it are gone", async () => {
  const count = 3000;
  const leaf = treeAt + 40 + 16 * count;
  const table = leaf + 40 + 16 * count;
  const draft = group(table + 16, { at: 184, bytes: 8 });
  tree(draft, treeAt, 1, new Array(count).fill(leaf));
  tree(draft, leaf, 0, new Array(count).fill(table));
  draft.tag(table, "SNOD");
  await assert.rejects(openHdf5(draft.bytes, "tree.h5"), tooOften);
});

test("names that are one long text, begun anywhere, are refused before they fill the memory", async () => {
  const [count, length] = [500, 1_000_000];
  const table = 400 + length + 8;
  const draft = group(table + 8 + 40 * count, { at: 400, bytes: length });
  tree(draft, treeAt, 0, [table]);
  draft.bytes.fill(97, 400, 400 + length);
  draft.tag(table, "SNOD");
  draft.view.setUint16(table + 6, count, true);
  for (let i = 0; i < count; i++) draft.address(table + 8 + 40 * i, i);
  await assert.rejects(openHdf5(draft.bytes, "names.h5"), tooOften);
});

test("a header that goes on in blocks within blocks is refused before all are read", async () => {
  const count = 4000;
  const draft = new Draft(48 + 100 + 20 * count);
  draft.bytes.set([2, 8, 8], 8);
  draft.address(36, 48);
  draft.tag(48, "OHDR");
  draft.bytes.set([2, 2], 52);
  const first = 58;
  draft.view.setUint32(54, 20 * count, true);
  // Every message says that the header goes on in a block that begins at the next but one.
  for (let i = 0; i < count; i++) {
    const at = first + 20 * i;
    draft.bytes[at] = 0x10;
    draft.view.setUint16(at + 1, 16, true);
    draft.address(at + 4, at + 40 - 4);
    draft.address(at + 12, Math.max(4, 20 * (count - i - 2) + 4));
  }
  await assert.rejects(openHdf5(draft.bytes, "header.h5"), tooOften);
});

test("a group that is sound is read", async () => {
  const draft = group(treeAt + 200, { at: 300, bytes: 8 });
  tree(draft, treeAt, 0, [treeAt + 40 + 16]);
  draft.tag(treeAt + 56, "SNOD");
  draft.view.setUint16(treeAt + 62, 1, true);
  draft.tag(300, "inner");
  draft.address(treeAt + 56 + 16, root);
  const group0 = await openHdf5(draft.bytes, "sound.h5");
  assert.deepEqual(group0.names, ["inner"]);
  assert.throws(() => group0.member("inner"), /must not contain itself/);
});
