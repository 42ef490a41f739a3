// Activations of an ANN clipped at bounds: what they cost. The clipping itself is the network's (bounded
// relus, or a control of the evaluation with the bounds of a conversion); it keeps a wrong weight from making
// an activation that no sound network has, as a spike count does that cannot exceed the steps.

import { noCost, noOverhead, type ProtectionDesign } from "./protection.ts";

export const clippedActivations: ProtectionDesign<Record<never, never>> = {
  name: "clipped-activations",
  about: "keeps an ANN's activations below a bound for each relu",
  fields: {},
  cost({ network }) {
    const relus = network.layers.filter(({ kind }) => kind === "relu").length;
    return {
      ...noCost,
      extraBits: 32 * relus,
      perNeuronUpdate: { ...noOverhead, comparisons: 1 },
      perInference: { ...noOverhead, bitsRead: 32 * relus },
    };
  },
};
