// Made measurements of a study of claims whose figures are known, for tests of what is judged and shown.

import type { LayerCounts, OperationCounts } from "../src/energy/counts.ts";
import { noCounts } from "../src/energy/no-counts.ts";
import type { Evaluation } from "../src/pipeline/evaluation.ts";
import type { CellMeasures } from "../src/study/claims/cell-measures.ts";
import { readClaimsFile } from "../src/study/claims/claims-file.ts";
import { type Arm, designsOf } from "../src/study/claims/claims-plan.ts";
import type { ClaimsSettings } from "../src/study/claims/claims-settings.ts";

export const rate = 0.01;
const networks = 6;
/** A study of one claim. */
export const claimsOf = (kind: string, measure: string, more: string): ClaimsSettings =>
  readClaimsFile(
    `schema: spikefront.claims/1
data: [mnist]
networks: [{ name: net }]
figures: { bitErrorRates: [${rate}] }
claims: [{ id: a, measure: ${measure}, kind: ${kind}, estimand: made, ${more} }]
`,
    "s.yaml",
  );
export const settings = claimsOf("comparable", "accuracy", "margin: 0.01");
export const [design] = designsOf(settings);

/** What a made arm is like; drops by network. */
export interface MadeArm {
  readonly accuracy: readonly number[];
  readonly drop: readonly number[];
  /** Events per dense product. */
  readonly rho: number;
}

const products = 1000;

function counts(arm: Arm, { rho }: MadeArm): OperationCounts {
  const isAnn = arm !== "snn";
  const operations = isAnn ? products : rho * products;
  const layer: LayerCounts = {
    ...noCounts("dense1"),
    multiplications: isAnn ? { float32: operations } : {},
    additions: { float32: operations },
    synapticOperations: rho * products,
    denseProducts: products,
  };
  const memories = { weightsBytes: 0, potentialsBytes: 0, activationsBytes: 0 };
  return { images: 1, steps: 1, layers: [layer], memories };
}

function evaluation(arm: Arm, made: MadeArm, network: number, block: number): Evaluation {
  const images = 1000;
  const seeds = Array.from({ length: 20 }, (_, index) => {
    // Masks and blocks differ around the network's mean, all arms alike.
    const swing = 3 * (index % 2 === 0 ? 1 : -1) + (block === 0 ? 2 : -2);
    return {
      index,
      correct: 900 - Math.round(images * made.drop[network]) - swing,
      flippedBits: 5,
      changed: 50,
    };
  });
  return {
    correctPerStep: [Math.round(images * made.accuracy[network])],
    images,
    counts: counts(arm, made),
    zeroSkippingCounts: null,
    faults: [
      { fault: "weight-bit-flip", format: "int8", bitErrorRate: rate, cleanCorrect: 900, images, seeds },
    ],
  } as unknown as Evaluation;
}

export function cell(name: string, made: Readonly<Record<Arm, MadeArm>>): CellMeasures {
  const pick = { design, accuracy: 0.9, energyPj: 1, drop: 0.1, isWithinMargin: true };
  const all = Array.from({ length: networks }, (_, network) => network);
  return {
    data: "mnist",
    spec: { ...settings.networks[0], name },
    seed: 0,
    anns: all.map(String),
    designsTried: 1,
    pickedAgainst: 0.9,
    picks: { energy: pick, drop: pick },
    measured: (arm) => ({
      clean: all.map((network) => evaluation(arm, made[arm], network, 0)),
      struck: all.map((network) => [0, 1].map((block) => evaluation(arm, made[arm], network, block))),
    }),
  };
}

const spread = [0.99, 1.01, 1, 1.02, 0.98, 1];
export const arm = (accuracy: number, drop: number, rho = 1): MadeArm => ({
  accuracy: spread.map((factor) => accuracy + (factor - 1) / 10),
  drop: spread.map((factor) => drop * factor),
  rho,
});
/** An SNN that loses a third of what ANN and controls lose. */
export const robust = {
  ann: arm(0.95, 0.3),
  clip: arm(0.95, 0.1),
  levels: arm(0.95, 0.1),
  snn: arm(0.949, 0.1, 0.2),
};
