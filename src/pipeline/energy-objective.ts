import { InvalidValueError } from "../base/errors.ts";
import { energyOf } from "../energy/energy-of.ts";
import type { Objective } from "./objective.ts";

/**
 * Mean energy of one inference under the deciding profile.
 *
 * Computed from what happened (operations done for these images), so a sparser code scores lower
 * on the same network. The interval is the profile's own uncertainty, which dwarfs that of sampling.
 */
export const energyObjective: Objective = {
  name: "energy",
  about: "mean energy of one inference",
  unit: "pJ",
  direction: "minimize",
  scale: "log",
  margin: 10,
  score: ({ counts }, { profile, accounting }) => {
    const { energyPj } = energyOf(counts, profile, accounting);
    if (energyPj === null) {
      throw new InvalidValueError(
        `profile ${profile.name}`,
        "must be able to price every operation of the network",
        "real-valued input on hardware that cannot multiply",
        "Allow spike codes only (coding: [rate, poisson, latency]), or let another profile decide.",
      );
    }
    const { relative } = profile.uncertainty;
    return {
      value: energyPj,
      low: energyPj * (1 - relative),
      high: energyPj * (1 + relative),
      confidence: 0.95,
      method: `uncertainty of profile ${profile.name}`,
    };
  },
};
