import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { nirModel, nirNetworks } from "../../test/nir-networks.ts";
import { UsageError } from "../base/errors.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import { writeNir } from "../formats/write-nir.ts";
import type { Model } from "../model/model.ts";
import type { CommandContext } from "./command.ts";
import { importNetwork } from "./import.ts";
import { parseArguments } from "./parse-arguments.ts";

const folder = mkdtempSync(path.join(tmpdir(), "import-nir-"));
after(() => rmSync(folder, { recursive: true }));
const model = nirModel(nirNetworks["convolution, leak, mean"], { seed: 1, isWhole: true });
// What a file is its bytes say, not its name.
const file = path.join(folder, "network.bin");
writeFileSync(file, (await writeNir(model, { profile: "spikingjelly" })).bytes);

async function runImport(...words: readonly string[]): Promise<Model> {
  const { operands, options, given } = parseArguments(importNetwork.options, [file, ...words]);
  const out = path.join(folder, "out.safetensors");
  const context = { operands, options, given, out, terminal: { write: () => {} } };
  await importNetwork.run(context as unknown as CommandContext<typeof importNetwork.options>);
  return readNetworkFile(readFileSync(out), out);
}

test("a file of ours becomes the network it was made from; what is asked for is changed", async () => {
  assert.deepEqual(await runImport(), model);
  const { inference } = await runImport("--steps", "12", "--coding", "rate");
  assert.deepEqual([inference?.steps, inference?.coding], [12, "rate"]);
});

test("the profile that is asked for is the one the neurons are read by", async () => {
  const { network, inference } = await runImport("--profile", "nir", "--dt-ms", "0.1");
  const semantics = network.layers.flatMap((layer) => (layer.kind === "neuron" ? [layer.semantics] : []));
  assert.deepEqual(semantics, ["norse", "norse"]);
  assert.equal(inference?.dtMs, 0.1);
  await assert.rejects(runImport("--pixel-mean", "0.5"), UsageError);
});
