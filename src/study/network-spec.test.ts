import assert from "node:assert/strict";
import { test } from "node:test";
import { networkOf } from "./network-spec.ts";
import { readStudyFile } from "./study-file.ts";

const head = "schema: spikefront.study/1\n";
const relusOf = (written: string): unknown => {
  const [spec] = readStudyFile(`${head}networks: [${written}]`, "study.yaml").networks;
  if ("file" in spec) return undefined;
  const { layers } = networkOf(spec, [1, 8, 8], 3);
  return layers.flatMap((layer) =>
    layer.kind === "relu" ? [{ bounded: layer.bounded, levels: layer.levels }] : [],
  );
};

test("all relus of a network are of the kind its activation names", () => {
  const [plain, clipped] = [
    { bounded: undefined, levels: undefined },
    { bounded: true, levels: undefined },
  ];
  const four = { bounded: true, levels: 4 };
  assert.deepEqual(relusOf("{ kind: cnn, channels: [2], hidden: [4] }"), [plain, plain]);
  assert.deepEqual(relusOf("{ hidden: [4], activation: clipped, levels: 9 }"), [clipped]);
  assert.deepEqual(relusOf("{ hidden: [4, 5], activation: qcfs }"), [four, four]);
  assert.deepEqual(relusOf("{ hidden: [4], activation: qcfs, levels: 9 }"), [{ ...four, levels: 9 }]);
});

test("a plain network is written down without its activation, as before there were others", () => {
  const networksOf = (text: string): unknown => readStudyFile(`${head}${text}`, "study.yaml").networks;
  assert.deepEqual(networksOf("networks: [{ name: ann, activation: relu }]"), networksOf(""));
});

test("unknown activations and no levels at all are refused with their place", () => {
  assert.throws(() => relusOf("{ activation: qfcs }"), /activation must be one of .* Did you mean qcfs\?/s);
  assert.throws(() => relusOf("{ activation: qcfs, levels: 0 }"), /levels must be a whole number from 1/);
});
