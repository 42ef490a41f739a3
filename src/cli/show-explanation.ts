// A diagnosis as lines for people: a table of layers, the accuracy by step, and what to do.

import type { LayerDiagnosis } from "../convert/layer-errors.ts";
import type { Explanation } from "../pipeline/explanation.ts";
import { accuracyInterval } from "../statistics/accuracy-interval.ts";

const percent = (share: number): string => (100 * share).toFixed(1);

const columns: readonly { readonly name: string; readonly of: (layer: LayerDiagnosis) => string }[] = [
  { name: "layer", of: ({ layer }) => layer },
  { name: "neurons", of: ({ neurons }) => String(neurons) },
  { name: "clipped %", of: ({ clippedShare }) => percent(clippedShare) },
  { name: "clipping %", of: ({ clipping }) => percent(clipping) },
  { name: "flooring %", of: ({ flooring }) => percent(flooring) },
  { name: "inherited %", of: ({ inherited }) => (inherited === null ? "–" : percent(inherited)) },
  { name: "unevenness %", of: ({ unevenness }) => percent(unevenness) },
  { name: "correlation", of: ({ correlation }) => correlation.toFixed(4) },
  { name: "dead", of: ({ deadNeurons }) => String(deadNeurons) },
  { name: "saturated", of: ({ saturatedNeurons }) => String(saturatedNeurons) },
];

/** @param split - what the images are from */
export function showExplanation(explanation: Explanation, split: string): readonly string[] {
  const { images, annCorrect, correctPerStep, steps, warmUpSteps, layers, advice } = explanation;
  const share = (correct: number): string => {
    const { value, low, high } = accuracyInterval(correct, images);
    return `${percent(value)} % (${percent(low)} to ${percent(high)})`;
  };
  const first = explanation.stepsWithinOnePoint;
  return [
    `${images} ${split} images: ANN ${share(annCorrect)}, SNN after ${steps} steps ${share(correctPerStep.at(-1) ?? 0)}`,
    first === null
      ? `not within 1 point of the ANN after ${steps} steps`
      : `within 1 point of the ANN from step ${first}${warmUpSteps > 0 ? `, ${warmUpSteps} of them a warm-up` : ""}`,
    "errors, mean of their absolute values as a share of the layer's mean activation:",
    ...table(layers),
    advice.summary,
    ...Object.values(advice.layers).filter((sentence) => !advice.summary.endsWith(sentence)),
  ];
}

function table(layers: readonly LayerDiagnosis[]): readonly string[] {
  const rows = [
    columns.map(({ name }) => name),
    ...layers.map((layer) => columns.map(({ of }) => of(layer))),
  ];
  const widths = columns.map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows.map((row) =>
    row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join("  "),
  );
}
