// MT19937, the generator of NumPy's RandomState, for data sets whose definition is its stream. Everything else draws
// from `Random`. Matsumoto & Nishimura (1998); seeding and draws as in NumPy's legacy interface.

const [length, period] = [624, 397];

export class MersenneTwister {
  readonly #state = new Uint32Array(length);
  #next = length;

  /** @param seed - from 0 to 2³² − 1 */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < length; i++) {
      state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  uint32(): number {
    if (this.#next === length) this.#twist();
    let y = this.#state[this.#next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform in [0, 1) with 53 bits: `rand`. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Uniform from 0 to bound − 1 by rejection of masked words: `randint`. `bound` from 2 to 2³². */
  integer(bound: number): number {
    const mask = 0xffffffff >>> Math.clz32(bound - 1);
    for (;;) {
      const value = (this.uint32() & mask) >>> 0;
      if (value < bound) return value;
    }
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < length; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % length] & 0x7fffffff);
      state[i] = state[(i + period) % length] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
