// A trained event network with what it takes to use it: code, decoding, classes, where it came from.

import { FormatError, InvalidValueError } from "../base/errors.ts";
import type { Tensor } from "../model/model.ts";
import { resolve } from "../space/resolve.ts";
import { type EventDecoding, eventDecodings } from "./event-decision.ts";
import {
  type EventNetwork,
  eventNetwork,
  eventShapes,
  eventWeightShapes,
  type GivenEventNetwork,
  neuronsOf,
} from "./event-network.ts";
import { type EventTrainingSettings, eventTrainingFields } from "./event-training-fields.ts";
import { type EventCoding, eventCodingFields } from "./labelled-trains.ts";

export interface EventProvenance {
  /** SHA-256 of the data set. */
  readonly data: string;
  readonly seed: number;
  readonly commit: string;
  readonly kernels: string;
  /** Epochs trained, and the one that was best on the validation split. */
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly history: readonly string[];
}

export interface EventModel {
  readonly network: EventNetwork;
  /** One array a layer, empty for pools; shapes as `eventWeightShapes`. */
  readonly weights: readonly Float32Array[];
  readonly coding: EventCoding;
  readonly decoding: EventDecoding;
  readonly classes: readonly string[];
  readonly training: EventTrainingSettings;
  readonly provenance: EventProvenance;
}

/** A model as it stands in a file: descriptions apart from tensors. */
export interface EventModelParts {
  readonly network: unknown;
  readonly coding: unknown;
  readonly decoding: unknown;
  readonly classes: unknown;
  readonly training: unknown;
  readonly provenance: unknown;
}

interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

function weightName(layer: string): string {
  return `${layer}.weight`;
}

/** The model as a file takes it: what `eventModelOf` reads. */
export function eventModelParts({ weights, ...parts }: EventModel): {
  readonly parts: EventModelParts;
  readonly tensors: Readonly<Record<string, Tensor>>;
} {
  const shapes = eventWeightShapes(parts.network);
  const tensors: Record<string, Tensor> = {};
  for (const [l, { id, kind }] of parts.network.layers.entries())
    if (kind !== "pool") tensors[weightName(id)] = { shape: shapes[l], data: weights[l] };
  return { parts, tensors };
}

/**
 * Check what a file holds.
 *
 * @param where - the file's name, for messages
 * @throws {FormatError} naming what is missing or of another form
 */
export function eventModelOf(
  parts: EventModelParts,
  tensors: Readonly<Record<string, WeightTensor>>,
  where: string,
): EventModel {
  const { decoding, classes } = parts;
  try {
    const network = eventNetwork(parts.network as GivenEventNetwork);
    const outputs = neuronsOf(eventShapes(network)[network.layers.length]);
    if (!eventDecodings.some((known) => known === decoding))
      throw new InvalidValueError("decoding", `must be one of ${eventDecodings.join(", ")}`, decoding);
    if (!Array.isArray(classes) || classes.length !== outputs)
      throw new InvalidValueError("classes", `must be ${outputs} names`, classes);
    return {
      network,
      weights: weightsOf(network, tensors),
      coding: resolve("coding", eventCodingFields, parts.coding as Record<string, unknown>),
      decoding: decoding as EventDecoding,
      classes: classes as readonly string[],
      training: resolve("training", eventTrainingFields, parts.training as Record<string, unknown>),
      provenance: parts.provenance as EventProvenance,
    };
  } catch (error) {
    if (error instanceof InvalidValueError || error instanceof TypeError)
      throw new FormatError(where, "must describe an event network", error.message);
    throw error;
  }
}

function weightsOf(
  network: EventNetwork,
  tensors: Readonly<Record<string, WeightTensor>>,
): readonly Float32Array[] {
  const shapes = eventWeightShapes(network);
  return network.layers.map(({ id, kind }, l) => {
    if (kind === "pool") return new Float32Array(0);
    const name = weightName(id);
    const tensor = tensors[name];
    if (!(tensor?.data instanceof Float32Array) || String(tensor.shape) !== String(shapes[l])) {
      throw new InvalidValueError(name, `must be float32 of shape [${shapes[l].join(", ")}]`, tensor?.shape);
    }
    if (!tensor.data.every(Number.isFinite))
      throw new InvalidValueError(name, "must be finite", "other values");
    return tensor.data;
  });
}
