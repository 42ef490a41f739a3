// `inject`, on an untrained network of 4-bit codes and a few images of MNIST.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { untrainedModel } from "../../test/untrained-model.ts";
import { quantiseWeights } from "../convert/quantise-weights.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import { averagePool, dense, flatten, sequential } from "../model/build.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { CommandContext } from "./command.ts";
import { inject } from "./inject.ts";
import { parseArguments } from "./parse-arguments.ts";

const folder = mkdtempSync(path.join(tmpdir(), "inject-"));
after(() => rmSync(folder, { recursive: true }));

const network = sequential("tiny", [1, 28, 28], [averagePool(4), flatten(), dense(10)]);
const ann = path.join(folder, "ann.safetensors");
writeFileSync(
  ann,
  writeNetworkFile(quantiseWeights(untrainedModel(network, [..."0123456789"], 0), 4, "layer")),
);

async function injected(...words: readonly string[]): Promise<Evaluation> {
  const given = [...words, "--images", "200", "--fault-seeds", "2", "--bit-error-rates", "0.02"];
  const { options } = parseArguments(inject.options, given);
  const context = {
    operands: [ann],
    options,
    memoryBytes: 2 ** 27,
    isCancelled: () => false,
    terminal: { write: () => {} },
  } as unknown as CommandContext<typeof inject.options>;
  return ((await inject.run(context)) as { readonly evaluation: Evaluation }).evaluation;
}

test("a protection is struck by the same masks, adds to memory, and keeps the drop small", async () => {
  const bare = await injected();
  const guarded = await injected("--protection", "triplicated-bits", "--triplicated-top-bits", "4");
  const flips = ({ faults: [{ seeds }] }: Evaluation) => seeds.map(({ flippedBits }) => flippedBits);
  assert.deepEqual(flips(guarded), flips(bare));
  assert.ok(flips(bare).every((count) => count > 0));
  // 490 weights of 4 bits, twice more.
  assert.equal(guarded.memories.weightsBytes - bare.memories.weightsBytes, 490);
  const changes = ({ faults: [{ cleanCorrect, seeds }] }: Evaluation) =>
    seeds.reduce((sum, { correct }) => sum + Math.abs(cleanCorrect - correct), 0);
  assert.ok(changes(guarded) < changes(bare), `${changes(guarded)} and ${changes(bare)}`);
});
