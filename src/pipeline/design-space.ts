// The design space of a converted network: everything the optimiser may change.

import { codingFields } from "../coding/coding-fields.ts";
import { conversionFields } from "../convert/conversion-fields.ts";
import { type Design, space } from "../space/space.ts";

export const designSpace = space(
  { ...codingFields, ...conversionFields },
  { percentile: { normalisation: "percentile" }, leak: { neuron: "lif" } },
);

export type SnnDesign = Design<typeof designSpace>;
