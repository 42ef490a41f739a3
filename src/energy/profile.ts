// Hardware profiles: versioned data, from which counts become energy and time.

/** Price of a byte in a memory of at most `sizeBytes`; sizes between two rows are interpolated in log size. */
export interface MemoryPrice {
  readonly sizeBytes: number;
  readonly readPjPerByte: number;
  readonly writePjPerByte: number;
}

export interface EnergyProfile {
  readonly schema: "spikefront.energy-profile";
  readonly version: 1;
  readonly name: string;
  readonly about: string;
  /** Publication or data sheet, and where in it. */
  readonly source: string;
  /** pJ by width, as in counts.ts; `int<a>x<b>` not listed is priced int8x8 · a·b/64. null: the hardware cannot multiply. */
  readonly multiplyPj: Readonly<Record<string, number>> | null;
  readonly addPj: Readonly<Record<string, number>>;
  readonly comparePj: Readonly<Record<string, number>>;
  /**
   * Chips that publish a price of a whole event instead: these replace the operations above.
   * pJ per synaptic operation and per neuron update.
   */
  readonly events: { readonly synapticOperationPj: number; readonly neuronUpdatePj: number } | null;
  /** Smallest first; null: memory accesses are left out. */
  readonly memory: readonly MemoryPrice[] | null;
  /** Static power while an inference runs. */
  readonly idlePowerMw: number;
  readonly perStepPj: number;
  /** 0 where the source gives no speed. */
  readonly secondsPerStep: number;
  /** Relative uncertainty the source states or we assume, e.g. 0.2, and why. */
  readonly uncertainty: { readonly relative: number; readonly why: string };
  /** What the figures leave out, printed beside them. */
  readonly leavesOut: string;
}
