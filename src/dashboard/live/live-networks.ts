// The networks of chosen trials: what one is made of and does, layer by layer, how soon it decides, what faults do.

import { dropInterval } from "../../pipeline/drop-objective.ts";
import type { Evaluation } from "../../pipeline/evaluation.ts";
import type { NetworkFigures } from "../../study/front.ts";
import type { LiveFinalists, LiveRaster, LiveTrialNetwork } from "../../study/live-network.ts";
import { adjacencyChart, hasSkips } from "../adjacency-chart.ts";
import { boundedInterval } from "../bounded-interval.ts";
import type { Chart } from "../chart.ts";
import { roleOf } from "../colours.ts";
import { faultChart } from "../fault-chart.ts";
import { formatCount, formatPower, formatShare } from "../format.ts";
import { intervalRows } from "../interval-rows.ts";
import { type LayerFigure, layerChart } from "../layer-chart.ts";
import { allNetworks, type ShownNetworks } from "../network-list.ts";
import { rasterChart } from "../raster-chart.ts";
import { stepsChart } from "../steps-chart.ts";

/** What a study's networks are before anything is known of them. */
const noNetworks = { networks: [], points: [], recommendation: { choice: null } };

/** @param network - null: none is chosen, or it is not there yet */
export function networkLayers(network: LiveTrialNetwork | null): Chart {
  if (network === null) return layerChart({ layers: [], about: "" });
  const { figures, explanation } = network;
  const { images, split } = figures.evaluation;
  const causes =
    explanation === null
      ? " What spikes get wrong, by cause, is measured once a network is confirmed for the front."
      : ` Errors by cause, as means over ${formatCount(explanation.images, `${split} image`)} against the float32 ANN: clipping above the bound, flooring between the rates that so many steps can tell apart, what was inherited, and charge at the wrong time.`;
  return layerChart({
    layers: layerFigures(network),
    role: roleOf(figures),
    about: `Means over ${formatCount(images, `${split} image`)}; those of spikes with 95 % intervals that hold for any spread (Hoeffding 1963), as evaluations keep sums alone; energy, which has none, by ${network.energy === null ? "no profile" : `${network.energy.profile}, a real-valued input charged ${network.energy.accounting}`}.${causes}`,
  });
}

/** Null where the network is a chain, or is not known. */
export function networkMatrix(network: LiveTrialNetwork | null): Chart | null {
  if (network?.graph == null) return null;
  const layers = layerFigures(network);
  return hasSkips(layers) ? adjacencyChart(layers) : null;
}

/** Every layer of the file, the input first; without a file those that were counted, unconnected. */
export function layerFigures({
  figures,
  energy,
  graph,
  explanation,
}: LiveTrialNetwork): readonly LayerFigure[] {
  const { evaluation } = figures;
  const { images } = evaluation;
  const known =
    graph === null
      ? evaluation.counts.layers.map(({ layer }) => ({ id: layer, kind: "layer", inputs: [], shape: [] }))
      : [{ id: "input", kind: "input", inputs: [], shape: graph.inputShape }, ...graph.layers];
  // What a profile charges to no layer, as static power.
  const others = Object.keys(energy?.byLayerPj ?? {})
    .filter((id) => known.every((layer) => layer.id !== id))
    .map((id) => ({ id, kind: "energy alone", inputs: [], shape: [] }));
  return [...known, ...others].map((layer): LayerFigure => {
    const active = evaluation.activity.find((one) => one.layer === layer.id);
    return {
      ...layer,
      spikes: active === undefined ? null : active.spikes / images,
      spikeEnds: active === undefined ? null : spikeEnds(active, evaluation),
      neurons: active?.neurons ?? null,
      silent: active?.silentNeurons ?? null,
      saturated: active?.saturatedNeurons ?? null,
      energyPj: energy?.byLayerPj[layer.id] ?? null,
      errors: explanation?.layers.find((one) => one.layer === layer.id) ?? null,
    };
  });
}

/** Of the spikes of an image; null where one may fire more than once a step, so that there is no bound. */
function spikeEnds(
  { spikes, neurons }: Evaluation["activity"][number],
  { images, counts }: Evaluation,
): LayerFigure["spikeEnds"] {
  const most = neurons * counts.steps;
  const share = spikes / images / most;
  if (!(share <= 1)) return null;
  const { low, high } = boundedInterval(share, images);
  return { low: low * most, high: high * most };
}

/** @param anns - measured on the same images */
export function chosenSteps(trials: readonly LiveTrialNetwork[], anns: readonly NetworkFigures[]): Chart {
  return { ...stepsChart(shownTrials(trials, anns)), id: "steps", title: "Accuracy after each step" };
}

export function chosenDoses(trials: readonly LiveTrialNetwork[], anns: readonly NetworkFigures[]): Chart {
  const chart = doseChart(shownTrials(trials, anns));
  return { ...chart, id: "doses", title: "Chosen trials under weight bit flips" };
}

function doseChart(shown: ShownNetworks): Chart {
  const networks = [...shown.points, ...shown.networks];
  const rates = new Set(networks.flatMap(({ doses }) => doses.map(({ bitErrorRate }) => bitErrorRate)));
  return rates.size === 1 ? oneDose(networks) : faultChart(shown);
}

/** Searches and confirmations mostly strike at one rate: then networks stand below each other, by the format of what flips. */
function oneDose(networks: readonly NetworkFigures[]): Chart {
  const formats = [...new Set(networks.flatMap(({ doses }) => doses.map(({ format }) => format)))];
  const panels = formats.flatMap((format) => {
    const struck = networks.flatMap((network) => {
      const dose = network.doses.find((one) => one.format === format);
      return dose === undefined ? [] : [{ network, dose }];
    });
    const at = `${format} weights at ${formatPower(struck[0].dose.bitErrorRate)}`;
    return (["accuracy", "drop"] as const).map((figure) => ({
      title: figure === "accuracy" ? `Accuracy, ${at}` : `Accuracy lost, ${at}`,
      kind: "linear" as const,
      bounds: (figure === "accuracy" ? [0, 1] : [-1, 1]) as readonly [number, number],
      format: (share: number) => formatShare(share, 2),
      rows: struck.map(({ network, dose }) => ({
        name: network.id,
        role: roleOf(network),
        interval: dose[figure],
      })),
    }));
  });
  const [first] = networks;
  const method = first.doses[0]?.accuracy.method ?? "";
  return intervalRows(
    panels,
    {
      id: "doses",
      title: "",
      caption: `Every stored bit flips with this probability: means over fault seeds with their intervals (${method}), on ${first.evaluation.split} images. Formats are never mixed; when the study has ended, its finalists stand at every rate.`,
      summary: `Accuracy of ${formatCount(networks.length, "network")} at one bit-error rate.`,
    },
    "",
  );
}

function shownTrials(trials: readonly LiveTrialNetwork[], anns: readonly NetworkFigures[]) {
  const points = trials.map(({ figures }) => figures);
  return { ...noNetworks, networks: anns, points };
}

/** @param finalists - null: nothing is confirmed yet */
export function finalistDoses(finalists: LiveFinalists | null): Chart {
  const chart = doseChart(finalists ?? noNetworks);
  const title = "Finalists under weight bit flips";
  if (finalists === null) return { ...chart, id: "finalists", title };
  return { ...chart, id: "finalists", title: `${title}, ${finalists.split} images` };
}

/** What flips in one layer at a time cost, where the study has struck layers apart. */
export function layerDrops(finalists: LiveFinalists | null, trials: readonly LiveTrialNetwork[]): Chart {
  const networks = [...trials.map(({ figures }) => figures), ...allNetworks(finalists ?? noNetworks)];
  const panels = networks.flatMap((network) => {
    const struck = network.evaluation.faults.filter(({ layer }) => layer !== undefined);
    if (struck.length === 0) return [];
    const { split } = network.evaluation;
    return [
      {
        title: `${network.id}, ${struck[0].format} weights at ${formatPower(struck[0].bitErrorRate)}, ${split} images`,
        kind: "linear" as const,
        origin: 0,
        format: (share: number) => formatShare(share, 2),
        rows: struck.map((fault) => ({
          name: fault.layer ?? "",
          role: roleOf(network),
          interval: dropInterval(fault),
        })),
      },
    ];
  });
  const empty =
    "This study has struck all layers at once. An objective by layer (worstLayer), or spikefront campaign, tells where flips matter.";
  return intervalRows(
    panels.slice(0, 12),
    {
      id: "layer-drops",
      title: "Where flips cost accuracy: layer by layer",
      caption:
        panels.length === 0
          ? ""
          : "Accuracy lost when the bits of one layer's weights flip, mean over fault seeds with 95 % intervals.",
      summary:
        panels.length === 0 ? empty : `Accuracy lost by layer of ${formatCount(panels.length, "network")}.`,
    },
    empty,
  );
}

/** @param raster - null: nothing was run */
export function networkRaster(raster: LiveRaster | null): Chart {
  if (raster === null) return rasterChart(null);
  const { trial, image, label, decided, classes } = raster;
  const name = (index: number): string => classes[index] ?? "no class";
  return rasterChart({
    ...raster,
    about: `Trial ${trial} on validation image ${image}, run for you from its network file, drawn as the search drew it. It shows ${name(label)}; decided: ${name(decided)}${label === decided ? "" : ", wrongly"}.${raster.layers.some(({ layer }) => layer === "input") ? "" : " The pixels are held as currents, so the input has no spikes."}`,
  });
}
