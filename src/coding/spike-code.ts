// What an input spike code is: a rule that says, pixel by pixel, with what chance it fires at a step.
//
//   spike  ⇔  draw < chance(x, t, T),   draw uniform in [0, 1), its own for each image, step and input
//
// The rule is all that differs between codes; spike-encoder.ts turns any rule into spike lists.
// The constant code emits no spikes: its input is held as a real value (constant.ts).

/** One input at one step. All arithmetic is float64, so every machine agrees. */
export interface SpikeMoment {
  /** The input, in [0, 1]. */
  readonly x: number;
  /** 1 … steps. */
  readonly step: number;
  readonly steps: number;
}

export interface SpikeCode {
  readonly name: string;
  readonly about: string;
  /** Whether any chance lies between 0 and 1. */
  readonly isRandom: boolean;
  /** Whether T and 2T steps agree on the first T. */
  readonly hasPrefixProperty: boolean;
  /** The rule: 0 or 1 for codes that are not random. An input of 0 never fires. */
  readonly chance: (moment: SpikeMoment) => number;
  /** What a spike at a step is worth; 1 if absent. The simulator multiplies, the encoder does not. */
  readonly worth?: (step: number) => number;
}

/** @param draw - from `spikeDraw` */
export function firesAt(code: SpikeCode, moment: SpikeMoment, draw: number): boolean {
  return draw < code.chance(moment);
}
