import assert from "node:assert/strict";
import { test } from "node:test";
import type { InputAccounting, LayerCounts, OperationCounts } from "./counts.ts";
import { energyOf, staticShare } from "./energy-of.ts";
import { noCounts, noTraffic } from "./no-counts.ts";
import type { EnergyProfile } from "./profile.ts";
import { profiles } from "./profiles.ts";
import { timeOf } from "./time-of.ts";

const horowitz = profiles["horowitz-45nm-compute"];
const memory = profiles["horowitz-45nm-memory"];
const loihi = profiles["loihi-keras-spiking"];

function counts(layers: readonly LayerCounts[], images = 1, steps = 1): OperationCounts {
  return {
    images,
    steps,
    layers,
    memories: { weightsBytes: 32768, potentialsBytes: 8192, activationsBytes: 1024 },
  };
}

const layer = (change: Partial<LayerCounts>): LayerCounts => ({ ...noCounts("a"), ...change });
const energy = (
  given: OperationCounts,
  profile: EnergyProfile,
  accounting: InputAccounting = "mac-once",
): number => energyOf(given, profile, accounting).energyPj ?? Number.NaN;

function near(got: number, wanted: number): void {
  assert.ok(Math.abs(got - wanted) <= 1e-9 * Math.abs(wanted), `${got} for ${wanted}`);
}

test("a float32 MAC costs 4.6 pJ and an AC 0.9 pJ; with int8 weights 0.3 and 0.1 pJ", () => {
  const mac = (width: string, sum: string): LayerCounts =>
    layer({ multiplications: { [width]: 1 }, additions: { [sum]: 1 } });
  near(energy(counts([mac("float32", "float32")]), horowitz), 4.6);
  near(energy(counts([layer({ additions: { float32: 1 } })]), horowitz), 0.9);
  near(energy(counts([mac("int8x8", "int32")]), horowitz), 0.3);
  near(energy(counts([layer({ additions: { int32: 1 } })]), horowitz), 0.1);
  const { multiplyPj, addPj } = profiles["spikingjelly-int8"];
  near((multiplyPj?.["int8x8"] ?? 0) + addPj["int32"], 0.23);
});

test("SpikingJelly's two cases: 6 float32 ACs cost 5.4 pJ and 24 MACs 110.4 pJ", () => {
  const profile = profiles["spikingjelly-int8"];
  near(energy(counts([layer({ additions: { float32: 6 } })]), profile), 5.4);
  near(
    energy(counts([layer({ multiplications: { float32: 24 }, additions: { float32: 24 } })]), profile),
    110.4,
  );
});

test("with float32, E_ANN / E_SNN is 5.11 / ρ", () => {
  for (const density of [0.1, 0.184, 0.337, 1]) {
    const ann = counts([layer({ multiplications: { float32: 1e6 }, additions: { float32: 1e6 } })]);
    const snn = counts([layer({ additions: { float32: 1e6 * density } })]);
    const ratio = energy(ann, horowitz) / energy(snn, horowitz);
    assert.ok(Math.abs(ratio - 5.11 / density) < 0.002 * ratio);
  }
});

const busy = layer({
  multiplications: { int8x8: 100, int32x32: 3 },
  additions: { int32: 1000 },
  comparisons: { int32: 10 },
  traffic: { ...noTraffic, weightsRead: 64, potentialsRead: 32, potentialsWritten: 16, activationsRead: 8 },
  analogInput: { products: { int8x8: 500 }, heldAdditions: 40, steps: 4 },
});

test("energy is linear in the counts and an average over images", () => {
  const doubled: LayerCounts = {
    ...busy,
    multiplications: { int8x8: 200, int32x32: 6 },
    additions: { int32: 2000 },
    comparisons: { int32: 20 },
    traffic: {
      ...noTraffic,
      weightsRead: 128,
      potentialsRead: 64,
      potentialsWritten: 32,
      activationsRead: 16,
    },
    analogInput: { products: { int8x8: 1000 }, heldAdditions: 80, steps: 4 },
  };
  for (const profile of [horowitz, memory]) {
    for (const accounting of ["mac-once", "mac-per-step", "ac"] as const) {
      const once = energy(counts([busy], 1, 4), profile, accounting);
      near(energy(counts([doubled], 1, 4), profile, accounting), 2 * once);
      near(energy(counts([doubled], 2, 4), profile, accounting), once);
      near(energy(counts([busy, { ...busy, layer: "b" }], 1, 4), profile, accounting), 2 * once);
    }
  }
});

test("layers add up to the total, whatever the profile", () => {
  const withStatic = { ...memory, perStepPj: 7, idlePowerMw: 2, secondsPerStep: 1e-6 };
  for (const profile of [horowitz, memory, withStatic]) {
    const { energyPj, byLayerPj } = energyOf(
      counts([busy, { ...busy, layer: "b" }], 3, 4),
      profile,
      "mac-once",
    );
    near(
      Object.values(byLayerPj).reduce((a, b) => a + b),
      energyPj ?? 0,
    );
  }
});

test("a held input is charged once, every step, or as additions", () => {
  const held = counts(
    [layer({ analogInput: { products: { int8x8: 100 }, heldAdditions: 80, steps: 8 } })],
    1,
    8,
  );
  near(energy(held, horowitz, "mac-once"), 100 * 0.3 + 80 * 0.1);
  near(energy(held, horowitz, "mac-per-step"), 8 * 100 * 0.3);
  near(energy(held, horowitz, "ac"), 8 * 100 * 0.1);
});

test("a held input's memory: the current is kept, or the weights are read again every step", () => {
  const held = counts(
    [layer({ analogInput: { products: { int4x8: 100 }, heldAdditions: 80, steps: 8 } })],
    1,
    8,
  );
  const extra = (accounting: InputAccounting): number =>
    energy(held, memory, accounting) - energy(held, horowitz, accounting);
  // 4-byte currents of 10 neurons, read in 8 steps, written once, at 8 KiB; half-byte weights at 32 KiB.
  assert.ok(Math.abs(extra("mac-once") - (320 + 40) * 1.25) < 1e-9);
  assert.ok(Math.abs(extra("mac-per-step") - 7 * 50 * 2.5) < 1e-9);
});

test("integer widths that are not listed are priced by the product of their bits, and named", () => {
  const given = counts([layer({ multiplications: { int4x3: 1, int8x8: 1 } })]);
  const { energyPj, interpolatedWidths } = energyOf(given, horowitz, "mac-once");
  near(energyPj ?? 0, 0.2 + (0.2 * 12) / 64);
  assert.deepEqual(interpolatedWidths, ["int4x3"]);
});

test("bytes are priced by the size of the memory they lie in", () => {
  const traffic = { ...noTraffic, weightsRead: 8 };
  const at = (weightsBytes: number): number =>
    energy(
      {
        ...counts([layer({ traffic })]),
        memories: { weightsBytes, potentialsBytes: 0, activationsBytes: 0 },
      },
      memory,
    );
  near(at(100), 10);
  near(at(8192), 10);
  near(at(16384), 15); // half way in log size
  near(at(32768), 20);
  near(at(2 ** 20), 100);
  near(at(2 ** 20 + 1), 1950);
  near(at(2 ** 30), 1950);
});

test("a chip priced by event charges synaptic operations and updates, and nothing else", () => {
  const spiking = layer({ synapticOperations: 1000, additions: { int32: 1000 } });
  const neurons = layer({ neuronUpdates: 10, multiplications: { int32x32: 10 }, comparisons: { int32: 10 } });
  near(energy(counts([spiking, { ...neurons, layer: "b" }]), loihi), 1000 * 27.1 + 10 * 81);
});

test("a chip that cannot multiply has no price for ANNs and for held input", () => {
  const ann = layer({ multiplications: { int8x8: 10 }, additions: { int32: 10 }, synapticOperations: 10 });
  const held = layer({ analogInput: { products: { int8x8: 10 }, heldAdditions: 10, steps: 1 } });
  for (const accounting of ["mac-once", "mac-per-step", "ac"] as const) {
    for (const given of [ann, held]) {
      const figure = energyOf(counts([given]), loihi, accounting);
      assert.equal(figure.energyPj, null);
      assert.deepEqual(figure.byLayerPj, {});
    }
  }
});

test("an operation without a price makes the whole null, never cheaper", () => {
  const profile = { ...horowitz, multiplyPj: { int8x8: 0.2 }, comparePj: {} };
  assert.equal(
    energyOf(counts([layer({ multiplications: { float32: 1 } })]), profile, "mac-once").energyPj,
    null,
  );
  assert.equal(energyOf(counts([layer({ comparisons: { int32: 1 } })]), profile, "mac-once").energyPj, null);
});

test("idle power and the price of a step grow with the steps and are shown apart", () => {
  const profile = { ...horowitz, perStepPj: 5, idlePowerMw: 1, secondsPerStep: 1e-6 };
  const { energyPj, byLayerPj } = energyOf(counts([layer({})], 100, 8), profile, "mac-once");
  near(byLayerPj[staticShare], 8 * (5 + 1000)); // 1 mW for 1 µs is 1000 pJ
  near(energyPj ?? 0, byLayerPj[staticShare]);
});

test("time is steps at the profile's speed, and null where there is none to tell", () => {
  const quick = { ...horowitz, secondsPerStep: 2e-6 };
  assert.equal(timeOf(counts([layer({})], 10, 8), quick), 16e-6);
  assert.equal(timeOf(counts([layer({})], 10, 8), horowitz), null);
  const ann = counts([layer({ multiplications: { int8x8: 10 } })]);
  assert.equal(timeOf(ann, { ...loihi, secondsPerStep: 1e-3 }), null);
});
