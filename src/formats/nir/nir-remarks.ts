// What our files say beside the graph, in its metadata, so that what the graph cannot hold is not lost to us: the
// network as it was, and those of its tensors that a reading of the graph does not give back bit for bit. No other
// tool reads it. It is believed only where writing that network again gives this very graph.

import { isExpected } from "../../base/errors.ts";
import type { Model, Tensor, TensorData } from "../../model/model.ts";
import { sizeOf } from "../../model/shapes.ts";
import { validateModel } from "../../model/validate-model.ts";
import { graphFromModel } from "./graph-from-model.ts";
import { modelFromGraph } from "./model-from-graph.ts";
import { type NirProfile, nirDialects } from "./nir-dialects.ts";
import { isSameGraph, type NirArray, type NirGraph, type NirMetadata, type NirValue } from "./nir-graph.ts";

const schema = "spikefront.nir";
const version = "1";
/** The parts of a model that are told as JSON. */
const told = ["network", "weightFormat", "preprocessing", "inference", "classes", "provenance"] as const;
/** Where a tensor is: in the graph, or beside it, and then of what numbers. */
const places = ["graph", "float32", "int8", "int32", "uint8"] as const;
type Place = (typeof places)[number];
/** More values than this no network here gives in a step. */
const mostValues = 2 ** 26;

export interface NirRemarks {
  readonly profile: NirProfile;
  readonly dtS: number;
  /** Undefined where the graph is not, or no longer, that of the network it tells of. */
  readonly model: Model | undefined;
}

/** What a file shall say of a network beside its graph. */
export function remarksOn(model: Model, graph: NirGraph, profile: NirProfile, dtS: number): NirMetadata {
  const plain = plainTensors(graph, profile, dtS);
  const tensors: Record<string, NirValue> = {};
  const placed: Record<string, Place> = {};
  for (const [name, tensor] of Object.entries(model.tensors)) {
    placed[name] = isEqual(tensor, plain[name]) ? "graph" : placeOf(tensor.data);
    if (placed[name] !== "graph") tensors[name] = arrayOf(tensor);
  }
  const parts = Object.fromEntries(told.map((part) => [part, model[part]]));
  const description = JSON.stringify({ profile, dtS, tensors: placed, ...parts });
  return { [schema]: { version, description, tensors } };
}

/** @returns undefined for files of others */
export function readRemarks(graph: NirGraph): NirRemarks | undefined {
  const own = graph.metadata?.[schema];
  if (typeof own !== "object" || isArray(own) || own["version"] !== version) return undefined;
  const { description, tensors = {} } = own;
  if (typeof description !== "string" || typeof tensors === "string" || isArray(tensors)) return undefined;
  const found = parsed(description);
  if (found === undefined) return undefined;
  return { profile: found.profile, dtS: found.dtS, model: quietly(() => modelOf(graph, found, tensors)) };
}

interface Description {
  readonly profile: NirProfile;
  readonly dtS: number;
  readonly tensors: Readonly<Record<string, Place>>;
  readonly parts: Readonly<Record<string, unknown>>;
}

function parsed(text: string): Description | undefined {
  const found: unknown = quietly(() => JSON.parse(text));
  if (typeof found !== "object" || found === null) return undefined;
  const { profile, dtS, tensors, ...parts } = found as Record<string, unknown>;
  if (typeof profile !== "string" || !Object.hasOwn(nirDialects, profile)) return undefined;
  if (typeof dtS !== "number" || !(dtS > 0) || typeof tensors !== "object" || tensors === null)
    return undefined;
  const isPlaced = Object.values(tensors).every((place) => (places as readonly unknown[]).includes(place));
  if (!isPlaced) return undefined;
  return { profile: profile as NirProfile, dtS, tensors: tensors as Record<string, Place>, parts };
}

/** The model told of, if the graph is its own. Whatever is wrong with the remarks, the graph alone remains. */
function modelOf(
  graph: NirGraph,
  { profile, dtS, tensors: placed, parts }: Description,
  kept: NirMetadata,
): Model | undefined {
  const plain = plainTensors(graph, profile, dtS);
  const tensors: Record<string, Tensor> = {};
  for (const [name, place] of Object.entries(placed)) {
    const value = kept[name];
    if (place === "graph") tensors[name] = plain[name];
    else if (typeof value === "object" && isArray(value)) tensors[name] = tensorOf(value, place);
  }
  const model = { kind: "snn", ...parts, tensors } as unknown as Model;
  const shapes = validateModel(model);
  for (const shape of shapes.values()) if (sizeOf(shape) > mostValues) return undefined;
  const again = graphFromModel(model, nirDialects[profile], dtS).graph;
  return isSameGraph(again, graph) ? model : undefined;
}

/** Tensors as a reading of the graph alone gives them; none where it cannot be read. */
function plainTensors(graph: NirGraph, profile: NirProfile, dtS: number): Readonly<Record<string, Tensor>> {
  const reading = { dialect: nirDialects[profile], dtS, steps: 1, coding: "events" } as const;
  return quietly(() => modelFromGraph(graph, "", reading).tensors) ?? {};
}

/** Undefined where remarks are not what they should be: that they were altered is no fault of the graph. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const isOfRemarks = [SyntaxError, TypeError, RangeError].some((kind) => error instanceof kind);
    if (isExpected(error) || isOfRemarks) return undefined;
    throw error;
  }
}

function isEqual({ shape, data }: Tensor, other: Tensor | undefined): boolean {
  if (other === undefined || String(shape) !== String(other.shape)) return false;
  if (placeOf(data) !== placeOf(other.data) || data.length !== other.data.length) return false;
  return data.every((value, i) => Object.is(value, other.data[i]));
}

function placeOf(data: TensorData): Exclude<Place, "graph"> {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int8Array) return "int8";
  return data instanceof Int32Array ? "int32" : "uint8";
}

function arrayOf({ shape, data }: Tensor): NirArray {
  const place = placeOf(data);
  const type = place === "float32" || place === "int8" ? place : "int64";
  return { shape, data: Float64Array.from(data), type };
}

function tensorOf({ shape, data }: NirArray, place: Exclude<Place, "graph">): Tensor {
  const kinds = { float32: Float32Array, int8: Int8Array, int32: Int32Array, uint8: Uint8Array } as const;
  return { shape, data: kinds[place].from(data) };
}

function isArray(value: NirArray | NirMetadata): value is NirArray {
  return value["data"] instanceof Float64Array;
}
