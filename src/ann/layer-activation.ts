// What a relu layer does, as its description and its bound say.

import type { Activation } from "../kernels/activation.ts";
import type { ReluLayer } from "../model/network.ts";

/** @param bound - λ, where the layer is bounded */
export function layerActivation({ bounded, levels }: ReluLayer, bound: number | undefined): Activation {
  if (!bounded || bound === undefined) return { kind: "relu" };
  return levels === undefined ? { kind: "clip", bound } : { kind: "levels", bound, levels, shift: 0.5 };
}
