// Residual networks for small images (He et al. 2015, "Deep Residual Learning", section 4.2):
//
//   conv-bn-relu, then stages of n blocks, then the mean over all positions and a dense layer
//   block: y = relu(bn(conv(relu(bn(conv(x))))) + shortcut(x)); depth = 2 n stages + 2
//
// The first block of every stage but the first halves the image. Its shortcut must, too: `identity` (their
// option A) takes every second pixel and puts silent channels before and behind, which is a convolution of
// 1 × 1 with fixed weights 0 and 1; `projection` (option B) learns that convolution, with batch norm.

import { InvalidValueError } from "../base/errors.ts";
import { averagePool, batchNorm, connect, conv2d, dense, flatten, type LayerSpec, relu } from "./build.ts";
import type { Tensor } from "./model.ts";
import type { Layer, Network, Shape } from "./network.ts";
import { inferShapes, inputId } from "./shapes.ts";

export interface ResidualNetworkOptions {
  /** Layers with weights, shortcuts aside: 2 a block, and 2. */
  readonly depth: number;
  /** Channels of each stage. Default [16, 32, 64]. */
  readonly widths?: readonly number[];
  /** Default `identity`. */
  readonly shortcut?: "identity" | "projection";
  /** Default [3, 32, 32]. */
  readonly inputShape?: Shape;
  /** Default 10. */
  readonly classes?: number;
  /** Default `resnet<depth>`. */
  readonly name?: string;
}

export interface ResidualNetwork {
  readonly network: Network;
  /** Weights of the identity shortcuts, by tensor name: part of the architecture, never learned. */
  readonly fixed: Readonly<Record<string, Tensor>>;
}

/**
 * Ids are `stem-conv`, `stage2-block1-norm2`, `stage2-block1-shortcut` and the like; layers stand in the order
 * in which a block computes, its shortcut behind its second batch norm.
 *
 * @throws {InvalidValueError} for depths that are no whole number of blocks, or images too small
 */
export function residualNetwork(options: ResidualNetworkOptions): ResidualNetwork {
  const { depth, widths = [16, 32, 64], shortcut = "identity", classes = 10 } = options;
  const { inputShape = [3, 32, 32], name = `resnet${depth}` } = options;
  const blocks = (depth - 2) / (2 * widths.length);
  if (!(Number.isInteger(blocks) && blocks >= 1)) {
    const rule = `must be 2 more than a multiple of ${2 * widths.length}, from ${2 + 2 * widths.length}`;
    throw new InvalidValueError("depth", rule, depth);
  }
  const layers: Layer[] = [];
  const fixed: Record<string, Tensor> = {};
  const put = (id: string, spec: LayerSpec, ...from: readonly string[]): string => {
    layers.push({ ...spec, id, inputs: from.map((source) => connect(source)) } as Layer);
    return id;
  };
  const square = (channels: number, stride: number): LayerSpec =>
    conv2d({ channels, kernel: 3, padding: 1, stride, bias: false });
  const shortcutOf = (id: string, from: string, place: BlockPlace): string => {
    const { channels, inputs, stride } = place;
    if (stride === 1 && channels === inputs) return from;
    const made = put(`${id}-shortcut`, conv2d({ channels, kernel: 1, stride, bias: false }), from);
    if (shortcut === "projection") return put(`${id}-shortcut-norm`, batchNorm(), made);
    fixed[`${made}.weight`] = middleIdentity(inputs, channels, `layer ${JSON.stringify(made)}`);
    return made;
  };

  let last = put("stem-conv", square(widths[0], 1), inputId);
  last = put("stem-relu", relu(), put("stem-norm", batchNorm(), last));
  let inputs = widths[0];
  widths.forEach((channels, stage) => {
    for (let block = 1; block <= blocks; block++) {
      const id = `stage${stage + 1}-block${block}`;
      const stride = stage > 0 && block === 1 ? 2 : 1;
      const first = put(`${id}-norm1`, batchNorm(), put(`${id}-conv1`, square(channels, stride), last));
      const inner = put(`${id}-relu1`, relu(), first);
      const second = put(`${id}-norm2`, batchNorm(), put(`${id}-conv2`, square(channels, 1), inner));
      const sum = put(
        `${id}-add`,
        { kind: "add" },
        second,
        shortcutOf(id, last, { channels, inputs, stride }),
      );
      last = put(`${id}-relu2`, relu(), sum);
      inputs = channels;
    }
  });
  const [, height, width] = inferShapes({ name, inputShape, layers, output: last }).get(last) ?? [];
  last = put("flat", flatten(), put("mean", averagePool([height, width]), last));
  const output = put("scores", dense(classes), last);
  const network: Network = { name, inputShape, layers, output };
  inferShapes(network);
  return { network, fixed };
}

interface BlockPlace {
  readonly channels: number;
  /** Channels that come in. */
  readonly inputs: number;
  readonly stride: number;
}

/** Weight [channels, inputs, 1, 1] that puts the inputs in the middle of the channels. */
function middleIdentity(inputs: number, channels: number, where: string): Tensor {
  const before = (channels - inputs) / 2;
  if (!(Number.isInteger(before) && before >= 0)) {
    const rule = "must have an even number of channels more than its input for an identity shortcut";
    throw new InvalidValueError(where, rule, `${inputs} to ${channels}`, "Use projections.");
  }
  const data = new Float32Array(channels * inputs);
  for (let c = 0; c < inputs; c++) data[(before + c) * inputs + c] = 1;
  return { shape: [channels, inputs, 1, 1], data };
}
