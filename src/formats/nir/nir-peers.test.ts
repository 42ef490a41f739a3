// What Norse, snnTorch, SpikingJelly and sinabs fired when they ran our files (test/fixtures/peer-nir.json), against
// what our simulator fires. The graphs are still the ones they ran.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { nirInput, nirModel, nirNetworks } from "../../../test/nir-networks.ts";
import { outputSpikes } from "../../../test/output-spikes.ts";
import { digits, graphHash, type PeerNirFixture } from "../../../test/peer-nir.ts";
import { loadKernels } from "../../kernels/load.ts";
import { writeNir } from "../write-nir.ts";

const path = new URL("../../../test/fixtures/peer-nir.json", import.meta.url);
const { cases }: PeerNirFixture = JSON.parse(readFileSync(path, "utf8"));
const kernels = await loadKernels();

test("every tool has run some of our networks", () => {
  for (const tool of ["norse", "snntorch", "spikingjelly", "sinabs"])
    assert.ok(
      cases.some((one) => one.tool === tool),
      tool,
    );
});

for (const { network, tool, graph, fired } of cases) {
  test(`${network}: ${tool} fires as we do, spike by spike`, async () => {
    const model = nirModel(nirNetworks[network], { seed: 1, isWhole: true });
    const { bytes } = await writeNir(model, { profile: tool });
    assert.equal(
      await graphHash(bytes),
      graph,
      "the graph is not the one that was run: write the fixture again",
    );
    const ours = outputSpikes(kernels, model, nirInput(model, 2).spikes).map(digits);
    assert.deepEqual(ours, fired);
    assert.ok(fired.join("").replaceAll("0", "").length > 30);
  });
}
