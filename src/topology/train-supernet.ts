// The network whose weights all candidates share: everything concatenated, trained whole at first, then by rounds
// in each of which one random candidate takes its slice, trains it for a while and puts it back (single path, one
// shot; Guo et al. 2020). Without the rounds a slice begins with neurons that miss most of their input.

import { Random } from "../base/random.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Model } from "../model/model.ts";
import { adjacencyAt, adjacencyCount, canonicalAdjacency } from "../space/adjacency.ts";
import { inheritWeights, type SharedWeights } from "./inherit-weights.ts";
import { fullMatrix, skipField } from "./skip-block.ts";
import type { SkipNetworkSpec } from "./skip-network.ts";
import { subsetSamples } from "./skip-samples.ts";
import { type SkipModelOptions, type SkipTrainingOptions, skipModel, trainSkips } from "./train-skips.ts";

export interface SupernetOptions extends SkipTrainingOptions {
  readonly begin: Omit<SkipModelOptions, "matrices">;
  /** Rounds of random candidates; 0: the supernet is only trained whole. */
  readonly rounds: number;
  /** Training images of a round; each round takes the next ones. */
  readonly imagesOfRound: number;
}

/**
 * @returns the supernet's tensors, and those of projections that candidates have brought
 * @throws {CancelledError} when cancelled
 */
export function trainSupernet(kernels: Kernels, options: SupernetOptions): SharedWeights {
  const { begin, rounds, imagesOfRound, train, settings, seed } = options;
  const { spec } = begin;
  const matrices = spec.blocks.map(fullMatrix);
  const whole = trainSkips(kernels, skipModel({ ...begin, matrices }), options);
  let shared: SharedWeights = { matrices, tensors: whole.tensors };
  const once = { ...settings, epochs: 1, schedule: "constant", warmUpEpochs: 0 } as const;
  for (let round = 0; round < rounds; round++) {
    const random = new Random({ seed, trial: -1, purpose: "supernet-candidate", index: round });
    const drawn = randomMatrices(spec, random);
    const first = (round * imagesOfRound) % (train.count - imagesOfRound + 1);
    const candidate = candidateModel(begin, shared, drawn);
    const { tensors } = trainSkips(kernels, candidate, {
      ...options,
      settings: once,
      train: subsetSamples(train, first, imagesOfRound),
      seed: seed + 1 + round,
    });
    const returned = inheritWeights(spec, { matrices: drawn, tensors }, shared);
    shared = { matrices, tensors: { ...tensors, ...returned } };
  }
  return shared;
}

/** A candidate with its slice of the shared weights; what is not shared is drawn, columns not shared are 0. */
export function candidateModel(
  begin: Omit<SkipModelOptions, "matrices">,
  shared: SharedWeights,
  matrices: readonly string[],
): Model {
  const fresh = skipModel({ ...begin, matrices });
  const drawn = { matrices, tensors: fresh.tensors };
  return { ...fresh, tensors: inheritWeights(begin.spec, shared, drawn, { hasSilentColumns: true }) };
}

/** Drawn evenly from those that join input and output. */
function randomMatrices({ blocks }: SkipNetworkSpec, random: Random): readonly string[] {
  return blocks.map((block) => {
    const field = skipField(block);
    for (;;) {
      const matrix = adjacencyAt(field, random.integer(adjacencyCount(field)));
      if (field.isChained || /[1-9]/.test(canonicalAdjacency(field, matrix))) return matrix;
    }
  });
}
