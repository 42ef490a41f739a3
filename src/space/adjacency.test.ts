import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  adjacency,
  adjacencyAt,
  adjacencyCount,
  adjacencyIndex,
  adjacencyNeighbours,
  canonicalAdjacencies,
  canonicalAdjacency,
  cellsOf,
  encodeCells,
  isAdjacency,
} from "./adjacency.ts";

const about = "skips of the block";
const chained = adjacency({ about, layers: 4, cells: ["none", "add", "concat"] });
const free = adjacency({ about, layers: 5, cells: ["none", "edge"], isChained: false });
const anyFree = fc.nat(adjacencyCount(free) - 1).map((index) => adjacencyAt(free, index));

test("a chained block of four layers has the 729 matrices of Benmeziane et al.", () => {
  assert.equal(adjacencyCount(chained), 729);
  assert.equal(new Set(canonicalAdjacencies(chained)).size, 729);
  assert.deepEqual(
    cellsOf(chained, "120|00|1").filter(({ kind }) => kind > 0),
    [
      { from: 0, to: 2, kind: 1 },
      { from: 0, to: 3, kind: 2 },
      { from: 2, to: 4, kind: 1 },
    ],
  );
});

test("cells and index lead back to the text", () => {
  for (const field of [chained, free]) {
    for (let index = 0; index < adjacencyCount(field); index++) {
      const value = adjacencyAt(field, index);
      assert.ok(isAdjacency(field, value));
      assert.equal(adjacencyIndex(field, value), index);
      const kinds = cellsOf(field, value).map(({ kind }) => kind);
      assert.equal(encodeCells(field, kinds), value);
    }
  }
});

test("without a chain, edges of nodes on no path make no difference, and all others do", () => {
  fc.assert(
    fc.property(anyFree, (value) => {
      const canonical = canonicalAdjacency(free, value);
      assert.equal(canonicalAdjacency(free, canonical), canonical);
      assert.deepEqual(pathsOf(canonical), pathsOf(value));
      const edges = cellsOf(free, canonical).filter(({ kind }) => kind > 0);
      const onPaths = new Set(
        pathsOf(value).flatMap((path) => path.slice(1).map((to, i) => `${path[i]}-${to}`)),
      );
      assert.equal(edges.length, onPaths.size);
    }),
  );
});

test("canonical matrices are listed once each, one for every set of paths", () => {
  const all = Array.from({ length: adjacencyCount(free) }, (_, index) => adjacencyAt(free, index));
  const sets = new Set(all.map((value) => JSON.stringify(pathsOf(value))));
  assert.equal([...canonicalAdjacencies(free)].length, sets.size);
});

test("neighbours are mutual, canonical, distinct and one flip or one move away", () => {
  const start = "100|02|0";
  const neighbours = adjacencyNeighbours(chained, start);
  assert.equal(new Set(neighbours).size, neighbours.length);
  assert.ok(!neighbours.includes(start));
  for (const other of neighbours) assert.ok(adjacencyNeighbours(chained, other).includes(start), other);
  // 6 cells with 2 other kinds each; (0,2) may move to (0,3) and (0,4), (1,4) to (0,4), (1,3) and (2,4).
  assert.equal(neighbours.length, 12 + 2 + 3);
  assert.ok(
    neighbours.includes("010|02|0") && neighbours.includes("102|00|0") && !neighbours.includes("002|10|0"),
  );
  fc.assert(
    fc.property(anyFree, (value) => {
      for (const other of adjacencyNeighbours(free, value))
        assert.equal(canonicalAdjacency(free, other), other);
    }),
  );
});

test("matrices of another form are none, and impossible blocks are refused", () => {
  for (const value of ["000|00", "000|00|0|", "000|00|3", "00|000|0", "000|00|-", "", 0, null, "000|00|٣"])
    assert.ok(!isAdjacency(chained, value), String(value));
  assert.throws(
    () => adjacency({ about, layers: 1, cells: ["none", "add"] }),
    /at least 2 layers, but got 1/,
  );
  assert.throws(() => adjacency({ about, layers: 3, cells: ["none"] }), /2 to 10 different kinds/);
  assert.throws(() => adjacency({ about, layers: 3, cells: ["a", "a"] }), /2 to 10 different kinds/);
  assert.throws(() => adjacency({ about, layers: 9, cells: ["a", "b", "c"] }), /2\^48 matrices, .*"3\^36"/);
  assert.throws(() => adjacency({ about, layers: 3, cells: ["a", "b"], default: "02|0" }), /as its default/);
});

/** All paths from the input to the output, by brute force. */
function pathsOf(value: string): number[][] {
  const edges = cellsOf(free, value).filter(({ kind }) => kind > 0);
  const follow = (path: number[]): number[][] => {
    const last = path[path.length - 1];
    if (last === free.layers - 1) return [path];
    return edges.filter(({ from }) => from === last).flatMap(({ to }) => follow([...path, to]));
  };
  return follow([0]);
}
