// An ANN as it stands before training, for tests that ask how a network is handled and not what it knows.

import { initialise } from "../src/ann/initialise.ts";
import type { Model } from "../src/model/model.ts";
import type { Network } from "../src/model/network.ts";

/** Float32 weights of `seed`, pixels of 0 to 255 scaled to [0, 1]. */
export function untrainedModel(network: Network, classes: readonly string[], seed: number): Model {
  return {
    kind: "ann",
    network,
    weightFormat: { kind: "float32" },
    tensors: initialise(network, seed),
    preprocessing: { scale: 1 / 255, offset: 0 },
    inference: null,
    classes,
    provenance: { data: "", seed, commit: "", kernels: "simd", parent: "", history: [] },
  };
}
