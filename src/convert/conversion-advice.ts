// What to do about a diagnosis: one sentence a layer, and one for the network.

import type { ConversionSettings } from "./conversion-fields.ts";
import type { Diagnosis } from "./diagnose.ts";
import type { LayerDiagnosis } from "./layer-errors.ts";

/** Errors below this share of the mean activation are not worth a word. */
const worthSaying = 0.02;

export interface ConversionAdvice {
  /** One sentence. */
  readonly summary: string;
  /** A sentence by layer; layers without need of one are left out. */
  readonly layers: Readonly<Record<string, string>>;
}

export function adviseOn(diagnosis: Diagnosis, settings: ConversionSettings): ConversionAdvice {
  const layers: Record<string, string> = {};
  let worst: { readonly layer: LayerDiagnosis; readonly error: number } | undefined;
  for (const [place, layer] of diagnosis.layers.entries()) {
    const first = place === 0 ? firstLayerSentence(layer, diagnosis) : undefined;
    const own = Math.max(
      layer.clipping,
      layer.flooring,
      layer.unevenness,
      first ? (layer.inherited ?? 0) : 0,
    );
    const sentence = first ?? sentenceOn(layer, diagnosis, settings);
    if (sentence === undefined) continue;
    layers[layer.layer] = sentence;
    if (worst === undefined || own > worst.error) worst = { layer, error: own };
  }
  return { summary: summarise(diagnosis, worst && layers[worst.layer.layer]), layers };
}

function summarise(diagnosis: Diagnosis, worst: string | undefined): string {
  const { images, annCorrect, correctPerStep, stepsWithinOnePoint, steps, warmUpSteps, levels } = diagnosis;
  const gap = (100 * (annCorrect - (correctPerStep.at(-1) ?? 0))) / images;
  if (stepsWithinOnePoint !== null && gap <= 1) {
    const isShort = stepsWithinOnePoint < steps && levels === steps - warmUpSteps;
    const spare = isShort ? "; converting for so few steps may do" : "";
    return `Within 1 point of the ANN from step ${stepsWithinOnePoint} of ${steps} on${spare}.`;
  }
  const lost = `${gap.toFixed(1)} points below the ANN after ${count(steps)}`;
  return worst === undefined
    ? `The network is ${lost}, and no layer's error explains it: look at the input code and the readout.`
    : `The network is ${lost}: ${worst}`;
}

/** The first layer inherits what the input code, or stored weights, make of its sums. */
function firstLayerSentence(layer: LayerDiagnosis, { coding }: Diagnosis): string | undefined {
  const { clipping, flooring, inherited, unevenness } = layer;
  if (inherited === null || inherited < worthSaying) return undefined;
  if (inherited < Math.max(clipping, flooring, unevenness)) return undefined;
  const cause =
    coding === "constant"
      ? "its stored weights give other sums than the ANN's: use more weight bits, or scales by channel"
      : `the ${coding} code gives it other sums than the pixels would: use coding constant or more steps`;
  return `layer ${layer.layer} is off by ${percent(inherited)} because ${cause}.`;
}

function sentenceOn(
  layer: LayerDiagnosis,
  { levels }: Diagnosis,
  settings: ConversionSettings,
): string | undefined {
  const { clipping, flooring, unevenness, clippedShare, deadNeurons, neurons } = layer;
  const name = `layer ${layer.layer}`;
  const largest = Math.max(clipping, flooring, unevenness);
  if (deadNeurons > neurons / 10) {
    return `${name}: ${deadNeurons} of ${neurons} neurons never fire though the ANN's do; lower the bound (percentile, mmse, threshold factor) or use more steps.`;
  }
  if (largest < worthSaying) return undefined;
  if (largest === clipping) {
    const cure =
      settings.normalisation === "percentile"
        ? "raise the percentile or use mmse"
        : settings.thresholdFactor < 1
          ? "raise the threshold factor"
          : "use a higher bound";
    return `${name} clips ${percent(clippedShare)} of its activations, ${percent(clipping)} of their sum: ${cure}.`;
  }
  if (largest === flooring) {
    const head = settings.initialPotential + settings.thresholdShift;
    const lower = settings.normalisation === "mmse" ? "" : "lower the bound (mmse) or ";
    const cure = Math.abs(head - 0.5) > 0.1 ? "start at half the threshold" : `${lower}use more steps`;
    return `${name} loses ${percent(flooring)} on the grid of ${count(levels)}: ${cure}.`;
  }
  return `${name} is off by ${percent(unevenness)} because ${unevennessCause(settings)}.`;
}

function unevennessCause({ neuron, reset, leak, signed, warmUp }: ConversionSettings): string {
  if (neuron === "lif" && leak < 1) return `its leak of ${leak} forgets charge: use neuron if`;
  if (reset === "zero") return "resets to zero drop charge: use reset subtract";
  const cures = [
    ...(signed ? [] : ["signed neurons"]),
    ...(warmUp === "none" ? ["a warm-up"] : []),
    "more steps",
  ];
  return `spikes arrive unevenly: use ${cures.join(", ")} or calibrate the initial potentials`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function count(steps: number): string {
  return steps === 1 ? "1 step" : `${steps} steps`;
}
