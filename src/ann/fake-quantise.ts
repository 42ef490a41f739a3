// Weights as the codes they will be stored as, in float32: what a network trained for few bits computes with.
//
// Every update's gradient is taken at scale · code and given to the float32 weight it came from, the rounding
// passed straight through (Jacob et al. 2018, section 3). Forward and backward see what `quantiseWeights` stores
// of the same weights, to the last bit; biases stay float32.

import type { Network } from "../model/network.ts";
import { type CodeFormat, quantiseTensor } from "../model/quantise-codes.ts";
import type { ParameterLayout } from "./parameter-layout.ts";

export interface FakeQuantiseArgs {
  readonly network: Network;
  readonly layout: ParameterLayout;
  readonly codes: CodeFormat;
  /** As trained. */
  readonly parameters: Float32Array;
  /** Output: the same with weights replaced. */
  readonly out: Float32Array;
}

export function fakeQuantise({ network, layout, codes, parameters, out }: FakeQuantiseArgs): void {
  out.set(parameters);
  for (const { name, shape, offset, length } of layout.parameters) {
    if (!name.endsWith(".weight")) continue;
    // The sums of the output's classes are compared, so they share one scale.
    const scales = name === `${network.output}.weight` ? "layer" : codes.scales;
    const weights = parameters.subarray(offset, offset + length);
    const quantised = quantiseTensor(weights, shape[0], codes.bits, scales);
    const size = length / quantised.scale.length;
    for (let i = 0; i < length; i++)
      out[offset + i] = quantised.codes[i] * quantised.scale[Math.floor(i / size)];
  }
}
