// Numbers in C: the smallest type that holds a range, literals that mean the same for every width of int, and
// tables.

/** Whole numbers, both ends included. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export type SignedType = "int8_t" | "int16_t" | "int32_t" | "int64_t";
export type UnsignedType = "uint8_t" | "uint16_t" | "uint32_t";
export type CType = SignedType | UnsignedType;

export const bytesOf: Readonly<Record<CType, number>> = {
  int8_t: 1,
  int16_t: 2,
  int32_t: 4,
  int64_t: 8,
  uint8_t: 1,
  uint16_t: 2,
  uint32_t: 4,
};

export function signedTypeOf({ low, high }: Range): SignedType {
  for (const [type, bits] of [
    ["int8_t", 8],
    ["int16_t", 16],
    ["int32_t", 32],
  ] as const) {
    if (low >= -(2 ** (bits - 1)) && high < 2 ** (bits - 1)) return type;
  }
  return "int64_t";
}

/** Of numbers from 0. */
export function unsignedTypeOf(high: number): UnsignedType {
  if (high < 2 ** 8) return "uint8_t";
  return high < 2 ** 16 ? "uint16_t" : "uint32_t";
}

/** For the indices of so many things: two bytes at least, so that a list's type does not follow every size. */
export function indexTypeOf(count: number): UnsignedType {
  return count <= 2 ** 16 ? "uint16_t" : "uint32_t";
}

export function union(one: Range, other: Range): Range {
  return { low: Math.min(one.low, other.low), high: Math.max(one.high, other.high) };
}

export function isWithin(inner: Range, outer: Range): boolean {
  return inner.low >= outer.low && inner.high <= outer.high;
}

/** The range of a signed type of so many bits. */
export function rangeOfBits(bits: number): Range {
  return { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 };
}

/** A signed constant; int may have 16 bits only. */
export function literal(value: number): string {
  if (value === -(2 ** 31)) return "INT32_MIN";
  if (value >= -32767 && value <= 32767) return value < 0 ? `(${value})` : String(value);
  const digits = Math.abs(value) < 2 ** 31 ? `INT32_C(${Math.abs(value)})` : `INT64_C(${Math.abs(value)})`;
  return value < 0 ? `(-${digits})` : digits;
}

/** A constant of uint32_t. */
export function unsignedLiteral(value: number): string {
  return value < 2 ** 16 ? `${value}U` : `UINT32_C(${value})`;
}

/** The elements of a table, in lines of at most 100 columns. */
export function tableLines(values: ArrayLike<number>, type: CType): string {
  const isWide = type === "int32_t" || type === "int64_t" || type === "uint32_t";
  const lines: string[] = [];
  let line = "";
  for (let i = 0; i < values.length; i++) {
    const word = `${isWide ? wideLiteral(values[i], type) : values[i]},`;
    if (line.length + word.length > 95) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? `    ${word}` : ` ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines.join("\n");
}

function wideLiteral(value: number, type: CType): string {
  return type === "uint32_t" ? unsignedLiteral(value) : literal(value);
}
