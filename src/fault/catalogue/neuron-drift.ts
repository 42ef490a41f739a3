// Neurons whose parameters have drifted by a factor ρ.
//
// A time constant τ that drifts to ρ τ makes of a leak λ = e^(−Δt/τ) the leak λ^(1/ρ), and of a rate Δt/τ
// one of Δt/(ρ τ), at most 1; counted in steps it stays at least 1. A parameter that is held once for a layer
// drifts for all its neurons.

import type { FaultChange, FaultTarget } from "../fault.ts";
import { defineFault, type FaultModel } from "../fault-model.ts";
import { factorDraw, factorFields } from "./factor-range.ts";

function drift(name: string, about: string, target: FaultTarget): FaultModel {
  return defineFault({
    name,
    about,
    targets: [target],
    strikes: "element",
    fields: factorFields,
    strike: (range) => {
      const draw = factorDraw(range);
      return ({ random }): FaultChange => ({ kind: "scale", factor: draw(random) });
    },
  });
}

export const thresholdDrift = drift("threshold-drift", "a threshold is off by a factor", "threshold");
export const leakDrift = drift("leak-drift", "a leak, as it is stored, is off by a factor", "leak");

export const timeConstantDrift = defineFault({
  name: "time-constant-drift",
  about: "a membrane's time constant is off by a factor, whatever it is stored as",
  targets: ["leak"],
  strikes: "element",
  fields: factorFields,
  strike: (range, stored) => {
    const draw = factorDraw(range);
    return ({ element, random }): FaultChange => {
      const factor = draw(random);
      const value = stored?.data[element] ?? 1;
      if (stored?.parameter === "timeConstant") return { kind: "set", value: Math.max(1, value * factor) };
      if (stored?.parameter === "rate") return { kind: "set", value: Math.min(1, value / factor) };
      return { kind: "set", value: value ** (1 / factor) };
    };
  },
});
