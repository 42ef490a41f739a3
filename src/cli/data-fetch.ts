// `data fetch`: a data set from its official address into the cache, checked, resumable.

import { InvalidValueError } from "../base/errors.ts";
import { idxDatasets, knownDatasets } from "../data/known-datasets.ts";
import { fetchDataset } from "../node/fetch-dataset.ts";
import { text } from "../space/field.ts";
import { command } from "./command.ts";
import { checkDataName, howToGet } from "./data.ts";
import { formatSize } from "./memory-size.ts";

export const dataFetch = command({
  name: "data fetch",
  about: "Download a data set from its official address and check it.",
  details: [
    "A download that was cut off goes on where it stopped; what is already there and sound is not fetched again. Nothing is put in place before its checksum is right.",
  ],
  out: "folder to put the files in [default: the cache, where they are found by name]",
  operands: [{ name: "dataset", about: "a known name" }],
  options: {
    address: text({ about: "folder address to fetch from instead of the official one", default: "" }),
  },
  resources: [],
  examples: ["spikefront data fetch fashion-mnist", "spikefront data fetch mnist --out ./mnist"],
  async run({ operands, options, out, terminal, signal }) {
    const name = checkDataName(operands[0]);
    if (!Object.hasOwn(idxDatasets, name)) {
      const isKnown = Object.hasOwn(knownDatasets, name);
      throw new InvalidValueError(
        "dataset",
        `must be one of ${Object.keys(idxDatasets).join(", ")} to be fetched`,
        name,
        isKnown ? howToGet(knownDatasets[name]) : "",
      );
    }
    const known = idxDatasets[name];
    const { address } = options;
    terminal.note(`${known.about}; licence: ${known.licence}; from ${address || known.address}`);
    const files = await fetchDataset(name, {
      signal,
      ...(out !== undefined && { folder: out }),
      ...(address !== "" && { address }),
      onProgress: ({ file, bytes, totalBytes }) =>
        terminal.progress({
          phase: `fetch ${file}`,
          done: Math.round(bytes / 1024),
          total: Math.round(totalBytes / 1024),
          unit: "KiB",
        }),
    });
    for (const { path, isNew } of files) terminal.write(`${path}${isNew ? "" : " (was there)"}`);
    terminal.write(
      `${name}: ${files.length} files, ${formatSize(Object.values(known.files).reduce((sum, { gzBytes }) => sum + gzBytes, 0))}, checksums right`,
    );
    return { dataset: name, files };
  },
});
