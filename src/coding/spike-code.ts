// What an input spike code is: a rule that says, pixel by pixel, whether it fires at a step.
//
// The rule is all that differs between codes; spike-encoder.ts turns any rule into spike lists.
// The constant code emits no spikes: its input is held as a real value (held-input.ts).

/** When one input fires. All arithmetic is float64, so every machine agrees. */
export interface SpikeMoment {
  /** The input, in [0, 1]. */
  readonly x: number;
  /** 1 … steps. */
  readonly step: number;
  readonly steps: number;
  /** Uniform in [0, 1), its own for each image, step and input. Only random codes read it. */
  readonly draw: number;
}

export interface SpikeCode {
  readonly name: string;
  readonly about: string;
  /** Whether the rule reads `draw`. */
  readonly isRandom: boolean;
  /** Whether T and 2T steps agree on the first T. */
  readonly hasPrefixProperty: boolean;
  /** The rule. An input of 0 never fires. */
  readonly firesAt: (moment: SpikeMoment) => boolean;
}
