// The networks whose faults are counted, and their campaigns: sizes as told in what is shown, or a few for a quick
// run. Constant input, int8 weights, whole-numbered biases and thresholds; integer arithmetic of 32 bits, but for
// the weights of the CNN: there the same numbers are float32, which holds them exactly and is what the faster
// kernels take.

import { integerNetwork } from "../src/convert/integer-network.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { enumerateFaults } from "../src/fault/enumerate.ts";
import { faultSites } from "../src/fault/fault-sites.ts";
import { dense, flatten, relu, sequential } from "../src/model/build.ts";
import type { Model } from "../src/model/model.ts";
import type { Network } from "../src/model/network.ts";
import type { CampaignCase } from "./campaign-measure.ts";
import { convertedNetwork, lenet } from "./converted-networks.ts";

const mlp128: Network = sequential("mlp128", [1, 28, 28], [flatten(), dense(128), relu(), dense(10)]);

export const sampled = 16_641;

export interface CampaignSubject {
  readonly name: string;
  readonly model: Model;
  readonly weights: CampaignCase;
  /** Seconds that the campaign of sampled weights is to take. */
  readonly goal: number;
  /** Every weight fault; null where they are too many. */
  readonly everyWeight: CampaignCase | null;
  readonly everyGoal: number;
  /** In integer arithmetic. */
  readonly transientModel: Model;
  readonly transients: readonly CampaignCase[];
  /** Whether the map of all faults is held against Monte Carlo. */
  readonly hasFirstOrder: boolean;
  /** How much PyTorch is asked: images, faults whose time is taken, and faults whose outcomes are compared. */
  readonly peer: { readonly images: number; readonly timed: number; readonly compared: number };
  /** Faults that are simulated again, on all images of their campaign. */
  readonly repeated: number;
}

export async function subjects(dataset: Dataset, quick: boolean): Promise<CampaignSubject[]> {
  const found: CampaignSubject[] = [];
  for (const readout of ["membrane", "count"] as const) {
    const mlp = await wholeNumbered(mlp128, dataset, 16, readout);
    const weights = {
      population: { sites: faultSites(mlp, { targets: ["weight"] }), change: "flip" },
    } as const;
    found.push({
      name: `784-128-10, T = 16, ${nameOf(readout)}`,
      model: mlp,
      weights: {
        ...weights,
        what: "weight bits",
        faults: quick ? 1000 : sampled,
        images: quick ? 300 : 10_000,
      },
      goal: 2,
      everyWeight: { ...weights, what: "weight bits", faults: null, images: quick ? 50 : 10_000 },
      everyGoal: 60,
      hasFirstOrder: readout === "membrane",
      transientModel: mlp,
      transients: transientsOf(mlp, quick ? [100, 50] : [5000, 2000]),
      peer: quick ? { images: 200, timed: 3, compared: 10 } : { images: 10_000, timed: 30, compared: 200 },
      repeated: quick ? 6 : 40,
    });
  }
  for (const readout of ["membrane", "count"] as const) {
    const whole = await wholeNumbered(lenet, dataset, 32, readout);
    const cnn = inFloats(whole);
    const population = { sites: faultSites(cnn, { targets: ["weight"] }), change: "flip" } as const;
    found.push({
      name: `LeNet, T = 32, ${nameOf(readout)}`,
      model: cnn,
      weights: {
        population,
        what: "weight bits",
        faults: quick ? 60 : sampled,
        images: quick ? 20 : readout === "membrane" ? 10_000 : 1000,
      },
      goal: readout === "membrane" ? 300 : 30,
      everyWeight: null,
      everyGoal: 0,
      hasFirstOrder: false,
      transientModel: whole,
      transients: transientsOf(whole, quick ? [40, 10] : [1000, 500]),
      peer: quick ? { images: 20, timed: 2, compared: 4 } : { images: 250, timed: 20, compared: 200 },
      repeated: quick ? 4 : 20,
    });
  }
  return found;
}

function nameOf(readout: "membrane" | "count"): string {
  return readout === "membrane" ? "membrane readout" : "spike-count readout";
}

/** Bits of potentials and spikes that are flipped for one step. */
function transientsOf(model: Model, [faults, images]: readonly [number, number]): CampaignCase[] {
  const steps = model.inference?.steps ?? 1;
  return (["potential", "spike"] as const).map((target) => {
    const population = { sites: faultSites(model, { targets: [target] }), change: "flip", steps } as const;
    return {
      what: target === "potential" ? "membrane-potential bits, one step each" : "spikes, one step each",
      population,
      faults: Math.min(faults, enumerateFaults(population).size),
      images,
    };
  });
}

async function wholeNumbered(
  network: Network,
  dataset: Dataset,
  steps: number,
  readout: "membrane" | "count",
): Promise<Model> {
  const snn = await convertedNetwork(network, dataset, 8, { steps, coding: "constant", readout });
  return integerNetwork(snn, { kind: "integer", potentialBits: 32, overflow: "saturate" });
}

/** The same whole numbers, held in float32. */
function inFloats(model: Model): Model {
  if (model.inference === null) return model;
  return { ...model, inference: { ...model.inference, arithmetic: { kind: "float32" } } };
}
