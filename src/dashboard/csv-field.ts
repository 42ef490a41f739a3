// A value as a field of a CSV file.

/** A leading =, +, - or @ would be run as a formula by spreadsheets; numbers are let through. */
export function csvField(value: number | string | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+@-]/.test(value) && !Number.isFinite(Number(value)) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
