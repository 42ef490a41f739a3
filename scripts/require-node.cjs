"use strict";
// Says clearly when a script runs on a Node too old for this repository. npm puts node_modules/.bin first
// in the PATH of its scripts, so `node` is the Node 24 of tools/runtime wherever that package exists; on
// other machines it is the system's. Old syntax on purpose: it must be able to speak on the old Node.
var parts = process.versions.node.split(".").map(Number);
if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 18)) {
  console.error(
    "spikefront needs Node 22.18 or newer, but `node` is " +
      process.versions.node +
      ".\nRun `npm ci` first: on Linux x64 it brings Node 24 along (not with --omit=optional). " +
      "Elsewhere install Node 24 from https://nodejs.org."
  );
  process.exit(1);
}
