import assert from "node:assert/strict";
import { test } from "node:test";
import { assertNoGain } from "../../../test/contracts/protection.ts";
import { randomAnn } from "../../../test/scalar-networks.ts";
import { spikingModel } from "../../../test/spiking-models.ts";
import { spikingNetworks } from "../../../test/spiking-networks.ts";
import { dense, flatten, relu, sequential } from "../../model/build.ts";
import type { Fields } from "../../space/field.ts";
import { resolve } from "../../space/resolve.ts";
import type { ProtectionDesign } from "./protection.ts";
import { protectionDesigns } from "./protection-designs.ts";

const ann = randomAnn(sequential("mlp", [1, 4, 4], [flatten(), dense(6), relu(), dense(3)]), 1);
const snn = spikingModel(spikingNetworks["convolution, average pool"], { seed: 7, inference: { steps: 5 } });

for (const [name, given] of Object.entries(protectionDesigns)) {
  const design = given as ProtectionDesign;
  test(`${name} is listed under its name, and at every end of its fields no cost is below nothing`, () => {
    assert.equal(design.name, name);
    const ends = Object.entries(design.fields).flatMap(([field, of]) =>
      of.kind === "int" || of.kind === "float" ? [{ [field]: of.low }, { [field]: of.high }] : [],
    );
    for (const setting of [{}, ...ends]) {
      const settings = resolve<Fields>(name, design.fields, setting);
      for (const model of [ann, snn]) assertNoGain(design.cost(model, settings));
    }
  });
}
