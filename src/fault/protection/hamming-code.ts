// Single error correction, double error detection (SEC-DED): the extended Hamming code of any word length.
//
// Positions of a codeword are numbered from 1; those that are powers of two hold check bits, the others data.
// Check bit j is the parity of the positions that have bit j set, so the XOR of the positions of all ones,
// the syndrome, is 0 in a codeword and the position of a single error. One more bit makes the parity of
// everything even: it tells one error (odd) from two (even). Source: Hamming, Error detecting and error
// correcting codes, 1950.

/** What a decoder found. `corrected`: of data or check bits. `detected`: more errors than it can correct. */
export type HammingVerdict = "sound" | "corrected" | "detected";

export interface HammingCode {
  readonly dataBits: number;
  /** Redundant bits: the check bits, then the overall parity. */
  readonly checkBits: number;
  /** Two-input gates of a decoder: XOR trees of the check bits, a match and an XOR for every data bit. */
  readonly decoderGates: number;
  /** Write the check bits of a word. `data` shape [dataBits], `check` [checkBits], each 0 or 1. */
  encode(data: Uint8Array, check: Uint8Array): void;
  /** Correct a word in place. */
  decode(data: Uint8Array, check: Uint8Array): HammingVerdict;
}

/** @param dataBits - at least 1 */
export function hammingCode(dataBits: number): HammingCode {
  const positions = new Uint32Array(dataBits);
  let position = 1;
  for (let i = 0; i < dataBits; position++) {
    if ((position & (position - 1)) !== 0) positions[i++] = position;
  }
  const last = Math.max(positions[dataBits - 1], 3);
  const syndromeBits = 32 - Math.clz32(last);
  const placeOf = new Map(Array.from(positions, (at, i) => [at, i]));

  const syndromeOf = (data: Uint8Array): number => {
    let syndrome = 0;
    for (let i = 0; i < dataBits; i++) if (data[i] === 1) syndrome ^= positions[i];
    return syndrome;
  };

  return {
    dataBits,
    checkBits: syndromeBits + 1,
    decoderGates: decoderGates(positions, syndromeBits),
    encode(data, check) {
      const syndrome = syndromeOf(data);
      let parity = 0;
      for (let i = 0; i < dataBits; i++) parity ^= data[i];
      for (let j = 0; j < syndromeBits; j++) {
        check[j] = (syndrome >> j) & 1;
        parity ^= check[j];
      }
      check[syndromeBits] = parity;
    },
    decode(data, check) {
      let syndrome = syndromeOf(data);
      let parity = check[syndromeBits];
      for (let i = 0; i < dataBits; i++) parity ^= data[i];
      for (let j = 0; j < syndromeBits; j++) {
        syndrome ^= check[j] << j;
        parity ^= check[j];
      }
      if (parity === 0) return syndrome === 0 ? "sound" : "detected";
      if (syndrome === 0) {
        check[syndromeBits] ^= 1;
        return "corrected";
      }
      const place = placeOf.get(syndrome);
      if (place !== undefined) data[place] ^= 1;
      // A power of two is a check bit; beyond the word there is nothing one error could have hit.
      else if ((syndrome & (syndrome - 1)) === 0) check[Math.log2(syndrome)] ^= 1;
      else return "detected";
      return "corrected";
    },
  };
}

/** The syndrome: a XOR for each one in the positions; the parity: of all bits; then match and flip. */
function decoderGates(positions: Uint32Array, syndromeBits: number): number {
  let ones = 0;
  for (const position of positions) for (let rest = position; rest > 0; rest &= rest - 1) ones++;
  const dataBits = positions.length;
  return ones + (dataBits + syndromeBits) + dataBits * (syndromeBits - 1 + 1 + 1);
}
