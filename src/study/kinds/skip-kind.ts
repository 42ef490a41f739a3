// Trials that train a network with skip connections from its slice of shared weights (docs/skips.md).

import type { Dataset } from "../../data/dataset.ts";
import { splitOf } from "../../data/image-set.ts";
import type { SkipPlan } from "../../pipeline/evaluation-task.ts";
import { type SkipRecipe, skipDesignSpace, usualSkipSpace } from "../../pipeline/trained/skip-recipe.ts";
import { type Combination, narrow, space } from "../../space/space.ts";
import { skipField } from "../../topology/skip-block.ts";
import { skipNetwork } from "../../topology/skip-network.ts";
import { plainAnns } from "../finalists.ts";
import type { StudySettings } from "../study-settings.ts";
import type { SkipStudySettings } from "./kind-settings.ts";
import { requireTrainingImages } from "./require-training-images.ts";
import type { Depth, PartHashes, StudyKind } from "./study-kind.ts";

export function skipKind(settings: StudySettings, skips: SkipStudySettings): StudyKind {
  const designs = (): ReturnType<StudyKind["space"]> => {
    const { fields, conditions } = skipDesignSpace(skips.blocks);
    const forbidden = [...(settings.forbidden ?? []), ...unjoined(skips)];
    return narrow(space(fields, conditions, forbidden), { ...usualSkipSpace, ...settings.space });
  };
  const recipe = recipeOf(settings, skips, Number(designs().fields["steps"].default));
  const plan = (parts: PartHashes, design: SkipPlan["design"], depth: Depth): SkipPlan => ({
    kind: "skips",
    ann: parts.get(annName) ?? "",
    supernet: parts.get(sharedName) ?? "",
    recipe,
    design,
    epochs: (depth === "final" && skips.finalEpochs) || skips.tuningEpochs,
    bits: Number(design["weightBits"]),
  });
  return {
    about: "a study of skips",
    has: (objective) => objective !== "latency",
    space: designs,
    parts: [
      { name: annName, task: { prepare: "skip-ann", recipe } },
      { name: sharedName, task: { prepare: "shared-weights", recipe } },
    ],
    requireData: (dataset) => {
      requireTrainingImages("skips", skips, dataset);
      requireBlocks(recipe, dataset);
    },
    plan,
    referenceAnns: (parts) => [...parts].filter(([name]) => name === annName),
    anns: (parts) => plainAnns(parts.get(annName) ?? ""),
    controls: (parts, design) => {
      const none = Object.fromEntries(
        recipe.network.blocks.map((block, b) => [`block${b + 1}`, skipField(block).default]),
      );
      const plain = {
        id: "no-skips",
        label: "SNN without skips, made as the points are",
        role: "snn" as const,
        plan: plan(parts, { ...design, ...none }, "final"),
        trial: -1,
        listsZeroSkipping: false,
      };
      return { controls: [plain], rivals: [plain] };
    },
    told: (design) => ({ ...design }),
    notes: () => ({
      networks: [
        `Networks with skips: trained ${skips.tuningEpochs} epochs from their slice of shared weights on the first ${skips.trainingImages} training images${skips.finalEpochs > 0 ? `; the points and the network without skips ${skips.finalEpochs} epochs` : ""}; the ${skips.judgingImages} images behind these chose the epochs. Shared weights tell good candidates from bad ones, and flatter all.`,
        "The ANN is that of the blocks without skips, trained on the same images.",
      ],
      reading: [],
    }),
  };
}

/** Matrices that join a block's input and output by no way; chained blocks have none. */
function unjoined({ blocks }: SkipStudySettings): readonly Combination[] {
  return blocks.flatMap((block, b) =>
    block.isChained === false ? [{ [`block${b + 1}`]: skipField(block).default.replaceAll("1", "0") }] : [],
  );
}

const annName = "ann";
const sharedName = "shared-weights";

function recipeOf(settings: StudySettings, skips: SkipStudySettings, steps: number): SkipRecipe {
  const { stem, blocks, neuron, batchNorm, tuningEpochs: _, finalEpochs: __, ...rest } = skips;
  const network = { stem, blocks, neuron: { model: neuron, reset: "subtract" as const }, batchNorm };
  return { ...rest, network, steps, training: skips.training ?? settings.training, seed: settings.seed };
}

/** Makes the network once, so that what does not fit is told before anything is trained. */
function requireBlocks({ network }: SkipRecipe, dataset: Dataset): void {
  const { imageShape } = splitOf(dataset, "train");
  const classes = dataset.classes.length;
  const matrices = network.blocks.map((block) => skipField(block).default);
  skipNetwork({ name: "skips", imageShape, classes, ...network, isOutputSpiking: false }, matrices);
}
