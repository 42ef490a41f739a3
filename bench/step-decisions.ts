// The class of every image after every step, from a simulator that tells how many are right: asked about one
// image with a class as its label, it tells the steps after which that class stands first.

import { InvalidValueError } from "../src/base/errors.ts";
import type { ImageSet } from "../src/data/dataset.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import type { Model } from "../src/model/model.ts";
import { createSimulator } from "../src/simulate/simulator.ts";

/**
 * @param likely - classes to ask about first, by image; changes speed only
 * @returns shape [images][steps]
 */
export function stepDecisions(
  kernels: Kernels,
  snn: Model,
  { pixels, count }: ImageSet,
  likely: (image: number) => Iterable<number>,
): Uint8Array[] {
  const simulator = createSimulator(kernels, snn);
  const classes = snn.classes.map((_, c) => c);
  const labels = classes.map((c) => new Uint8Array(count).fill(c));
  const steps = snn.inference?.steps ?? 0;
  return Array.from({ length: count }, (_, image) => {
    const decisions = new Uint8Array(steps);
    let decided = 0;
    for (const c of new Set([...likely(image), ...classes])) {
      if (decided === steps) break;
      const request = { pixels, labels: labels[c], firstImage: image, count: 1, seed: 0, trial: -1 };
      const { correctPerStep } = simulator.run({
        ...request,
        isCancelled: () => false,
        boundsPotentials: false,
      });
      correctPerStep.forEach((isRight, step) => {
        if (isRight === 0) return;
        decisions[step] = c;
        decided++;
      });
    }
    if (decided !== steps) {
      throw new InvalidValueError(`image ${image}`, "must have one class after every step", decided);
    }
    return decisions;
  });
}
