// Seeded random streams.
//
// A stream is named, never shared: hash(study seed, trial number, purpose, index) gives the
// state, so a result depends neither on the number of workers nor on retries or time.
// Generator: xoshiro128** (Blackman & Vigna 2021), seeded by splitmix32 over an FNV-1a/murmur3
// mix of the key. Only integer arithmetic and exact float scaling: the same on every machine.

/** What names a stream. `trial` is −1 for work that belongs to no trial. */
export interface StreamKey {
  readonly seed: number;
  readonly trial: number;
  /** e.g. `"fault-search"`, `"poisson"`, `"shuffle"`. Distinct purposes give disjoint streams. */
  readonly purpose: string;
  readonly index: number;
}

/** A deterministic stream of random numbers. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(key: StreamKey) {
    let state = hashKey(key);
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0;
      return mix(state);
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next() | 1; // never the all-zero state
  }

  /** Uniform integer in [0, 2³²). */
  uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Uniform integer in [0, bound), without modulo bias. `bound` from 1 to 2³². */
  integer(bound: number): number {
    const limit = 4294967296 - (4294967296 % bound);
    let value = this.uint32();
    while (value >= limit) value = this.uint32();
    return value % bound;
  }

  /** Shuffle in place (Fisher–Yates). */
  shuffle(items: { [index: number]: number; readonly length: number }): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
  }
}

/** A 32-bit seed derived from a key, for kernels that run their own generator. */
export function streamSeed(key: StreamKey): number {
  return hashKey(key) >>> 0;
}

function hashKey({ seed, trial, purpose, index }: StreamKey): number {
  let h = 0x811c9dc5;
  const add = (word: number): void => {
    h = mix(Math.imul(h ^ word, 0x01000193) + 0x9e3779b9);
  };
  add(seed | 0);
  add(Math.floor(seed / 4294967296));
  add(trial | 0);
  add(index | 0);
  add(Math.floor(index / 4294967296));
  for (let i = 0; i < purpose.length; i++) add(purpose.charCodeAt(i));
  return h;
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}
