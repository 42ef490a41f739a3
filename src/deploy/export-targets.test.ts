import assert from "node:assert/strict";
import { test } from "node:test";
import { spikingModel } from "../../test/spiking-models.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { readNetworkFile } from "../formats/network-file.ts";
import type { Field } from "../space/field.ts";
import { resolve } from "../space/resolve.ts";
import { exportTargets } from "./export-targets.ts";

const model = spikingModel(spikingNetworks["add and concat"], { seed: 4, inference: {} });

test("a setting that several targets have is one field, so that one option can stand for it", () => {
  const fields = new Map<string, Field>();
  for (const [name, target] of Object.entries(exportTargets)) {
    assert.equal(target.name, name);
    for (const [setting, field] of Object.entries(target.settings)) {
      assert.equal(fields.get(setting) ?? field, field, `${name}: ${setting}`);
      fields.set(setting, field);
    }
  }
});

async function throughSafetensors(weights: string): Promise<ReturnType<typeof readNetworkFile>> {
  const target = exportTargets["safetensors"];
  const settings = resolve("export", target.settings, { weights });
  const { files } = await target.write(model, { stem: "net", settings, seed: 0, pixels: null });
  assert.equal(files[0].name, "net.safetensors");
  return readNetworkFile(files[0].bytes, "net.safetensors");
}

test("a network that goes out as safetensors comes back the same", async () => {
  assert.deepEqual(await throughSafetensors("stored"), model);
});

test("codes turned into float32 weights are the same numbers in an SNN", async () => {
  const floats = await throughSafetensors("float32");
  assert.deepEqual(Array.from(floats.tensors["a.weight"].data), Array.from(model.tensors["a.weight"].data));
  assert.equal(floats.weightFormat.kind, "float32");
});
