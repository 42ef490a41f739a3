// A NIR file as a model: HDF5 to graph, graph to network. Files of our own tell of the network they were made from;
// it is taken where the graph is still its own and nothing else was asked for.

import { InvalidValueError } from "../../base/errors.ts";
import { sha256 } from "../../base/hash.ts";
import type { Inference, Model } from "../../model/model.ts";
import { validateModel } from "../../model/validate-model.ts";
import { openHdf5 } from "../hdf5/open-hdf5.ts";
import { modelFromGraph } from "./model-from-graph.ts";
import { nirDialects } from "./nir-dialects.ts";
import { nirGraphFromHdf5 } from "./nir-graph-from-hdf5.ts";
import type { NirOptions } from "./nir-options.ts";
import { readRemarks } from "./nir-remarks.ts";

/** @throws {FormatError} and {InvalidValueError} naming the node */
export async function modelFromNir(
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
  options: NirOptions,
): Promise<Model> {
  const graph = nirGraphFromHdf5(await openHdf5(bytes, where));
  const remarks = readRemarks(graph);
  const { profile = remarks?.profile ?? "nir", steps, coding } = options;
  const isOwn = remarks?.profile === profile;
  const dialect = nirDialects[profile];
  const dtMs = options.dtMs ?? 1000 * (isOwn ? remarks.dtS : dialect.dtS);
  if (!(dtMs > 0 && dtMs < Number.POSITIVE_INFINITY))
    throw new InvalidValueError("dtMs", "must be above 0", dtMs);
  if (isOwn && remarks.model !== undefined && dtMs === 1000 * remarks.dtS)
    return withInference(remarks.model, { ...(steps !== undefined && { steps }), ...(coding && { coding }) });
  const reading = { dialect, dtS: dtMs / 1000, steps: steps ?? 100, coding: coding ?? "events" } as const;
  const model = modelFromGraph(graph, where, reading);
  return { ...model, provenance: { ...model.provenance, parent: await sha256(bytes) } };
}

function withInference(model: Model, asked: Partial<Inference>): Model {
  if (model.inference === null || Object.keys(asked).length === 0) return model;
  const changed = { ...model, inference: { ...model.inference, ...asked } };
  validateModel(changed);
  return changed;
}
