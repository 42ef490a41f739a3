// Neurons whose output does not depend on what they are told: silent, firing in every step, or at a rate of their own.
//
// The mixture is that of SpikeFI (arXiv 2412.06795): two of three are dead, one of six saturated, one of six
// stuck. A stuck output x in [0, 1] there is a value; a spike is a bit, so here it is a train with
// that share of spikes, as evenly spread as can be.

import { float } from "../../space/field.ts";
import { defineFault, type StuckTrain } from "../fault-model.ts";

const ofNeurons = { targets: ["spike"], strikes: "element" } as const;

export const deadNeuron = defineFault({
  ...ofNeurons,
  name: "dead-neuron",
  about: "a neuron never fires",
  fields: {},
  strike: () => () => ({ kind: "stuck0", bit: 0 }),
});

export const saturatedNeuron = defineFault({
  ...ofNeurons,
  name: "saturated-neuron",
  about: "a neuron fires in every step",
  fields: {},
  strike: () => () => ({ kind: "stuck1", bit: 0 }),
});

export const stuckNeuron = defineFault({
  ...ofNeurons,
  name: "stuck-neuron",
  about: "a neuron fires at a rate of its own",
  fields: {
    share: float({ about: "share of steps in which it fires", unit: "1", low: 0, high: 1, default: 0.5 }),
  },
  strike:
    ({ share }) =>
    (): StuckTrain => ({ kind: "train", share }),
});

export const randomNeuron = defineFault({
  ...ofNeurons,
  name: "random-neuron",
  about: "a neuron is dead (2 of 3), saturated (1 of 6) or stuck at a random rate (1 of 6)",
  fields: {},
  strike:
    () =>
    ({ random }) => {
      const kind = random.integer(6);
      const share = random.uniform();
      if (kind === 5) return { kind: "train", share };
      return { kind: kind === 4 ? "stuck1" : "stuck0", bit: 0 };
    },
});
