// Event networks of a study: trained in continuous time by exact gradients of spike times, then put on a clock with
// integer weights, so that they are measured, struck and exported as every other network is.
//
// One thread, portable kernels: the same bits wherever it runs. Training goes on from the same start with the same
// draws, so the first epochs of a longer training are those of a shorter one where the learning rate is constant.

import type { ImageSet } from "../../data/dataset.ts";
import { splitOf, subset } from "../../data/image-set.ts";
import { BatchEngine } from "../../event-gradient/batch-engine.ts";
import { discretiseEvents } from "../../event-gradient/discretise-events.ts";
import { decodingOf } from "../../event-gradient/event-decision.ts";
import { LocalEventGradientSource } from "../../event-gradient/event-gradient-source.ts";
import { type EventModel, eventModelOf, eventModelParts } from "../../event-gradient/event-model.ts";
import { type EventNetwork, eventNetwork, type GivenEventLayer } from "../../event-gradient/event-network.ts";
import {
  type EventTrainingSettings,
  eventTrainingFields,
} from "../../event-gradient/event-training-fields.ts";
import { fitEvents } from "../../event-gradient/fit-events.ts";
import { initialiseEventWeights } from "../../event-gradient/initialise-event-weights.ts";
import {
  eventCodingFields,
  type LabelledTrains,
  labelledTrains,
} from "../../event-gradient/labelled-trains.ts";
import { measureEvents } from "../../event-gradient/measure-events.ts";
import { readEventNetworkFile, writeEventNetworkFile } from "../../formats/event-network-file.ts";
import { sizeOf } from "../../model/shapes.ts";
import { resolve } from "../../space/resolve.ts";
import type { DesignValues } from "../../space/space.ts";
import { isActive } from "../../space/space.ts";
import type { EventFigures } from "../evaluation.ts";
import type { TtfsPlan } from "../evaluation-task.ts";
import type { TrainedNetwork, TrainingPlace } from "./trained-network.ts";
import { type TtfsRecipe, ttfsSpace } from "./ttfs-recipe.ts";

type Place = Omit<TrainingPlace, "fileOf">;

/** @param made - file of the event network, if it is known: it is not trained again */
export function ttfsNetwork(
  place: Place,
  plan: TtfsPlan,
  made: Uint8Array<ArrayBuffer> | undefined,
): TrainedNetwork {
  const { recipe, design, bits } = plan;
  const file = made ?? writeEventNetworkFile(eventModelParts(trainTtfs(place, plan)));
  const { parts, tensors } = readEventNetworkFile(file, "the event network");
  const event = eventModelOf(parts, tensors, "the event network");
  const { network, weights, coding, decoding, classes, provenance } = event;
  const model = discretiseEvents(network, {
    weights,
    dtS: recipe.latestMs / 1000 / Number(design["codeSteps"]),
    bits,
    decoding,
    classes,
    pixels: { coding, imageShape: place.dataset.train.imageShape },
    provenance: { data: provenance.data, seed: provenance.seed, kernels: provenance.kernels },
  });
  const { output } = model.network;
  return { model, file, measure: (images) => ({ output, events: measured(place, event, images) }) };
}

function trainTtfs(
  { kernels, dataset, isCancelled }: Place,
  { recipe, design, epochs }: TtfsPlan,
): EventModel {
  const { trainingImages, judgingImages, startLow, startHigh, latestMs, seed } = recipe;
  const { imageShape } = dataset.train;
  const network = networkOf(design, recipe, sizeOf(imageShape), dataset.classes.length);
  const settings = resolve("training", eventTrainingFields, { ...recipe.training, epochs, ...aimOf(design) });
  const coding = resolve("coding", eventCodingFields, { latestS: latestMs / 1000 });
  const all = splitOf(dataset, "train");
  const coded = (images: ImageSet): LabelledTrains => trainsOf({ network, coding }, images);
  const train = coded(subset(all, 0, trainingImages));
  const validation = coded(subset(all, trainingImages, judgingImages));
  const mark = kernels.mark();
  try {
    const engine = new BatchEngine(kernels, { network });
    const starts = [{ kind: "uniform", a: startLow, b: startHigh }] as const;
    engine.setWeights(initialiseEventWeights(network, seed, starts));
    const { weights, bestEpoch, log } = fitEvents(kernels, {
      network,
      settings,
      seed,
      train,
      validation,
      weights: engine.weights.slice(),
      gradients: new LocalEventGradientSource({ engine, settings, seed, train, validation }, isCancelled),
      isCancelled,
    });
    engine.weights.set(weights);
    return {
      network,
      weights: engine.getWeights(),
      coding,
      decoding: decodingOf(settings.loss),
      classes: dataset.classes,
      training: settings,
      provenance: {
        data: dataset.sha256,
        seed,
        commit: "",
        kernels: "simd",
        epochs: log.length,
        bestEpoch,
        history: [
          `trained on ${trainingImages} images of ${dataset.name}, best epoch ${bestEpoch} of ${log.length}`,
        ],
      },
    };
  } finally {
    kernels.release(mark);
  }
}

/** Designs from before outputs were counted do not say. */
function isCounted(design: DesignValues): boolean {
  return design["decoding"] === "count";
}

/** As in Bacho & Chu's (2023) convolutional network, whose outputs aim at 30 and 3 of at most 30 spikes. */
function aimOf(design: DesignValues): Partial<EventTrainingSettings> {
  const cap = Number(design["outputCap"]);
  return isCounted(design) ? { loss: "count", trueSpikes: cap, falseSpikes: cap / 10 } : {};
}

function networkOf(
  design: DesignValues,
  { windowMs }: TtfsRecipe,
  inputs: number,
  classes: number,
): EventNetwork {
  const tauSynapseS = Number(design["tauMs"]) / 1000;
  const tauMembraneS = design["membrane"] === "double" ? 2 * tauSynapseS : tauSynapseS;
  const layer = (id: string, units: unknown, threshold: unknown, maxSpikes: number): GivenEventLayer => ({
    id,
    kind: "dense",
    units: Number(units),
    threshold: Number(threshold),
    maxSpikes,
    tauSynapseS,
    tauMembraneS,
  });
  const hidden = [1, 2, 3]
    .filter((k) => isActive(ttfsSpace, `units${k}`, design))
    .map((k) => layer(`hidden${k}`, design[`units${k}`], design[`threshold${k}`], Number(design["cap"])));
  // Where the first spike decides, those behind it would say nothing.
  const cap = isCounted(design) ? Number(design["outputCap"]) : 1;
  const output = layer("output", classes, design["outputThreshold"], cap);
  return eventNetwork({ inputShape: [inputs], windowS: windowMs / 1000, layers: [...hidden, output] });
}

function trainsOf(
  { network, coding }: Pick<EventModel, "network" | "coding">,
  images: ImageSet,
): LabelledTrains {
  const values = { values: images.pixels, inputs: sizeOf(images.imageShape) };
  return labelledTrains(values, images.labels, { coding, windowS: network.windowS });
}

/** What the network does in continuous time. */
function measured({ kernels }: Place, event: EventModel, images: ImageSet): EventFigures {
  const { network, weights, decoding } = event;
  const mark = kernels.mark();
  try {
    const engine = new BatchEngine(kernels, { network });
    engine.setWeights(weights);
    const { correct, paths, layers } = measureEvents(engine, trainsOf(event, images), { decoding });
    const times = paths.map(({ timeS }) => timeS[0] ?? network.windowS);
    const total = (of: (layer: (typeof layers)[number]) => number): number =>
      layers.reduce((sum, layer) => sum + of(layer), 0);
    return {
      correct,
      undecided: paths.filter(({ timeS }) => timeS.length === 0).length,
      spikes: total(({ spikes }) => spikes),
      synapticOperations: total(({ synapticOperations }) => synapticOperations),
      silentNeurons: total(({ silentNeurons }) => silentNeurons),
      firstOutputS: times.reduce((sum, time) => sum + time, 0),
      firstOutputSquaredS2: times.reduce((sum, time) => sum + time * time, 0),
    };
  } finally {
    kernels.release(mark);
  }
}
