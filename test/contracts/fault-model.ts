// What every fault model must do. A new one passes this file unchanged.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StreamKey } from "../../src/base/random.ts";
import type { Dose } from "../../src/fault/dose.ts";
import type { Fault } from "../../src/fault/fault.ts";
import type { FaultModel } from "../../src/fault/fault-model.ts";
import { checkFaults, type FaultSites, faultSites, faultTargets } from "../../src/fault/fault-sites.ts";
import type { Persistence } from "../../src/fault/persistence.ts";
import type { Model } from "../../src/model/model.ts";

/**
 * @param models - networks by name; those that have none of the fault model's targets are passed over. Each target is
 * held by one of them, with a hundred sites or more over all
 */
export function faultModelContract(fault: FaultModel, models: Readonly<Record<string, Model>>): void {
  let networks = 0;
  for (const [name, model] of Object.entries(models)) {
    const sites = faultSites(model, { targets: [...faultTargets].filter((target) => has(model, target)) })
      .filter(({ target }) => fault.targets.includes(target))
      .filter(({ target, format }) => target !== "input" || fault.targets.length > 1 || format === "spike");
    if (sites.length === 0) continue;
    networks++;
    describe(`${fault.name} keeps the contract of fault models on ${name}`, () => suite(fault, model, sites));
  }
  test(`${fault.name} has a network to strike`, () => assert.ok(networks > 0));
}

function suite(fault: FaultModel, model: Model, sites: readonly FaultSites[]): void {
  const steps = model.inference?.steps ?? 1;
  const keyOf = (index: number): StreamKey => ({ seed: 7, trial: 0, purpose: "contract", index });
  const draw = (dose: Dose, index = 0, persistence?: Persistence): readonly Fault[] =>
    fault.draw({ model, sites, dose, ...(persistence && { persistence }) }, keyOf(index));
  const cellsOf = ({ elements, bits }: FaultSites): number =>
    fault.strikes === "bit" ? elements * bits : elements;
  const cells = sites.reduce((sum, own) => sum + cellsOf(own), 0);
  const placesOf = (faults: readonly Fault[]): ReadonlySet<string> =>
    new Set(faults.map((own) => `${own.target} ${own.layer} ${own.element} ${bitOf(fault, own)}`));

  test("rates strike their share of the sites, and of the steps, within five standard deviations", () => {
    for (const rate of [0.01, 0.3]) {
      let [struck, starts] = [0, 0];
      for (let index = 0; index < 10; index++) {
        struck += placesOf(draw({ kind: "rate", rate }, index)).size;
        const dose: Dose = { kind: "ratePerStep", rate };
        const ofSteps = draw(dose, index, { kind: "transient" }).flatMap((own) => own.steps ?? [0]);
        starts += ofSteps.length;
      }
      near(struck, 10 * cells, rate);
      near(starts, 10 * cells * steps, rate);
    }
  });

  test("counts and densities are kept to one, over the network and in each layer", () => {
    const perLayer = new Map<string, number>();
    for (const own of sites) perLayer.set(own.layer, (perLayer.get(own.layer) ?? 0) + cellsOf(own));
    const least = Math.min(...perLayer.values());
    assert.equal(placesOf(draw({ kind: "count", count: least })).size, least);
    assert.equal(placesOf(draw({ kind: "density", density: 0.37 })).size, Math.round(0.37 * cells));
    const inEach = draw({ kind: "count", count: Math.min(3, least), spread: "layer" });
    for (const layer of perLayer.keys())
      assert.equal(placesOf(inEach.filter((own) => own.layer === layer)).size, Math.min(3, least));
    const shares = draw({ kind: "density", density: 0.5, spread: "layer" });
    for (const [layer, total] of perLayer)
      assert.equal(placesOf(shares.filter((own) => own.layer === layer)).size, Math.round(total / 2));
  });

  test("a dose of nothing strikes nothing, a dose of all strikes every site", () => {
    for (const kind of ["rate", "density"] as const) {
      const dose = (share: number): Dose =>
        kind === "rate" ? { kind, rate: share } : { kind, density: share };
      assert.deepEqual(draw(dose(0)), []);
      assert.equal(placesOf(draw(dose(1))).size, cells);
    }
    assert.deepEqual(draw({ kind: "count", count: 0 }), []);
    assert.deepEqual(draw({ kind: "ratePerSecond", rate: 0, stepMs: 1 }, 0, { kind: "transient" }), []);
  });

  test("the same key draws the same list, another key another", () => {
    const dose: Dose = { kind: "rate", rate: 0.3 };
    assert.deepEqual(draw(dose, 3), draw(dose, 3));
    assert.notDeepEqual(draw(dose, 3), draw(dose, 4));
    assert.deepEqual(
      fault.draw({ model, sites, dose, settings: {} }, keyOf(3)),
      draw(dose, 3, { kind: fault.persistences[0] } as Persistence),
    );
  });

  test("faults exist in the network, stand in the order of its sites, and strike nothing twice in a step", () => {
    for (const faults of [
      draw({ kind: "rate", rate: 0.4 }),
      draw({ kind: "count", count: Math.ceil(cells / 2) }),
      draw({ kind: "ratePerStep", rate: 0.2 }, 0, { kind: "burst", length: 2 }),
    ]) {
      checkFaults(model, faults);
      const order = faults.map((own) => {
        const at = sites.findIndex(({ target, layer }) => target === own.target && layer === own.layer);
        return (at * 2 ** 20 + own.element) * 32 + bitOf(fault, own);
      });
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
      );
      const struck = faults.flatMap((own, i) =>
        (own.steps ?? Array.from({ length: steps }, (_, step) => step)).map((step) => `${order[i]} ${step}`),
      );
      assert.equal(new Set(struck).size, struck.length);
    }
  });

  test("a list is plain data", () => {
    const faults = draw({ kind: "rate", rate: 0.2 });
    assert.deepEqual(JSON.parse(JSON.stringify(faults)), faults);
  });

  test("faults last as their persistence says, and others are refused", () => {
    const dose: Dose = { kind: "rate", rate: 0.5 };
    const all: readonly Persistence[] = [
      { kind: "permanent" },
      { kind: "transient", step: steps - 1 },
      { kind: "intermittent", probability: 1 },
      { kind: "burst", from: 0, length: steps + 5 },
    ];
    const places = placesOf(draw(dose));
    for (const persistence of all) {
      if (!fault.persistences.includes(persistence.kind)) {
        assert.throws(() => draw(dose, 0, persistence), /persistence.kind must be one of/);
        continue;
      }
      const faults = draw(dose, 0, persistence);
      assert.deepEqual(placesOf(faults), places);
      const last = persistence.kind === "transient" && model.inference !== null ? [steps - 1] : null;
      for (const own of faults.filter(({ steps: when }) => when !== null)) {
        assert.notEqual(model.inference, null);
        if (last !== null) assert.deepEqual(own.steps, last);
      }
      const covered = new Set(
        faults.flatMap((own) => own.steps ?? Array.from({ length: steps }, (_, step) => step)),
      );
      if (faults.length > 0) assert.equal(covered.size, last === null ? steps : 1);
    }
  });

  test("doses, steps, settings and sites that cannot be are refused with the valid range", () => {
    for (const rate of [-0.1, 1.1, Number.NaN]) {
      assert.throws(() => draw({ kind: "rate", rate }), /dose\.rate must be a number from 0 to 1/);
      assert.throws(() => draw({ kind: "ratePerStep", rate }), /dose\.rate must be a number from 0 to 1/);
      assert.throws(
        () => draw({ kind: "density", density: rate }),
        /dose\.density must be a number from 0 to 1/,
      );
    }
    assert.throws(
      () => draw({ kind: "count", count: cells + 1 }),
      new RegExp(`dose\\.count must be from 0 to ${cells}, the sites of the network, but got ${cells + 1}`),
    );
    assert.throws(() => draw({ kind: "count", count: 0.5 }), /dose\.count must be a whole number/);
    assert.throws(
      () => draw({ kind: "ratePerSecond", rate: -1 }),
      /dose\.rate must be 0 or more upsets a second/,
    );
    assert.throws(
      () => draw({ kind: "ratePerStep", rate: 0.5 }, 0, { kind: "intermittent", probability: 0.5 }),
      /must be transient or burst, from no given step|persistence.kind must be one of/,
    );
    for (const step of [-1, steps, 0.5]) {
      const persistence: Persistence = { kind: "transient", step };
      assert.throws(
        () => draw({ kind: "rate", rate: 0.5 }, 0, persistence),
        new RegExp(`persistence\\.step must be a step from 0 to ${steps - 1}`),
      );
    }
    const dose: Dose = { kind: "rate", rate: 0.5 };
    assert.throws(
      () => fault.draw({ model, sites, dose, settings: { colour: 1 } }, keyOf(0)),
      new RegExp(`${fault.name} must hold known settings only, but got "colour"`),
    );
    const wrong = faultTargets.find((target) => !fault.targets.includes(target));
    if (wrong === undefined) return;
    const elsewhere: FaultSites = { ...sites[0], target: wrong };
    assert.throws(
      () => fault.draw({ model, sites: [elsewhere], dose }, keyOf(0)),
      new RegExp(
        `${fault.name}: target of layer .* must be one of ${fault.targets.join(", ")}, but got "${wrong}"`,
      ),
    );
  });
}

/** Bit of a fault as a place: one of a whole value counts as 0. */
function bitOf({ strikes }: FaultModel, { change }: Fault): number {
  return strikes === "bit" && "bit" in change ? change.bit : 0;
}

function near(drawn: number, trials: number, rate: number): void {
  const deviation = Math.sqrt(trials * rate * (1 - rate));
  assert.ok(Math.abs(drawn - trials * rate) < 5 * deviation, `${drawn} for ${trials * rate}`);
}

function has(model: Model, target: (typeof faultTargets)[number]): boolean {
  if (target === "input") return true;
  if (target === "potential" || target === "spike") return model.kind === "snn";
  const names = target === "leak" ? ["leak", "rate", "timeConstant"] : [target];
  return Object.keys(model.tensors).some((name) => names.includes(name.split(".")[1]));
}
