// Numbers as a reader wants them: three significant digits, SI prefixes, units always beside them.
// Whatever is null, NaN or infinite reads "–": a missing figure must never look like a zero.

import type { Interval } from "../pipeline/evaluation.ts";

export const missing = "–";

type Maybe = number | null | undefined;

export function isKnown(value: Maybe): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** Three significant digits without an exponent between 1e-4 and 1e6: 0.0123, 12.3, 12,300. */
export function formatNumber(value: Maybe, digits = 3): string {
  if (!isKnown(value)) return missing;
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude < 1e-4 || magnitude >= 1e15) return formatPower(value);
  const rounded = Number(value.toPrecision(digits));
  const [whole, fraction] = String(Math.abs(magnitude >= 10 ** digits ? Math.round(value) : rounded)).split(
    ".",
  );
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0 ? "−" : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

const prefixes = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T"];

/** With an SI prefix: 12.3 nJ. `value` in the bare unit. */
export function formatSi(value: Maybe, unit: string, digits = 3): string {
  if (!isKnown(value)) return missing;
  if (value === 0) return `0 ${unit}`;
  // The rounded value chooses the prefix: 999.9 nJ reads 1 µJ.
  const rounded = Number(value.toPrecision(digits));
  const power = Math.floor(Math.log10(Math.abs(rounded)) / 3 + 1e-9);
  const index = Math.min(prefixes.length - 1, Math.max(0, power + 5));
  return `${formatNumber(rounded / 10 ** (3 * (index - 5)), digits)} ${prefixes[index]}${unit}`;
}

export function formatEnergy(energyPj: Maybe): string {
  return formatSi(isKnown(energyPj) ? energyPj * 1e-12 : null, "J");
}

export function formatSeconds(seconds: Maybe): string {
  return formatSi(seconds, "s");
}

export function formatBytes(sizeBytes: Maybe): string {
  if (!isKnown(sizeBytes)) return missing;
  if (sizeBytes < 1024) return `${formatNumber(sizeBytes)} B`;
  if (sizeBytes < 1024 * 1024) return `${formatNumber(sizeBytes / 1024)} KiB`;
  return `${formatNumber(sizeBytes / 1024 / 1024)} MiB`;
}

/** A share of 1 as per cent: 98.12 %. */
export function formatShare(share: Maybe, decimals = 2): string {
  return isKnown(share) ? `${fixed(100 * share, decimals)} %` : missing;
}

/** A difference of shares in percentage points, with its sign: −0.21 points. */
export function formatPoints(difference: Maybe): string {
  if (!isKnown(difference)) return missing;
  const text = fixed(100 * difference, 2);
  return `${/^[−0.]+$/.test(text) || difference < 0 ? "" : "+"}${text} points`;
}

/** A bit-error rate: 10⁻³, 3·10⁻⁴. */
export function formatPower(value: Maybe): string {
  if (!isKnown(value)) return missing;
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(2).split("e");
  const short = String(Number(mantissa)).replace("-", "−");
  const raised = `10${superscript(Number(exponent))}`;
  return short === "1" ? raised : `${short}·${raised}`;
}

/** `value [low, high]`, the ends without repeating the unit. */
export function formatInterval(interval: Interval, format: (value: number) => string): string {
  if (!isKnown(interval.value)) return missing;
  if (!isKnown(interval.low) || !isKnown(interval.high)) return `${format(interval.value)} (no interval)`;
  return `${format(interval.value)} [${withoutUnit(format(interval.low))}, ${withoutUnit(format(interval.high))}]`;
}

/** How much less or more `value` is than `reference`: 5.9× less. */
export function formatRatio(value: Maybe, reference: Maybe): string {
  if (!isKnown(value) || !isKnown(reference) || value <= 0 || reference <= 0) return "not comparable";
  const ratio = reference / value;
  if (Math.abs(ratio - 1) < 0.005) return "the same";
  return ratio > 1 ? `${formatNumber(ratio)}× less` : `${formatNumber(1 / ratio)}× more`;
}

/** A setting of a design. */
export function formatSetting(value: number | string | boolean): string {
  if (typeof value === "number") return formatNumber(value, 4);
  return typeof value === "boolean" ? (value ? "yes" : "no") : value;
}

/** A field's name in words: thresholdFactor → threshold factor. */
export function wordsOf(name: string): string {
  return name.replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}

/** `1 step`, `4 steps`. */
export function formatCount(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

function withoutUnit(text: string): string {
  return text.replace(/ (%|points)$/, "");
}

function superscript(exponent: number): string {
  return String(exponent).replace(/./g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]));
}
