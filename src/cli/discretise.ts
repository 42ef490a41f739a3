// `discretise`: an event network's file into a spiking network on a clock, which everything else takes.

import { UsageError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { discretiseEvents } from "../event-gradient/discretise-events.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import { readEventModel } from "../node/event-network-files.ts";
import { choice, float, text } from "../space/field.ts";
import { command } from "./command.ts";
import { wholeNumbers } from "./number-list.ts";

export const discretise = command({
  name: "discretise",
  about: "Put an event network on a clock: a spiking network in steps, for evaluation and export.",
  out: "network file to write [default: snn.safetensors]",
  operands: [{ name: "network", about: "file of an event network, as train-events writes it" }],
  options: {
    dtMs: float({ about: "length of a step", unit: "ms", low: 1e-3, high: 1e6, scale: "log", default: 1 }),
    weightBits: choice({
      about: "stored weights",
      options: ["8", "7", "6", "5", "4", "3", "2", "float32"],
      default: "8",
    }),
    image: text({
      about: "channels, height and width of the images it is to take; without them it takes spikes",
      default: "",
    }),
  },
  resources: [],
  details: [
    "Weights become codes with a scale for each layer, neurons leaky integrators behind a leaky current; what steps cost grows with their length. Caps are kept: a neuron that has fired so often is silent.",
    "Images need a code that begins at 0 s and leaves zeros silent, and a step that divides its length.",
  ],
  examples: [
    "spikefront discretise count.safetensors --image 1,28,28",
    "spikefront discretise count.safetensors --dt-ms 5 --weight-bits 4 --image 1,28,28",
  ],
  async run({ operands: [file], options, out = "snn.safetensors", terminal }) {
    const { network, weights, coding, decoding, classes, provenance } = readEventModel(file);
    const { data, seed, commit, kernels, history } = provenance;
    const imageShape = wholeNumbers("image", options.image);
    if (imageShape.length !== 0 && imageShape.length !== 3)
      throw new UsageError(`--image must be three numbers, but got "${options.image}".`);
    const bits = options.weightBits === "float32" ? "float32" : Number(options.weightBits);
    const parent = await sha256(readFileBytes(file));
    const model = discretiseEvents(network, {
      weights,
      dtS: options.dtMs / 1000,
      bits,
      decoding,
      classes,
      ...(imageShape.length === 3 && { pixels: { coding, imageShape } }),
      provenance: { data, seed, commit, kernels, parent, history },
    });
    const bytes = writeNetworkFile(model);
    writeFileAtomic(out, bytes);
    const { inference } = model;
    terminal.write(
      `${inference?.steps} steps of ${inference?.dtMs} ms, input as ${inference?.coding}, read by ${inference?.readout}`,
    );
    terminal.write(`network: ${out}`);
    return { network: out, sha256: await sha256(bytes), inference };
  },
});
