// Trials that train an event network and put it on a clock (docs/event-gradient.md).

import type { TtfsPlan } from "../../pipeline/evaluation-task.ts";
import { type TtfsRecipe, ttfsSpace, usualTtfsSpace } from "../../pipeline/trained/ttfs-recipe.ts";
import { narrow, space } from "../../space/space.ts";
import { plainAnns } from "../finalists.ts";
import type { StudySettings } from "../study-settings.ts";
import type { TtfsStudySettings } from "./kind-settings.ts";
import { requireTrainingImages } from "./require-training-images.ts";
import type { StudyKind } from "./study-kind.ts";

export function ttfsKind(settings: StudySettings, ttfs: TtfsStudySettings): StudyKind {
  const { epochs, finalEpochs, trainingImages } = ttfs;
  const recipe = recipeOf(settings, ttfs);
  return {
    about: "a study of event networks",
    has: (objective) => objective !== "annDrop",
    space: () =>
      narrow(space(ttfsSpace.fields, ttfsSpace.conditions, settings.forbidden), {
        ...usualTtfsSpace,
        ...settings.space,
      }),
    parts: settings.networks,
    requireData: (dataset) => requireTrainingImages("ttfs", ttfs, dataset),
    plan: (_, design, depth): TtfsPlan => ({
      kind: "ttfs",
      recipe,
      design,
      epochs: depth === "final" ? finalEpochs : epochs,
      bits: Number(design["weightBits"]),
    }),
    referenceAnns: (parts) => [...parts],
    anns: (parts) => [...parts].flatMap(([name, hash]) => plainAnns(hash, parts.size === 1 ? "ann" : name)),
    controls: () => ({ controls: [], rivals: [] }),
    told: (design) => ({ ...design }),
    notes: () => ({
      networks: [
        `Event networks: trained ${epochs} epochs on the first ${trainingImages} training images in the search, ${finalEpochs} as points of the front; the ${ttfs.judgingImages} images behind these chose the epoch. So the points' figures are of other weights than those the search measured.`,
        "All figures are of the network on a clock with integer weights, but for latency: that is in continuous time.",
      ],
      reading: [],
    }),
  };
}

function recipeOf(settings: StudySettings, ttfs: TtfsStudySettings): TtfsRecipe {
  const { epochs: _, finalEpochs: __, ...rest } = ttfs;
  return { ...rest, seed: settings.seed };
}
