// Numbers of 16 bits as JavaScript's.

/** IEEE 754 binary16. */
export function halfToNumber(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** The upper half of a float32. */
export function bfloatToNumber(bits: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint16(0, bits);
  return word.getFloat32(0);
}
