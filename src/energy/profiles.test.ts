import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnergyProfile } from "./profile.ts";
import { profiles } from "./profiles.ts";
import { readProfile } from "./read-profile.ts";

/** MAC and AC by profile, in pJ, as their sources give them. */
const table: Readonly<
  Record<string, readonly [intMac: number, intAc: number, floatMac: number, floatAc: number]>
> = {
  "horowitz-45nm-compute": [0.3, 0.1, 4.6, 0.9],
  "horowitz-45nm-memory": [0.3, 0.1, 4.6, 0.9],
  "spikingjelly-int8": [0.23, 0.03, 4.6, 0.9],
};

test("profiles that price arithmetic have the MAC and AC of the table", () => {
  for (const [name, [intMac, intAc, floatMac, floatAc]] of Object.entries(table)) {
    const { multiplyPj, addPj } = profiles[name];
    const multiply = (width: string): number => multiplyPj?.[width] ?? Number.NaN;
    const got = [
      multiply("int8x8") + addPj["int32"],
      addPj["int32"],
      multiply("float32") + addPj["float32"],
      addPj["float32"],
    ];
    for (const [i, wanted] of [intMac, intAc, floatMac, floatAc].entries()) {
      assert.ok(Math.abs(got[i] - wanted) < 1e-12, `${name}: ${got[i]} for ${wanted}`);
    }
  }
});

test("profiles that price events have the figures of their table, and no arithmetic", () => {
  const events = { "loihi-keras-spiking": [27.1, 81], "spinnaker2-keras-spiking": [450, 2190] };
  for (const [name, [synapticOperationPj, neuronUpdatePj]] of Object.entries(events)) {
    assert.deepEqual(profiles[name].events, { synapticOperationPj, neuronUpdatePj });
    assert.equal(profiles[name].multiplyPj, null);
  }
});

test("every profile is in one of the two tables, says where it is from and what it leaves out", () => {
  assert.equal(Object.keys(profiles)[0], "horowitz-45nm-compute");
  for (const [name, profile] of Object.entries(profiles)) {
    assert.equal(profile.name, name);
    assert.ok(name in table || profile.events !== null, name);
    assert.match(profile.source, /\b(19|20)\d\d\b/);
    assert.ok(profile.uncertainty.relative > 0 && profile.uncertainty.why.length > 20, name);
    assert.ok(profile.leavesOut.length > 20, name);
  }
});

const good: EnergyProfile = profiles["horowitz-45nm-memory"];
const broken: Record<string, [unknown, RegExp]> = {
  "another schema": [
    { ...good, schema: "x" },
    /^file schema must be "spikefront.energy-profile", but got "x"/,
  ],
  "a newer version": [{ ...good, version: 2 }, /^file version must be 1, but got 2\. Use a newer spikefront/],
  "an unknown key": [{ ...good, colour: 1 }, /^file must have known keys only .*"colour"/],
  "a missing key": [{ ...good, addPj: undefined }, /^file addPj must be an object/],
  "a negative price": [
    { ...good, addPj: { int32: -1 } },
    /^file addPj\.int32 must be a number of 0 or more, but got -1/,
  ],
  "a price as text": [
    { ...good, idlePowerMw: "3" },
    /^file idlePowerMw must be a number of 0 or more, but got "3"/,
  ],
  "an unknown width": [
    { ...good, multiplyPj: { double: 1 } },
    /^file multiplyPj must have widths such as .*"double"/,
  ],
  "memory rows out of order": [
    { ...good, memory: [good.memory?.[1], good.memory?.[0]] },
    /^file memory\[1\]\.sizeBytes must be above .*8192/,
  ],
  "no memory rows": [{ ...good, memory: [] }, /^file memory must be a list of at least 1 row/],
  "an empty source": [{ ...good, source: " " }, /^file source must be a text/],
  "no reason for the uncertainty": [
    { ...good, uncertainty: { relative: 0.1 } },
    /^file uncertainty why must be there/,
  ],
  "a list": [[good], /^file must be an object/],
};
for (const [name, [json, message]] of Object.entries(broken)) {
  test(`a profile with ${name} is refused`, () => {
    assert.throws(() => readProfile(json, "file"), { name: "FormatError", message });
  });
}
