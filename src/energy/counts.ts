// What a network did, as counts: the only thing energy and time are computed from, so that another
// hardware profile never needs another simulation.
//
// All counts are totals over `images` inferences (exact integers below 2^53), by layer.

/**
 * Width of an operation. Products: `"float32"` or `"int<weight bits>x<input bits>"`, e.g. `"int8x8"`.
 * Sums and comparisons: `"float32"` or `"int32"`.
 */
export type CountsByWidth = Readonly<Record<string, number>>;

/** Input of a first layer that is held as a real-valued current; kept apart because it can be charged in three ways. */
export interface AnalogInputCounts {
  /** Products of one presentation with a non-zero input, by width. */
  readonly products: CountsByWidth;
  /** Additions of the held current to the potentials: neurons × steps. */
  readonly heldAdditions: number;
  readonly steps: number;
}

/** Bytes moved, by memory. */
export interface MemoryTraffic {
  readonly weightsRead: number;
  readonly potentialsRead: number;
  readonly potentialsWritten: number;
  readonly activationsRead: number;
  readonly activationsWritten: number;
}

export interface LayerCounts {
  readonly layer: string;
  readonly multiplications: CountsByWidth;
  readonly additions: CountsByWidth;
  readonly comparisons: CountsByWidth;
  readonly neuronUpdates: number;
  /** Spikes the layer emitted; 0 for layers without neurons. */
  readonly spikes: number;
  /** Synaptic events (input spike × fan-out) for SNNs, products with a non-zero input for ANNs. */
  readonly synapticOperations: number;
  /** Products a dense accelerator would do in one pass, zeros included. */
  readonly denseProducts: number;
  readonly traffic: MemoryTraffic;
  /** null unless the layer is fed real values held over all steps. */
  readonly analogInput: AnalogInputCounts | null;
}

/** Size of each memory the network needs; decides the price of a byte. */
export interface MemorySizes {
  readonly weightsBytes: number;
  readonly potentialsBytes: number;
  readonly activationsBytes: number;
}

export interface OperationCounts {
  readonly images: number;
  /** Steps of an inference; 1 for an ANN. */
  readonly steps: number;
  readonly layers: readonly LayerCounts[];
  readonly memories: MemorySizes;
}

/** How the first layer's real-valued input is charged. `ac` is unphysical: for comparison with papers that do so. */
export type InputAccounting = "mac-once" | "mac-per-step" | "ac";
