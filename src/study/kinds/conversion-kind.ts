// Trials that convert a trained ANN.

import type { ObjectiveName } from "../../pipeline/objectives.ts";
import { annFinalists, controlFinalists, explainedImages, float32Finalist } from "../finalists.ts";
import { conversionSpace, type StudyDesign } from "../study-design.ts";
import type { StudySettings } from "../study-settings.ts";
import type { PartHashes, StudyKind } from "./study-kind.ts";

export function conversionKind(settings: StudySettings): StudyKind {
  const annOf =
    (parts: PartHashes) =>
    ({ network }: StudyDesign): string =>
      parts.get(network) ?? "";
  return {
    about: "a study of conversions",
    has: (objective) => !strangers.includes(objective),
    space: () => conversionSpace(settings),
    parts: settings.networks,
    requireData: () => {},
    plan: (parts, values) => {
      const design = values as StudyDesign;
      return { kind: "snn", ann: annOf(parts)(design), design, bits: design.weightBits };
    },
    referenceAnns: (parts, { fields: { network } }) =>
      [...parts].filter(([name]) => network.kind !== "choice" || network.options.includes(name)),
    anns: (parts, designs) => annFinalists(designs as readonly StudyDesign[], annOf(parts)),
    controls: (parts, values) => {
      const design = values as StudyDesign;
      const ann = annOf(parts)(design);
      const controls = controlFinalists(design, ann);
      return {
        controls: [...controls, float32Finalist(design, ann)],
        rivals: controls.filter(({ listsZeroSkipping }) => listsZeroSkipping),
      };
    },
    told: (design) => ({ ...design }),
    notes: (designs) => ({
      networks: [
        `Errors of spiking networks: explained on the first ${Math.min(explainedImages, settings.confirm.images)} of the recommendation's validation images, against the float32 ANN.`,
      ],
      reading: designs.some(({ coding }) => coding === "constant") ? [constantNote] : [],
    }),
  };
}

/** A converted network may be read without neurons, or by neurons, and its evaluation does not say. */
const strangers: readonly ObjectiveName[] = ["annDrop", "latency", "firingRate"];

const constantNote =
  "Constant-current networks skip products with zero pixels; compare them with the zero-skipping ANN too.";
