// What of a whole network no NIR file says to other tools, or that one tool's reader does not take as it stands.

import type { Model } from "../../model/model.ts";
import type { Loss } from "../loss.ts";
import type { NirDialect } from "./nir-dialect.ts";
import type { NirGraph } from "./nir-graph.ts";

export function modelLosses({ inference, weightFormat, network }: Model): readonly Loss[] {
  const losses: Loss[] = [];
  const lose = (where: string, what: string, consequence: string): void => {
    losses.push({ where, what, consequence });
  };
  if (inference === null) return losses;
  const { coding, arithmetic, warmUp, readout } = inference;
  if (coding !== "events")
    lose(
      "inference.coding",
      `how pixels enter (${coding})`,
      "Whoever runs the file feeds it the same input, step by step.",
    );
  const last = network.layers.find(({ id }) => id === network.output);
  if (last?.kind !== "neuron") {
    lose(
      `layer ${JSON.stringify(network.output)}`,
      "that the output of all steps is added up",
      "The file ends in the values of a step: whoever runs it adds them up.",
    );
  } else if (readout === "firstSpike")
    lose(
      "inference.readout",
      "that the first spike decides",
      "Whoever runs the file looks for the earliest spike.",
    );
  if (warmUp !== undefined)
    lose(
      "inference.warmUp",
      `a warm-up of ${warmUp.steps} steps (${warmUp.rule})`,
      "Other tools start at once, and decide otherwise.",
    );
  if (arithmetic?.kind === "integer")
    lose(
      "inference.arithmetic",
      `integer potentials of ${arithmetic.potentialBits} bits`,
      "Other tools round and overflow as float32 does.",
    );
  if (weightFormat.kind === "int")
    lose(
      "weightFormat",
      `that weights are codes of ${weightFormat.bits} bits`,
      "They are the same numbers in float32, in four times the space.",
    );
  return losses;
}

/** What a dialect's reader does wrong with edges that the format allows. */
export function graphLosses(
  { edges }: NirGraph,
  isRecurrent: boolean,
  { recurrence, sums }: NirDialect,
): readonly Loss[] {
  const losses: Loss[] = [];
  const lose = (what: string, consequence: string | null): void => {
    if (consequence !== null) losses.push({ where: "network", what, consequence });
  };
  if (isRecurrent) lose("recurrent connections", recurrence);
  if (new Set(edges.map(([, to]) => to)).size < edges.length) lose("sums of several values", sums);
  return losses;
}
