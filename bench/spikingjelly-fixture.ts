// What SpikingJelly's converter makes of a small network, for the tests: prints test/fixtures/peer-conversion.json.

import {
  type PeerFixture,
  peerAnn,
  peerBatch,
  peerCalibration,
  peerImages,
  peerSteps,
} from "../test/convert-peer-network.ts";
import { modes } from "./spikingjelly-modes.ts";
import { orThrow, SpikingJelly } from "./spikingjelly-peer.ts";

const peer = SpikingJelly.start();
if (peer === undefined)
  throw new Error("set SPIKEFRONT_PEERS_PYTHON to a Python with torch and spikingjelly");
const versions = orThrow(await peer.load(peerAnn, peerCalibration, peerImages, 1));
const found: Record<string, PeerFixture["modes"][string]> = {};
for (const [name, { peer: mode }] of Object.entries(modes)) {
  const { scales } = orThrow(await peer.convert(mode, peerBatch));
  const { decisions } = orThrow(await peer.run(peerSteps));
  found[name] = { scales, decisions: decisions.map((classes) => classes.join("")) };
}
peer.close();
const { version, torch } = versions;
const fixture: PeerFixture = { versions: { spikingjelly: version, torch }, modes: found };
process.stdout.write(`${JSON.stringify(fixture, null, 1)}\n`);
