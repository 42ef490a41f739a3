// `convert`: an ANN's network file into an SNN's.

import { sha256 } from "../base/hash.ts";
import { codingFields } from "../coding/coding-fields.ts";
import { conversionFields } from "../convert/conversion-fields.ts";
import { splitOf, subset } from "../data/image-set.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import { loadKernels } from "../kernels/load.ts";
import type { Model } from "../model/model.ts";
import { writeFileAtomic } from "../node/atomic-file.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { calibrationImages, PreparedAnn } from "../pipeline/prepared-ann.ts";
import { flag, int, text } from "../space/field.ts";
import { command } from "./command.ts";
import { readNetwork } from "./read-network.ts";
import { showExplanation } from "./show-explanation.ts";

export const convert = command({
  name: "convert",
  about: "Convert a trained ANN to a spiking network.",
  out: "network file to write [default: snn.safetensors]",
  operands: [{ name: "network", about: "network file of an ANN, or an ONNX file" }],
  options: {
    data: text({ about: "data set to calibrate on: a known name or a folder", default: "mnist" }),
    ...codingFields,
    ...conversionFields,
    explain: flag({
      about: "tell what the spikes of every layer get wrong, why, and what to do",
      default: false,
    }),
    explainImages: int({
      about: "validation images to explain on",
      unit: "1",
      low: 1,
      high: 1_000_000_000,
      default: 500,
    }),
  },
  resources: ["memory"],
  details: [
    `Activations are measured on the first ${calibrationImages} training images. Weights stay the ANN's stored codes; thresholds and biases carry all scales. Bounds by channel and trained weights change them; the network's history says so.`,
    "Relus trained with a bound or levels (train --activation) keep their own bound whatever the normalisation.",
  ],
  examples: [
    "spikefront convert ann.safetensors",
    "spikefront convert ann.safetensors --steps 4 --normalisation mmse --explain",
    "spikefront convert ann.safetensors --coding rate --steps 4 --threshold-factor 0.7 --weight-bits 6",
  ],
  async run({ operands, options, out = "snn.safetensors", memoryBytes, isCancelled, terminal }) {
    const { data, explain, explainImages, ...design } = options;
    const { model, bytes: file } = await readNetwork(operands[0]);
    const dataset = await loadDataset(data);
    const kernels = await loadKernels({ build: "simd", memoryBytes });
    const train = splitOf(dataset, "train");
    const ann = new PreparedAnn({ kernels, model, hash: await sha256(file), train, isCancelled });
    const snn = ann.snn(design, design.weightBits);
    const bytes = writeNetworkFile(snn);
    writeFileAtomic(out, bytes);
    const thresholds = snn.network.layers.flatMap(({ id, kind }) =>
      kind === "neuron"
        ? [{ layer: id, threshold: rangeOf(snn, `${id}.threshold`), bound: rangeOf(snn, `${id}.bound`) }]
        : [],
    );
    for (const { layer, threshold, bound } of thresholds)
      terminal.write(`${layer}: threshold ${show(threshold)}, one spike stands for ${show(bound)}`);
    for (const line of snn.provenance.history.filter((text) => text.startsWith("weights changed")))
      terminal.write(line);
    const validation = splitOf(dataset, "validation");
    const images = subset(validation, 0, Math.min(explainImages, validation.count));
    const explanation = explain ? ann.explain(snn, design, images) : null;
    if (explanation !== null)
      for (const line of showExplanation(explanation, "validation")) terminal.write(line);
    terminal.write(`network: ${out}`);
    return { network: out, sha256: await sha256(bytes), thresholds, explanation };
  },
});

/** Smallest and largest value of a tensor. */
function rangeOf({ tensors }: Model, name: string): readonly [low: number, high: number] {
  const data = tensors[name].data as Float32Array;
  return [Math.min(...data), Math.max(...data)];
}

function show([low, high]: readonly [low: number, high: number]): string {
  return low === high ? low.toPrecision(5) : `${low.toPrecision(5)} to ${high.toPrecision(5)}`;
}
