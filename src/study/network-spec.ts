// The ANNs a study trains, from a few numbers each.

import type { ImageShape } from "../data/image-shape.ts";
import {
  averagePool,
  batchNorm as batchNormLayer,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  sequential,
} from "../model/build.ts";
import type { Network, ReluLayer } from "../model/network.ts";
import { choice, type Fields, int, type Values } from "../space/field.ts";

/** What the relus of a trained network are. */
export const activationFields = {
  // Deng & Gu 2021; Bu et al. 2022.
  activation: choice({
    about: "relu; clipped: with a trained bound; qcfs: the bound in levels, trained for few steps",
    options: ["relu", "clipped", "qcfs"],
    default: "relu",
  }),
  levels: int({ about: "qcfs: levels above 0", unit: "1", low: 1, high: 65_535, scale: "log", default: 4 }),
} satisfies Fields;

export type ActivationSettings = Values<typeof activationFields>;

/** One ANN of a study: a file, or a shape to train. */
export type NetworkSpec =
  | { readonly name: string; readonly file: string }
  | ({
      readonly name: string;
      readonly kind: "mlp" | "cnn";
      /** Units of the hidden dense layers. */
      readonly hidden: readonly number[];
      /** cnn: channels of the convolutions, each followed by 2×2 average pooling. */
      readonly channels: readonly number[];
      /** cnn: side of the square kernels; padded so that convolutions keep the size (odd sides). */
      readonly kernel: number;
      readonly batchNorm: boolean;
    } & Partial<ActivationSettings>);

/** What makes a relu layer one of this kind. */
export function reluForm({
  activation = activationFields.activation.default,
  levels = activationFields.levels.default,
}: Partial<ActivationSettings>): Pick<ReluLayer, "bounded" | "levels"> {
  if (activation === "relu") return {};
  return activation === "clipped" ? { bounded: true } : { bounded: true, levels };
}

/**
 * The network a spec describes.
 *
 * @throws {InvalidValueError} when the images are too small for it, naming the layer
 */
export function networkOf(
  spec: Exclude<NetworkSpec, { file: string }>,
  image: ImageShape,
  classes: number,
): Network {
  const norm = spec.batchNorm ? [batchNormLayer()] : [];
  const relu: LayerSpec = { kind: "relu", ...reluForm(spec) };
  const convolutions: LayerSpec[] =
    spec.kind === "mlp"
      ? []
      : spec.channels.flatMap((channels) => [
          conv2d({
            channels,
            kernel: spec.kernel,
            padding: Math.floor(spec.kernel / 2),
            bias: !spec.batchNorm,
          }),
          ...norm,
          relu,
          averagePool(2),
        ]);
  const hidden = spec.hidden.flatMap((units) => [dense(units, !spec.batchNorm), ...norm, relu]);
  return sequential(spec.name, image, [...convolutions, flatten(), ...hidden, dense(classes)]);
}
