// Where two simulations of the same network part: the first step after which a neuron has not sent the same in
// both, and there the first layer. Up to then both layers have had the same spikes, so their potentials differ
// by rounding alone, and a neuron can only differ if its potential was that near its threshold.

import type { ImageSet } from "../src/data/dataset.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { type Model, tensorOf } from "../src/model/model.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import type { LayerTrace } from "./spikingjelly-peer.ts";

export interface FirstDifference {
  /** From 0. */
  readonly step: number;
  readonly layer: string;
  readonly neurons: number;
  /** Largest difference of their potentials before the spike, as a share of the threshold. */
  readonly gap: number;
}

/**
 * @param image - place in `images`
 * @param theirs - layers of neurons in order
 * @param at - place of the image in `theirs`, of `traced` in all
 * @returns undefined where all neurons have sent the same
 */
export function firstDifference(
  kernels: Kernels,
  snn: Model,
  images: ImageSet,
  image: number,
  theirs: readonly LayerTrace[],
  { at, traced }: { readonly at: number; readonly traced: number },
): FirstDifference | undefined {
  const steps = snn.inference?.steps ?? 0;
  const layers = snn.network.layers.filter(({ kind }) => kind === "neuron").map(({ id }) => id);
  let before = new Map<string, State>();
  for (let step = 0; step < steps; step++) {
    const now = stateAfter(kernels, snn, images, image, step + 1);
    for (const [k, layer] of layers.entries()) {
      const { neurons, counts, potentials } = theirs[k];
      const own = now.get(layer) as State;
      const thresholds = tensorOf(snn, layer, "threshold")?.data as Float32Array;
      const row = (step * traced + at) * neurons;
      let different = 0;
      let gap = 0;
      for (let n = 0; n < neurons; n++) {
        if (counts[row + n] === own.counts[n]) continue;
        different++;
        const threshold = thresholds[Math.floor((n * thresholds.length) / neurons)];
        const ourSpike = own.counts[n] - (before.get(layer)?.counts[n] ?? 0);
        const theirSpike = counts[row + n] - (step > 0 ? counts[row + n - traced * neurons] : 0);
        const ourPotential = own.potentials[n] / threshold + ourSpike;
        gap = Math.max(gap, Math.abs(ourPotential - (potentials[row + n] + theirSpike)));
      }
      if (different > 0) return { step, layer, neurons: different, gap };
    }
    before = now;
  }
  return undefined;
}

interface State {
  readonly counts: Int32Array;
  readonly potentials: Float32Array;
}

function stateAfter(
  kernels: Kernels,
  snn: Model,
  { pixels, labels }: ImageSet,
  image: number,
  steps: number,
): Map<string, State> {
  const states = new Map<string, State>();
  const { inference } = snn;
  const shorter = { ...snn, inference: inference && { ...inference, steps } };
  createSimulator(kernels, shorter).run({
    ...{ pixels, labels, firstImage: image, count: 1, seed: 0, trial: -1, isCancelled: () => false },
    observe: ({ layer, counts, potentials }) =>
      states.set(layer, { counts: counts.slice(), potentials: potentials.slice() }),
  });
  return states;
}
