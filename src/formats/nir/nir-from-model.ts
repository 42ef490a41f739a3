// A spiking network as a NIR file: network to graph, graph to HDF5, with what the graph cannot hold told twice: to
// whoever writes it, and in the file's metadata.

import { InvalidValueError } from "../../base/errors.ts";
import type { Model } from "../../model/model.ts";
import { validateModel } from "../../model/validate-model.ts";
import { graphFromModel } from "./graph-from-model.ts";
import { hdf5FromGraph } from "./hdf5-from-graph.ts";
import { nirDialects } from "./nir-dialects.ts";
import type { NirExport, NirWriteOptions } from "./nir-options.ts";
import { remarksOn } from "./nir-remarks.ts";
import { softReset } from "./wanted-dynamics.ts";

/** @throws {InvalidValueError} naming what the profile cannot hold */
export async function nirFromModel(model: Model, options: NirWriteOptions): Promise<NirExport> {
  validateModel(model);
  const { profile = "nir" } = options;
  const dialect = nirDialects[profile];
  const otherwise = profile === "nir" ? (model.inference?.dtMs ?? 1) : dialect.dtS * 1000;
  const { dtMs = otherwise } = options;
  if (!(dtMs > 0 && dtMs < Number.POSITIVE_INFINITY))
    throw new InvalidValueError("dtMs", "must be above 0", dtMs);
  const dtS = dtMs / 1000;
  if (dialect.hasFixedStep && dtS !== dialect.dtS)
    throw new InvalidValueError(
      "dtMs",
      `must be ${dialect.dtS * 1000}, the only step ${profile} knows`,
      dtMs,
    );
  const { graph, losses } = graphFromModel(model, dialect, dtS);
  const soft = losses.find(({ what }) => what === softReset);
  if (options.softReset === "refused" && soft !== undefined) {
    throw new InvalidValueError(
      soft.where,
      `must be reset to a value, as ${profile} has no other reset`,
      "subtraction of the threshold",
      "Convert with reset zero, or take profile sinabs.",
    );
  }
  const metadata = remarksOn(model, graph, profile, dtS);
  return { bytes: await hdf5FromGraph({ ...graph, metadata }), losses };
}
