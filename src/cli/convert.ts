// `convert`: an ANN's network file into an SNN's.

import { sha256 } from "../base/hash.ts";
import { codingFields } from "../coding/coding-fields.ts";
import { conversionFields } from "../convert/conversion-fields.ts";
import { splitOf } from "../data/image-set.ts";
import { readNetworkFile, writeNetworkFile } from "../formats/network-file.ts";
import { loadKernels } from "../kernels/load.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { calibrationImages, PreparedAnn } from "../pipeline/prepared-ann.ts";
import { text } from "../space/field.ts";
import { command } from "./command.ts";

export const convert = command({
  name: "convert",
  about: "Convert a trained ANN to a spiking network.",
  out: "network file to write [default: snn.safetensors]",
  operands: [{ name: "network", about: "network file of an ANN" }],
  options: {
    data: text({ about: "data set to calibrate on: a known name or a folder", default: "mnist" }),
    ...codingFields,
    ...conversionFields,
  },
  resources: ["memory"],
  details: [
    `Activations are measured on the first ${calibrationImages} training images. Weights stay the ANN's stored codes; thresholds and biases carry all scales.`,
  ],
  examples: [
    "spikefront convert ann.safetensors",
    "spikefront convert ann.safetensors --coding rate --steps 4 --threshold-factor 0.7 --weight-bits 6",
  ],
  async run({ operands, options, out = "snn.safetensors", memoryBytes, isCancelled, terminal }) {
    const { data, ...design } = options;
    const file = readFileBytes(operands[0]);
    const model = readNetworkFile(file, operands[0]);
    const dataset = await loadDataset(data);
    const kernels = await loadKernels({ build: "simd", memoryBytes });
    const train = splitOf(dataset, "train");
    const ann = new PreparedAnn({ kernels, model, hash: await sha256(file), train, isCancelled });
    const snn = ann.snn(design, design.weightBits);
    const bytes = writeNetworkFile(snn);
    writeFileAtomic(out, bytes);
    const thresholds = snn.network.layers.flatMap(({ id, kind }) =>
      kind === "neuron"
        ? [
            {
              layer: id,
              threshold: snn.tensors[`${id}.threshold`].data[0],
              bound: snn.tensors[`${id}.bound`].data[0],
            },
          ]
        : [],
    );
    for (const { layer, threshold, bound } of thresholds) {
      terminal.write(
        `${layer}: threshold ${threshold.toPrecision(5)}, one spike stands for ${bound.toPrecision(5)}`,
      );
    }
    terminal.write(`network: ${out}`);
    return { network: out, sha256: await sha256(bytes), thresholds };
  },
});
