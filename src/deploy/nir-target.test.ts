import assert from "node:assert/strict";
import { test } from "node:test";
import { nirModel, nirNetworks } from "../../test/nir-networks.ts";
import { readNir } from "../formats/read-nir.ts";
import { resolve } from "../space/resolve.ts";
import { nirTarget } from "./nir-target.ts";

const model = nirModel(nirNetworks["soft reset"], { seed: 1, isWhole: true });
const write = (given: Readonly<Record<string, unknown>>): ReturnType<typeof nirTarget.write> =>
  nirTarget.write(model, {
    stem: "net",
    settings: resolve("export", nirTarget.settings, given),
    seed: 0,
    pixels: null,
  });

test("a network goes out for the reader that is asked for, and comes back the same", async () => {
  const { files, losses, figures } = await write({ profile: "norse" });
  assert.deepEqual([files.map(({ name }) => name), figures["profile"]], [["net.nir"], "norse"]);
  assert.ok(losses.length > 0);
  assert.deepEqual(await readNir(files[0].bytes, "net.nir"), model);
  assert.deepEqual((await write({ profile: "sinabs" })).losses.map(({ where }) => where).length > 0, true);
});

test("a reset that a profile has not is refused where that is asked for", async () => {
  const rule =
    /layer "neuron1" must be reset to a value, as nir has no other reset, but got "subtraction of the threshold"/;
  await assert.rejects(write({ softReset: "refused" }), rule);
  assert.equal((await write({ softReset: "refused", profile: "sinabs" })).files.length, 1);
});

test("a step that a tool does not know is refused, and so is a profile that is none", async () => {
  await assert.rejects(
    write({ profile: "snntorch", dtMs: 1 }),
    /dtMs must be 0\.1, the only step snntorch knows, but got 1/,
  );
  assert.throws(() => write({ profile: "brian" }), /profile must be one of nir, norse/);
});
