// A NIR file as a model: HDF5 to graph, graph to network.

import { InvalidValueError } from "../../base/errors.ts";
import { sha256 } from "../../base/hash.ts";
import type { Model } from "../../model/model.ts";
import { openHdf5 } from "../hdf5/open-hdf5.ts";
import type { NirOptions } from "./nir-options.ts";
import { modelFromGraph } from "./model-from-graph.ts";
import { nirDialects } from "./nir-dialects.ts";
import { nirGraphFromHdf5 } from "./nir-graph-from-hdf5.ts";

/** @throws {FormatError} and {InvalidValueError} naming the node */
export async function modelFromNir(
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
  options: NirOptions,
): Promise<Model> {
  const graph = nirGraphFromHdf5(await openHdf5(bytes, where));
  const { profile = "nir", steps = 100, coding = "events" } = options;
  const dialect = nirDialects[profile];
  const dtMs = options.dtMs ?? dialect.dtS * 1000;
  if (!(dtMs > 0 && dtMs < Number.POSITIVE_INFINITY))
    throw new InvalidValueError("dtMs", "must be above 0", dtMs);
  const model = modelFromGraph(graph, where, { dialect, dtS: dtMs / 1000, steps, coding });
  const parent = await sha256(bytes);
  return { ...model, provenance: { ...model.provenance, parent } };
}
