// `reproduce`: a front point evaluated again from the trained network, and compared bit for bit.

import { dirname } from "node:path";
import { InvalidValueError, StateError } from "../base/errors.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { findFrontFile } from "../node/find-front.ts";
import { reproducePoint } from "../node/reproduce-point.ts";
import { text } from "../space/field.ts";
import { type CommandContext, command } from "./command.ts";
import { readFrontFile } from "./front-file.ts";
import { storeOption, studyOption, withStudyFolder } from "./store-option.ts";

export const reproduce = command({
  name: "reproduce",
  about: "Evaluate a network of a finished study again and compare it bit for bit.",
  out: "network file to write as well [default: none]",
  operands: [{ name: "point", about: "id in the report, e.g. p12 or ann-int8" }],
  options: {
    run: text({ about: "folder of the study [default: the latest in runs/]", default: "" }),
    store: storeOption,
    study: studyOption,
  },
  resources: ["memory"],
  details: [
    "The network is made anew from the trained one, run on the same images under the same fault masks, and its file, every decision, count and fault result must be equal. Exits with 1 when one is not.",
  ],
  examples: ["spikefront reproduce p12", "spikefront reproduce ann-int8 --run runs/quickstart --json"],
  async run(context) {
    const { run, store, study } = context.options;
    const place = { folder: run === "" ? undefined : run, store, study };
    return withStudyFolder(place, (folder) => reproduceIn(findFrontFile(folder), context));
  },
});

/** @param path - of the study's front.json */
async function reproduceIn(
  path: string,
  { operands, out, terminal, memoryBytes, isCancelled }: CommandContext,
): Promise<Readonly<Record<string, unknown>>> {
  const front = readFrontFile(path);
  const id = operands[0].replace(/-skip$/, "");
  const network = [...front.points, ...front.networks].find((other) => other.id === id);
  if (network === undefined) {
    const ids = [...front.points, ...front.networks].map((other) => other.id).join(", ");
    throw new InvalidValueError("point", `must be one of ${ids}`, operands[0]);
  }
  const dataset = await loadDataset(front.data.name);
  if (dataset.sha256 !== front.data.sha256) {
    throw new StateError(
      `data set ${front.data.name} must be the one the study ran on (SHA-256 ${front.data.sha256.slice(0, 12)}…), but is ${dataset.sha256.slice(0, 12)}….`,
    );
  }
  const differences = await reproducePoint({
    folder: dirname(path),
    front,
    id,
    dataset,
    memoryBytes,
    isCancelled,
    out,
  });
  for (const line of differences) terminal.write(line);
  const { evaluation } = network;
  if (differences.length === 0) {
    terminal.write(
      `${id}: equal bit for bit on ${evaluation.images} ${evaluation.split} images (network ${evaluation.network.slice(0, 12)}…, ${evaluation.correctPerStep.at(-1)} correct)`,
    );
  }
  return { ok: differences.length === 0, point: id, differences };
}
