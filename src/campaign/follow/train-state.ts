// A train as it is now, beside its golden one.

export class TrainState {
  /** Shape [elements, words]. */
  readonly golden: Uint32Array;
  readonly now: Uint32Array;
  /** Elements that differ: the first `changes`. */
  readonly changed: Int32Array;
  changes = 0;
  readonly #words: number;

  constructor(golden: Uint32Array, words: number) {
    this.golden = golden;
    this.now = new Uint32Array(golden.length);
    this.changed = new Int32Array(golden.length / words);
    this.#words = words;
  }

  /** After the golden train was loaded. */
  reset(): void {
    this.now.set(this.golden);
    this.changes = 0;
  }

  /** Take a new train for an element that has its golden one; says whether it differs. */
  replace(element: number, train: Uint32Array): boolean {
    const at = element * this.#words;
    let differs = false;
    for (let word = 0; word < this.#words; word++) {
      if (train[word] === this.golden[at + word]) continue;
      differs = true;
      this.now[at + word] = train[word];
    }
    if (differs) this.changed[this.changes++] = element;
    return differs;
  }

  /** Back to the golden trains. */
  restore(): void {
    for (let k = 0; k < this.changes; k++) {
      const at = this.changed[k] * this.#words;
      for (let word = 0; word < this.#words; word++) this.now[at + word] = this.golden[at + word];
    }
    this.changes = 0;
  }
}
