// The ANNs a study trains, from a few numbers each.

import type { ImageShape } from "../data/image-shape.ts";
import {
  averagePool,
  batchNorm as batchNormLayer,
  conv2d,
  dense,
  flatten,
  type LayerSpec,
  relu,
  sequential,
} from "../model/build.ts";
import type { Network } from "../model/network.ts";

/** One ANN of a study: a file, or a shape to train. */
export type NetworkSpec =
  | { readonly name: string; readonly file: string }
  | {
      readonly name: string;
      readonly kind: "mlp" | "cnn";
      /** Units of the hidden dense layers. */
      readonly hidden: readonly number[];
      /** cnn: channels of the convolutions, each followed by 2×2 average pooling. */
      readonly channels: readonly number[];
      /** cnn: side of the square kernels; padded so that convolutions keep the size (odd sides). */
      readonly kernel: number;
      readonly batchNorm: boolean;
    };

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
          relu(),
          averagePool(2),
        ]);
  const hidden = spec.hidden.flatMap((units) => [dense(units, !spec.batchNorm), ...norm, relu()]);
  return sequential(spec.name, image, [...convolutions, flatten(), ...hidden, dense(classes)]);
}
