// What is measured of every event network of a study of claims.

import { type Fields, float, int, type Values } from "../../../space/field.ts";

const large = 1_000_000_000;

/** Lists beside these: `jitterMs`, `deletions`, `thresholdNoise`, `weightNoise`, `weightBits`, `bitErrorRates`, `dtMs`. */
export const eventMeasureFields = {
  images: int({ about: "test samples without noise", unit: "1", low: 1, high: large, default: 10_000 }),
  noiseImages: int({ about: "test samples under each noise", unit: "1", low: 1, high: large, default: 1000 }),
  noiseSeeds: int({ about: "draws of each noise", unit: "1", low: 1, high: 1000, default: 3 }),
  stepImages: int({ about: "test samples on a clock", unit: "1", low: 1, high: large, default: 500 }),
  calibrationImages: int({
    about: "validation samples that the margin of decisions is calibrated on",
    unit: "1",
    low: 1,
    high: large,
    default: 1000,
  }),
  tolerance: float({
    about: "accuracy that deciding early may cost on them",
    unit: "1",
    low: 0,
    high: 1,
    default: 0.005,
  }),
  times: int({ about: "times at which accuracy is asked", unit: "1", low: 2, high: 1000, default: 51 }),
  lastMs: float({
    about: "the last of them, or the window's end if that is sooner",
    unit: "ms",
    low: 1e-3,
    high: 1e9,
    default: 200,
  }),
} satisfies Fields;

export const noiseLists = [
  "jitterMs",
  "deletions",
  "thresholdNoise",
  "weightNoise",
  "weightBits",
  "bitErrorRates",
] as const;
export type NoiseList = (typeof noiseLists)[number];

export type EventMeasureSettings = Values<typeof eventMeasureFields> &
  Readonly<Record<NoiseList | "dtMs", readonly number[]>>;
