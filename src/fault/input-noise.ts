// Noise on the images a network is given: pixels 0…255 in, pixels 0…255 out, labels as they are.
//
// Every image has a stream of its own, named by the key and its place in the whole set, so that a set cut
// into pieces gets the same noise. A place in the image is hit in all of its channels. Dose 0 changes
// nothing.

import { InvalidValueError } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";
import type { ImageSet } from "../data/dataset.ts";
import type { ImageShape } from "../data/image-shape.ts";
import { type Fields, float, int, type Values } from "../space/field.ts";
import { resolve } from "../space/resolve.ts";

/** What names the noise of a set; the place of an image is the stream's index. */
export type NoiseKey = Omit<StreamKey, "index">;

export interface InputNoise<F extends Fields = Fields> {
  readonly name: string;
  readonly about: string;
  readonly fields: F;
  /** The field that says how much. */
  readonly dose: string;
  /** Disturb one image in place. Shape imageShape. */
  disturb(image: Uint8Array, shape: ImageShape, settings: Values<F>, random: Random): void;
}

const gaussianFields = {
  sigma: float({
    about: "standard deviation of what is added to every pixel, as a share of full scale",
    unit: "1",
    low: 0,
    high: 2,
    default: 0.1,
  }),
};

/** Rounded to the nearest pixel value and clipped to what there is. */
const gaussian: InputNoise<typeof gaussianFields> = {
  name: "gaussian",
  about: "adds normally distributed noise to every pixel",
  fields: gaussianFields,
  dose: "sigma",
  disturb(image, _shape, { sigma }, random) {
    if (sigma === 0) return;
    for (let i = 0; i < image.length; i += 2) {
      // Box and Muller 1958: two uniform numbers make two normal ones.
      const radius = 255 * sigma * Math.sqrt(-2 * Math.log1p(-random.uniform()));
      const angle = 2 * Math.PI * random.uniform();
      image[i] = pixelOf(image[i] + radius * Math.cos(angle));
      if (i + 1 < image.length) image[i + 1] = pixelOf(image[i + 1] + radius * Math.sin(angle));
    }
  },
};

const saltAndPepperFields = {
  share: float({
    about: "share of the image's places that are hit",
    unit: "1",
    low: 0,
    high: 1,
    default: 0.1,
  }),
};

/** Exactly the share's places are hit, rounded; each is black or white with the same chance. */
const saltAndPepper: InputNoise<typeof saltAndPepperFields> = {
  name: "salt-and-pepper",
  about: "turns a share of the pixels black or white",
  fields: saltAndPepperFields,
  dose: "share",
  disturb(image, [channels, height, width], { share }, random) {
    const plane = height * width;
    const places = Uint32Array.from({ length: plane }, (_, i) => i);
    const hits = Math.round(share * plane);
    for (let i = 0; i < hits; i++) {
      const j = i + random.integer(plane - i);
      const place = places[j];
      places[j] = places[i];
      const value = 255 * random.integer(2);
      for (let c = 0; c < channels; c++) image[c * plane + place] = value;
    }
  },
};

const occlusionFields = {
  sidePixels: int({
    about: "side of the square that is covered",
    unit: "pixel",
    low: 0,
    high: 1024,
    default: 7,
  }),
  level: int({ about: "pixel value the square is filled with", unit: "1", low: 0, high: 255, default: 0 }),
};

/** The square lies inside the image, every place equally likely. */
const occlusion: InputNoise<typeof occlusionFields> = {
  name: "occlusion",
  about: "covers a square at a random place",
  fields: occlusionFields,
  dose: "sidePixels",
  disturb(image, [channels, height, width], { sidePixels, level }, random) {
    if (sidePixels > Math.min(height, width)) {
      const rule = `must be at most ${Math.min(height, width)} to fit into the image`;
      throw new InvalidValueError("occlusion.sidePixels", rule, sidePixels);
    }
    if (sidePixels === 0) return;
    const top = random.integer(height - sidePixels + 1);
    const left = random.integer(width - sidePixels + 1);
    for (let c = 0; c < channels; c++) {
      for (let row = top; row < top + sidePixels; row++) {
        const start = (c * height + row) * width + left;
        image.fill(level, start, start + sidePixels);
      }
    }
  },
};

/** The noises there are. To add one: an entry here. */
export const inputNoises = {
  gaussian,
  "salt-and-pepper": saltAndPepper,
  occlusion,
} as const;

/**
 * A copy of the images with noise.
 *
 * @param settings - of the noise's fields; missing ones take their defaults
 * @param firstImage - place of the first of these images in the whole set
 * @throws {InvalidValueError} for settings the noise does not take, or a square larger than the image
 */
export function withNoise<F extends Fields>(
  images: ImageSet,
  noise: InputNoise<F>,
  settings: Partial<Values<F>>,
  key: NoiseKey,
  firstImage = 0,
): ImageSet {
  const resolved = resolve(noise.name, noise.fields, settings);
  const pixels = images.pixels.slice();
  const size = pixels.length / images.count;
  for (let n = 0; n < images.count; n++) {
    const random = new Random({ ...key, index: firstImage + n });
    noise.disturb(pixels.subarray(n * size, (n + 1) * size), images.imageShape, resolved, random);
  }
  return { ...images, pixels };
}

function pixelOf(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
