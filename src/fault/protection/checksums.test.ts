import assert from "node:assert/strict";
import { test } from "node:test";
import { weightsOf } from "../../../test/contracts/protection.ts";
import { randomAnn } from "../../../test/scalar-networks.ts";
import { dense, relu, sequential } from "../../model/build.ts";
import type { Model, Tensor } from "../../model/model.ts";
import { quantiseTensor } from "../../model/quantise-codes.ts";
import { checksums, meanInferencesUnnoticed } from "./checksums.ts";
import { patternView } from "./stored-patterns.ts";

const float32 = randomAnn(sequential("mlp", [5], [dense(4), relu(), dense(3)]), 1);
const models = { float32, int8: coded(8), int5: coded(5), int2: coded(2) };

function coded(bits: number): Model {
  const tensors: Record<string, Tensor> = {};
  for (const [name, { shape, data }] of Object.entries(float32.tensors))
    tensors[name] = {
      shape,
      data: name.endsWith(".weight") ? quantiseTensor(data, shape[0], bits, "layer").codes : data,
    };
  return { ...float32, weightFormat: { kind: "int", bits }, tensors };
}

test("every flip of one stored bit, and of any two, is told with its layer", () => {
  for (const [format, model] of Object.entries(models)) {
    const bits = format === "float32" ? 32 : Number(format.slice(3));
    const golden = weightsOf(model);
    assert.deepEqual(checksums.alarms(model, golden, {}), []);
    for (const [layer, sound] of Object.entries(golden)) {
      const alarmsAt = (...cells: readonly number[]): readonly string[] => {
        const struck = sound.slice();
        const view = patternView(struck, bits);
        for (const cell of cells) {
          const element = Math.floor(cell / bits);
          view.set(element, (view.get(element) ^ (1 << (cell % bits))) >>> 0);
        }
        return checksums.alarms(model, { ...golden, [layer]: struck }, {});
      };
      const cells = sound.length * bits;
      const apart = format === "float32" ? 37 : 1; // not all pairs of 640 bits
      for (let a = 0; a < cells; a++) {
        assert.deepEqual(alarmsAt(a), [layer]);
        for (let b = 0; b < a; b += apart) assert.deepEqual(alarmsAt(a, b), [layer], `${format} ${a}, ${b}`);
      }
    }
  }
});

test("a checksum that is struck itself alarms for its sound layer", () => {
  const [layer] = Object.keys(weightsOf(float32));
  for (const cell of [0, 17, 31]) {
    assert.deepEqual(checksums.alarms(float32, {}, { [layer]: Uint32Array.of(cell) }), [layer]);
  }
});

test("scrubbing half as often costs half as much an inference, and leaves faults about twice as long", () => {
  const [often, seldom] = [10, 20].map((intervalInferences) =>
    checksums.cost(models.int8, { intervalInferences }),
  );
  for (const amount of ["bitsRead", "comparisons", "gates"] as const)
    assert.ok(Math.abs(often.perInference[amount] - 2 * seldom.perInference[amount]) < 1e-9);
  assert.equal(often.perInference.bitsRead, (8 * (20 + 12) + 64) / 10);
  assert.deepEqual([1, 2, 999].map(meanInferencesUnnoticed), [1, 1.5, 500]);
});
