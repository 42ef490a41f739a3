// What an ANN did, as operation counts: on a dense accelerator, and on one that skips products with
// a zero input. Both times each product is a multiplication and an addition.
//
// Widths: float32 weights make everything float32; codes of b bits make products int<b>x<bits of the
// input>, summed in int32. Biases are an addition an output, relu a comparison, average pooling
// window − 1 additions, max pooling as many comparisons, add one addition an extra input.
// Memory, by the same rules as for SNNs (count-snn.ts): every product reads its weight, every layer reads its
// inputs once and writes its outputs once, sums stay in registers.
// Left out, in the ANN's favour: rescaling sums to activation codes, and finding the zeros to skip.

import type { AnnRun } from "../ann/classify.ts";
import { InvalidValueError } from "../base/errors.ts";
import type { Model } from "../model/model.ts";
import type { Conv2dLayer, DenseLayer, Layer, Shape } from "../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import type { LayerCounts, OperationCounts } from "./counts.ts";
import { noCounts, noTraffic } from "./no-counts.ts";
import {
  byWidth,
  largestActivationBits,
  productWidth,
  signalSource,
  sumWidth,
  weightBitsOf,
  weightsBytes,
  wordBytes,
} from "./storage-size.ts";

/** The part of an ANN's run that counts are made from. */
export type AnnRunCounts = Pick<AnnRun, "images"> & {
  readonly layers: readonly Pick<AnnRun["layers"][number], "layer" | "denseProducts" | "nonZeroProducts">[];
};

export interface ActivationWidths {
  /** Bits of an activation between layers, 1 to 32; not read for float32 weights. */
  readonly activationBits: number;
  /** Bits of a value of the network's input; pixels have 8 unless requantised. */
  readonly inputBits?: number;
}

/** Smallest width that holds the T + 1 spike counts of T steps: ⌈log2(T + 1)⌉ bits. */
export function bitsForSteps(steps: number): number {
  return 32 - Math.clz32(steps);
}

/** @throws {InvalidValueError} for widths that are not whole numbers from 1 to 32 */
export function countAnn(
  model: Model,
  run: AnnRunCounts,
  { activationBits, inputBits = 8 }: ActivationWidths,
): { readonly dense: OperationCounts; readonly zeroSkipping: OperationCounts } {
  for (const [where, bits] of Object.entries({ activationBits, inputBits })) {
    if (!Number.isInteger(bits) || bits < 1 || bits > 32) {
      throw new InvalidValueError(where, "must be a whole number from 1 to 32", bits);
    }
  }
  const shapes = inferShapes(model.network);
  const products = new Map(run.layers.map((layer) => [layer.layer, layer]));
  const isFloat = model.weightFormat.kind === "float32";
  const bitsOf = (source: string): number => {
    if (isFloat) return 32;
    return source === inputId ? inputBits : activationBits;
  };
  const count = (skipsZeros: boolean): OperationCounts => ({
    images: run.images,
    steps: 1,
    layers: model.network.layers.flatMap((layer) => {
      const done = products.get(layer.id);
      if (layer.kind === "dense" || layer.kind === "conv2d") {
        return done === undefined
          ? []
          : [countLinear(model, shapes, layer, bitsOf, { ...done, ...run, skipsZeros })];
      }
      return countElementwise(model, shapes, layer, bitsOf, run.images);
    }),
    memories: {
      weightsBytes: weightsBytes(model, ["bias", "scale", "gamma", "beta", "mean", "variance"]),
      potentialsBytes: 0,
      activationsBytes: Math.ceil(largestActivationBits(model, shapes, bitsOf) / 8),
    },
  });
  return { dense: count(false), zeroSkipping: count(true) };
}

function countLinear(
  model: Model,
  shapes: ReadonlyMap<string, Shape>,
  layer: DenseLayer | Conv2dLayer,
  bitsOf: (source: string) => number,
  run: {
    readonly images: number;
    readonly denseProducts: number;
    readonly nonZeroProducts: number;
    readonly skipsZeros: boolean;
  },
): LayerCounts {
  const inputs = sizeOf(shapes.get(layer.inputs[0].from) ?? []) * run.images;
  const outputs = sizeOf(shapes.get(layer.id) ?? []) * run.images;
  const inputBits = bitsOf(signalSource(model, layer.inputs[0].from));
  const products = run.skipsZeros ? run.nonZeroProducts : run.denseProducts;
  const biases = layer.bias ? outputs : 0;
  return {
    ...noCounts(layer.id),
    multiplications: byWidth(productWidth(model, inputBits), products),
    additions: byWidth(sumWidth(model), products + biases),
    synapticOperations: run.nonZeroProducts,
    denseProducts: run.denseProducts,
    traffic: {
      ...noTraffic,
      weightsRead: (products * weightBitsOf(model)) / 8 + biases * wordBytes,
      activationsRead: (inputs * inputBits) / 8,
      activationsWritten: (outputs * bitsOf(layer.id)) / 8,
    },
  };
}

/** Layers without weights. Relu works on what is about to be written, so it moves no bytes. */
function countElementwise(
  model: Model,
  shapes: ReadonlyMap<string, Shape>,
  layer: Exclude<Layer, DenseLayer | Conv2dLayer>,
  bitsOf: (source: string) => number,
  images: number,
): readonly LayerCounts[] {
  const width = sumWidth(model);
  const outputs = sizeOf(shapes.get(layer.id) ?? []) * images;
  const inputs = sizeOf(shapes.get(layer.inputs[0].from) ?? []) * images * layer.inputs.length;
  const bits = bitsOf(signalSource(model, layer.inputs[0].from));
  const traffic = {
    ...noTraffic,
    activationsRead: (inputs * bits) / 8,
    activationsWritten: (outputs * bits) / 8,
  };
  const counts = noCounts(layer.id);
  switch (layer.kind) {
    case "relu":
      return [{ ...counts, comparisons: byWidth(width, outputs) }];
    case "averagePool":
      return [{ ...counts, traffic, additions: byWidth(width, outputs * (windowOf(layer.kernel) - 1)) }];
    case "maxPool":
      return [{ ...counts, traffic, comparisons: byWidth(width, outputs * (windowOf(layer.kernel) - 1)) }];
    case "add":
      return [{ ...counts, traffic, additions: byWidth(width, outputs * (layer.inputs.length - 1)) }];
    case "batchNorm": {
      // One multiplication and one addition a value, at full width: it stands before any rescaling.
      const product = width === "float32" ? "float32" : "int32x32";
      return [{ ...counts, multiplications: byWidth(product, outputs), additions: byWidth(width, outputs) }];
    }
    default:
      return [];
  }
}

function windowOf([height, width]: readonly [number, number]): number {
  return height * width;
}
