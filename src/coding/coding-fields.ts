// Settings of how input becomes spikes, for how long, and how the decision is read.

import { choice, int } from "../space/field.ts";

export const codingFields = {
  coding: choice({
    about: "how pixels enter: constant current, deterministic rate, Poisson or latency spikes",
    options: ["constant", "rate", "poisson", "latency"],
    default: "constant",
  }),
  steps: int({
    about: "steps that spikes are counted in; a warm-up comes on top, ttfs neurons take so many a layer",
    unit: "1",
    low: 1,
    high: 4096,
    scale: "log",
    default: 8,
  }),
  readout: choice({
    about: "decide by the output's spike count, its accumulated potential or its first spike",
    options: ["count", "membrane", "firstSpike"],
    default: "membrane",
  }),
};
