// From the place of a slider to a setting and back: factors and rates move by their logarithms.

import { formatNumber, formatPower, formatShare } from "../format.ts";
import type { PlaySettings } from "./play-settings.ts";

export interface KnobScale {
  readonly toSetting: (place: number) => number;
  readonly toPlace: (value: number) => number;
  readonly show: (value: number) => string;
}

export type KnobName = keyof typeof knobScales;

/** The slider's least place stands for no error at all. */
const noErrors = -6.1;

const rounded = (value: number): number => Number(value.toPrecision(3));

export const knobScales = {
  steps: { toSetting: (place) => place, toPlace: (value) => value, show: (value) => formatNumber(value, 15) },
  thresholdFactor: {
    toSetting: (place) => rounded(2 ** place),
    toPlace: (value) => Math.log2(value),
    show: (value) => `× ${formatNumber(value)}`,
  },
  leak: { toSetting: (place) => place, toPlace: (value) => value, show: (value) => formatShare(value, 0) },
  bitErrorRate: {
    toSetting: (place) => (place <= noErrors + 0.05 ? 0 : rounded(10 ** place)),
    toPlace: (value) => (value === 0 ? noErrors : Math.log10(value)),
    show: (value) => (value === 0 ? "none" : formatPower(value)),
  },
  deadShare: {
    toSetting: (place) => place,
    toPlace: (value) => value,
    show: (value) => (value === 0 ? "none" : formatShare(value, 0)),
  },
} as const satisfies Readonly<
  Record<
    keyof Pick<PlaySettings, "steps" | "thresholdFactor" | "leak" | "bitErrorRate" | "deadShare">,
    KnobScale
  >
>;
