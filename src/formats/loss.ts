// What a writer could not hold of a network, in one form for every target.

/** One thing that is lost, or changed, on the way out. */
export interface Loss {
  /** Layer, tensor or setting of the network, e.g. `layer "conv1"`. */
  readonly where: string;
  /** What the target cannot hold, as a phrase: `potentials of 32 bits`. */
  readonly what: string;
  /** What that means for whoever uses the file, as a sentence. */
  readonly consequence: string;
}
