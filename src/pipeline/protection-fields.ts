// Protections of stored weights as a choice of a design. Their settings are the protections' own fields under
// names that no other setting of a design has; each matters only where its protection is chosen.

import { weightProtections } from "../fault/protection/weight-protections.ts";
import { choice, type Field, type Fields, type Values } from "../space/field.ts";
import type { Conditions } from "../space/space.ts";

export type ProtectionName = keyof typeof weightProtections;

const {
  "bounded-weights": bounded,
  "triplicated-bits": triplicated,
  "error-correcting-words": corrected,
  "parity-words": parity,
} = weightProtections;

export const protectionFields = {
  protection: choice({
    about: "what keeps flipped bits of stored weights from doing harm, at a price in memory and energy",
    options: ["none", ...(Object.keys(weightProtections) as ProtectionName[])],
    default: "none",
  }),
  weightBounds: bounded.fields.range,
  beyondBounds: bounded.fields.beyond,
  triplicatedTopBits: triplicated.fields.topBits,
  correctedWordWeights: corrected.fields.weightsPerWord,
  correctedOnDouble: corrected.fields.onDouble,
  parityWordWeights: parity.fields.weightsPerWord,
} satisfies Fields;

export type ProtectionSettings = Values<typeof protectionFields>;

/** The field of a design that holds each setting of each protection. */
export const protectionSettingNames: {
  readonly [Name in ProtectionName]: Readonly<
    Record<keyof (typeof weightProtections)[Name]["fields"], Exclude<keyof ProtectionSettings, "protection">>
  >;
} = {
  "bounded-weights": { range: "weightBounds", beyond: "beyondBounds" },
  "triplicated-bits": { topBits: "triplicatedTopBits" },
  "error-correcting-words": { weightsPerWord: "correctedWordWeights", onDouble: "correctedOnDouble" },
  "parity-words": { weightsPerWord: "parityWordWeights" },
};

export const protectionConditions: Conditions = Object.fromEntries(
  Object.entries(protectionSettingNames).flatMap(([protection, names]) =>
    Object.values(names).map((name) => [name, { protection }]),
  ),
);

/** No protection, and settings of protections as they are unless a study names them. */
export const unprotected: ProtectionSettings = Object.fromEntries(
  Object.entries<Field>(protectionFields).map(([name, field]) => [name, field.default]),
) as unknown as ProtectionSettings;
