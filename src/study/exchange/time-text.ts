// Moments as Python writes them: UTC to the microsecond. Milliseconds since 1970 as a 64-bit number keep
// microseconds until the year 2255.

/** `2026-01-31T23:59:58.007001`, without a zone. */
export function timeText(timeMs: number): string {
  const microseconds = Math.round(timeMs * 1000);
  const wholeMs = Math.floor(microseconds / 1000);
  const rest = String(microseconds - 1000 * wholeMs).padStart(3, "0");
  return new Date(wholeMs).toISOString().replace("Z", rest);
}

/**
 * The moment a text tells, NaN when it tells none. Without a zone it is taken as UTC, as Optuna 5 writes it; the
 * versions before wrote local time, which their files do not tell.
 */
export function timeFromText(text: string): number {
  const found = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (found === null) return Number.NaN;
  const [, date, time, fraction = "0", zone = "Z"] = found;
  return Date.parse(`${date}T${time}${zone}`) + Number(fraction.padEnd(6, "0")) / 1000;
}
