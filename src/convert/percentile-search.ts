// Exact percentiles of more values than can be kept, found by looking at all of them three times.
//
// Positive floats are ordered as their patterns are, so the value of a rank is found digit by digit: the first
// pass counts the upper 11 bits and tells in which bin the rank lies, the second counts the next 10 bits of
// the values of that bin, the third the last 10. Percentiles lie between two ranks, so two are searched for.
// 16 kB for every part, however many values there are.

export interface PercentileRule {
  /** 0 to 100. */
  readonly percentile: number;
  /** Of the values above 0, or of all. */
  readonly population: "positive" | "all";
}

/** Values of one layer for some images, [count, size], cut into parts of equal length along the second axis. */
export interface PartView {
  readonly parts: number;
  readonly count: number;
  readonly size: number;
}

const binCount = 2048;
/** Bits below those that a pass counts. */
const shifts = [20, 10, 0] as const;
const digit = 1024;

/** Times that all values must be shown. */
export const passCount: number = shifts.length;

/** One percentile of each part's values; those below 0 count as 0. */
export class PercentileSearch {
  readonly #parts: number;
  readonly #rule: PercentileRule;
  /** Pass 0: by upper bits. Later: 1024 for the lower rank, 1024 for the upper. Shape [parts, 2048]. */
  readonly #counts: Float64Array;
  readonly #values: Float64Array;
  /** How far the upper rank is from the lower one's value, from 0 to below 1. */
  readonly #fractions: Float64Array;
  /** Lower and upper rank among those with the bits found so far; below 0 for a zero. Shape [parts, 2]. */
  readonly #ranks: Float64Array;
  /** Bits found so far. Shape [parts, 2]. */
  readonly #found: Int32Array;
  #pass = 0;

  constructor(parts: number, rule: PercentileRule) {
    this.#parts = parts;
    this.#rule = rule;
    this.#counts = new Float64Array(parts * binCount);
    this.#values = new Float64Array(parts);
    this.#fractions = new Float64Array(parts);
    this.#ranks = new Float64Array(2 * parts);
    this.#found = new Int32Array(2 * parts);
  }

  /** @param values - finite; read, not kept */
  take(values: Float32Array, { parts, count, size }: PartView): void {
    const patterns = new Int32Array(values.buffer, values.byteOffset, values.length);
    const perPart = size / parts;
    for (let n = 0, k = 0; n < count; n++) {
      for (let part = 0; part < parts; part++, k += perPart) {
        const own = patterns.subarray(k, k + perPart);
        if (this.#pass === 0) this.#countUpper(own, part);
        else this.#countDigit(own, part);
      }
    }
  }

  /** Go on to the next pass; all values have been shown. */
  endPass(): void {
    for (let part = 0; part < this.#parts; part++) {
      if (this.#pass === 0) this.#rank(part);
      this.#locate(part, 0);
      this.#locate(part, 1);
    }
    this.#counts.fill(0);
    this.#pass++;
  }

  /** After the last pass. @returns by part; 0 where the population is empty */
  percentiles(): Float64Array {
    const bits = new Int32Array(1);
    const asFloat = new Float32Array(bits.buffer);
    const valueAt = (place: number): number => {
      bits[0] = this.#found[place];
      return this.#ranks[place] < 0 ? 0 : asFloat[0];
    };
    return this.#fractions.map((fraction, part) => {
      const low = valueAt(2 * part);
      return low + (valueAt(2 * part + 1) - low) * fraction;
    });
  }

  #countUpper(patterns: Int32Array, part: number): void {
    const counts = this.#counts;
    const base = part * binCount;
    for (let i = 0; i < patterns.length; i++) {
      const bits = patterns[i];
      // Zero, or the sign bit is set.
      if (bits > 0) counts[base + (bits >>> shifts[0])]++;
    }
    this.#values[part] += patterns.length;
  }

  #countDigit(patterns: Int32Array, part: number): void {
    const counts = this.#counts;
    const base = part * binCount;
    const shift = shifts[this.#pass];
    const low = this.#found[2 * part];
    const high = this.#found[2 * part + 1];
    for (let i = 0; i < patterns.length; i++) {
      const bits = patterns[i];
      if (bits <= 0) continue;
      const upper = bits >>> (shift + 10);
      const place = base + ((bits >>> shift) & (digit - 1));
      if (upper === low) counts[place]++;
      if (upper === high) counts[place + digit]++;
    }
  }

  /** Which ranks among the positive values the percentile lies between. */
  #rank(part: number): void {
    const counts = this.#counts.subarray(part * binCount, (part + 1) * binCount);
    const positive = counts.reduce((sum, count) => sum + count, 0);
    const { percentile, population } = this.#rule;
    const zeros = population === "all" ? this.#values[part] - positive : 0;
    const size = positive + zeros;
    const rank = ((size - 1) * percentile) / 100;
    this.#fractions[part] = rank - Math.floor(rank);
    this.#ranks[2 * part] = size === 0 ? -1 : Math.floor(rank) - zeros;
    this.#ranks[2 * part + 1] = size === 0 ? -1 : Math.ceil(rank) - zeros;
  }

  /** Find the bin that holds a rank. @param which - 0 the lower, 1 the upper */
  #locate(part: number, which: 0 | 1): void {
    const place = 2 * part + which;
    if (this.#ranks[place] < 0) return;
    const isFirst = this.#pass === 0;
    let at = part * binCount + (isFirst ? 0 : which * digit);
    const first = at;
    for (; this.#ranks[place] >= this.#counts[at]; at++) this.#ranks[place] -= this.#counts[at];
    this.#found[place] = isFirst ? at - first : (this.#found[place] << 10) | (at - first);
  }
}
