// The neuron models there are, by the names of network files. To add one: a file in this room, a
// line here, and its kernel; test/contracts/neuron.ts then tests all three against each other.

import { integrateAndFire } from "./if.ts";
import { leakyIntegrateAndFire } from "./lif.ts";
import type { NeuronModel } from "./neuron-model.ts";

export const neurons = {
  if: integrateAndFire,
  lif: leakyIntegrateAndFire,
} as const satisfies Readonly<Record<string, NeuronModel>>;
