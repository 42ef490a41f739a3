// `inject`: a network file under weight bit flips.

import { UsageError } from "../base/errors.ts";
import { chosenProtection } from "../pipeline/chosen-protection.ts";
import type { FaultPlan } from "../pipeline/evaluation-task.ts";
import { protectionFields } from "../pipeline/protection-fields.ts";
import { int, text } from "../space/field.ts";
import { command } from "./command.ts";
import { evaluateFile, imageOptions, showEvaluation } from "./evaluate.ts";

export const inject = command({
  name: "inject",
  about: "Flip bits in a network's stored weights and measure the accuracy lost.",
  out: "not used by this command",
  operands: [{ name: "network", about: "network file of an ANN or SNN, or an ONNX file" }],
  options: {
    ...imageOptions,
    bitErrorRates: text({
      about: "chances that a stored bit is flipped, joined by commas",
      default: "0.0001,0.001,0.01",
    }),
    faultSeeds: int({ about: "masks drawn at each rate", unit: "1", low: 1, high: 100_000, default: 5 }),
    ...protectionFields,
  },
  resources: ["memory"],
  details: [
    "Every stored bit of every weight flips independently. Networks with the same stored weights get the same masks from the same seed, so ANN and SNN can be compared in pairs. Integer and float32 weights are never mixed.",
    "A protection's own cells are struck at the same rate, and its work is charged for in the energies told.",
  ],
  examples: [
    "spikefront inject snn.safetensors --images 1000",
    "spikefront inject ann.safetensors --bit-error-rates 1e-5,1e-4 --fault-seeds 20 --json",
    "spikefront inject snn.safetensors --protection triplicated-bits --triplicated-top-bits 2",
  ],
  async run({ operands, options, terminal, memoryBytes, isCancelled, seed = 0 }) {
    const { bitErrorRates, faultSeeds: seeds, ...others } = options;
    const protection = chosenProtection(options);
    const faults = rates(bitErrorRates).map(
      (bitErrorRate): FaultPlan => ({
        bitErrorRate,
        seeds,
        images: Number.MAX_SAFE_INTEGER,
        trial: -1,
        purpose: "fault-inject",
      }),
    );
    const run = { ...others, memoryBytes, isCancelled, seed, protection, faults };
    const evaluation = await evaluateFile(operands[0], run);
    for (const line of showEvaluation(evaluation)) terminal.write(line);
    return { evaluation };
  },
});

function rates(given: string): readonly number[] {
  const values = given.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (values.every((rate) => rate >= 0 && rate <= 1)) return values;
  throw new UsageError(`--bit-error-rates must be numbers from 0 to 1 joined by commas, but got "${given}".`);
}
