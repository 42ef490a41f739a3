// Gradient attacks: the images a network finds hardest among those that differ by at most ε in every pixel.
//
//   FGSM  x' = clip(x + ε sign ∂L/∂x)                                   Goodfellow, Shlens & Szegedy 2015
//   PGD   x₀ = clip(x + U(−ε, ε)),  xₖ₊₁ = Π(xₖ + α sign ∂L/∂xₖ)        Madry et al. 2018
// on pixels as shares of full scale; Π keeps each pixel within ε of the given one and in [0, 1]. Gradients
// are those of an ANN. An SNN is attacked through the ANN it was converted from: a transfer attack; one that
// knows the spikes may do more harm. What comes out are pixels 0…255 again, within ⌊255 ε⌋ of the given ones.

import type { InputGradient } from "../ann/input-gradient.ts";
import { type IsCancelled, throwIfCancelled } from "../base/cancel.ts";
import { Random } from "../base/random.ts";
import type { ImageSet } from "../data/dataset.ts";
import { pixelMaps } from "../model/preprocessing.ts";
import { type Fields, flag, float, int, type Values } from "../space/field.ts";
import { resolve } from "../space/resolve.ts";
import type { NoiseKey } from "./input-noise.ts";

/** A batch under attack, in shares of full scale. */
interface Target {
  /** The given pixels, shape [count, …image]. */
  readonly given: Float32Array;
  readonly count: number;
  /** sign ∂L/∂pixel at such pixels: −1, 0 or 1, in a buffer that the next call overwrites. */
  signs(pixels: Float32Array): Float32Array;
  /** The stream of an image of the batch. */
  random(image: number): Random;
}

export interface Attack<F extends Fields = Fields> {
  readonly name: string;
  readonly about: string;
  readonly fields: F;
  /** @returns pixels in [0, 1], within ε of those given up to rounding */
  perturb(target: Target, settings: Values<F>): Float32Array;
}

const epsilon = float({
  about: "most a pixel may change, as a share of full scale",
  unit: "1",
  low: 0,
  high: 1,
  default: 0.1,
});

const fgsmFields = { epsilon };

const fgsm: Attack<typeof fgsmFields> = {
  name: "fgsm",
  about: "one step up the loss, as long as allowed (fast gradient sign)",
  fields: fgsmFields,
  perturb: ({ given, signs }, settings) => {
    const direction = signs(given);
    return given.map((pixel, i) => clip(pixel + settings.epsilon * direction[i], 0, 1));
  },
};

const pgdFields = {
  epsilon,
  steps: int({ about: "steps up the loss", unit: "1", low: 1, high: 1000, scale: "log", default: 10 }),
  stepShare: float({
    about: "length of a step, as a share of epsilon",
    unit: "1",
    low: 0.001,
    high: 1,
    scale: "log",
    default: 0.25,
  }),
  randomStart: flag({ about: "start at a random place of those allowed", default: true }),
};

const pgd: Attack<typeof pgdFields> = {
  name: "pgd",
  about: "many small steps up the loss, each brought back to what is allowed (projected gradient)",
  fields: pgdFields,
  perturb({ given, count, signs, random }, { epsilon: most, steps, stepShare, randomStart }) {
    const pixels = given.slice();
    const size = given.length / count;
    if (randomStart) {
      for (let n = 0; n < count; n++) {
        const stream = random(n);
        for (let i = n * size; i < (n + 1) * size; i++)
          pixels[i] = clip(given[i] + most * (2 * stream.uniform() - 1), 0, 1);
      }
    }
    for (let step = 0; step < steps; step++) {
      const direction = signs(pixels);
      for (let i = 0; i < pixels.length; i++) {
        const moved = clip(pixels[i] + stepShare * most * direction[i], given[i] - most, given[i] + most);
        pixels[i] = clip(moved, 0, 1);
      }
    }
    return pixels;
  },
};

/** The attacks there are. To add one: an entry here. */
export const attacks = { fgsm, pgd } as const;

export interface AttackOptions<F extends Fields> {
  /** Of the ANN that is attacked, or whose SNN is. */
  readonly through: InputGradient;
  readonly attack: Attack<F>;
  /** Missing ones take their defaults. */
  readonly settings: Partial<Values<F>>;
  /** Names the random starts, together with an image's place. */
  readonly key: NoiseKey;
  /** Place of the first of these images in the whole set. */
  readonly firstImage?: number;
  readonly isCancelled: IsCancelled;
}

/**
 * Copies of the images, each made to raise the network's loss at its label.
 *
 * @throws {InvalidValueError} for settings the attack does not take, {CancelledError} between batches
 */
export function attacked<F extends Fields>(images: ImageSet, options: AttackOptions<F>): ImageSet {
  const { through, attack, key, firstImage = 0, isCancelled } = options;
  const settings = resolve(attack.name, attack.fields, options.settings);
  const most = Math.floor(255 * Number(settings["epsilon" as keyof typeof settings]) + 1e-9);
  const size = through.inputSize;
  const pixels = images.pixels.slice();
  for (let first = 0; first < images.count; first += through.maximumBatch) {
    throwIfCancelled(isCancelled, "the attack");
    const count = Math.min(through.maximumBatch, images.count - first);
    const batch = pixels.subarray(first * size, (first + count) * size);
    const perturbed = attack.perturb(
      {
        given: Float32Array.from(batch, (pixel) => pixel / 255),
        count,
        signs: signsOf(through, images.labels.subarray(first, first + count), count),
        random: (n) => new Random({ ...key, index: firstImage + first + n }),
      },
      settings,
    );
    for (let i = 0; i < batch.length; i++) {
      const low = Math.max(0, batch[i] - most);
      const high = Math.min(255, batch[i] + most);
      batch[i] = clip(Math.round(255 * perturbed[i]), low, high);
    }
  }
  return { ...images, pixels };
}

/** sign ∂L/∂pixel = sign ∂L/∂x · sign scale, where x = 255 pixel · scale + offset. */
function signsOf(through: InputGradient, labels: Uint8Array, count: number): Target["signs"] {
  const { preprocessing, network } = through.model;
  const { maps, plane } = pixelMaps(preprocessing, network.inputShape);
  const values = new Float32Array(count * through.inputSize);
  const mapOf = (i: number) => maps[Math.floor(i / plane) % maps.length];
  return (pixels) => {
    for (let i = 0; i < values.length; i++) {
      const { scale, offset } = mapOf(i);
      values[i] = 255 * pixels[i] * scale + offset;
    }
    const { gradient } = through.compute(values, labels, count);
    for (let i = 0; i < values.length; i++) values[i] = Math.sign(gradient[i] * mapOf(i).scale);
    return values;
  };
}

function clip(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
