// The JSON Schema of study files, from the same fields as their checks: schema/study.schema.json.
// Draft 7, because editors' YAML language servers read that.

import { designSpace } from "../pipeline/design-space.ts";
import { objectives } from "../pipeline/objectives.ts";
import { ttfsSpace } from "../pipeline/trained/ttfs-recipe.ts";
import { text } from "../space/field.ts";
import { fieldsSchema, type JsonSchema, restrictionsSchema } from "../space/json-schema.ts";
import { space } from "../space/space.ts";
import { kindSchemas, withoutDefaults } from "./kinds/kind-schemas.ts";
import type { Method } from "./kinds/methods.ts";
import { studySchemaName } from "./study-file.ts";
import {
  halvingFields,
  listDefaults,
  networkFields,
  racingFields,
  referenceFields,
  sectionFields,
  studyFields,
} from "./study-settings.ts";

/** JSON Schema, draft 7, of a study file. */
export function studySchema(): JsonSchema {
  const { final, search, ...sections } = sectionFields;
  const top = fieldsSchema(studyFields, "a spikefront study", {
    schema: { description: "version of this file's format", const: studySchemaName },
    networks: networksSchema(),
    ...kindSchemas(),
    space: spaceSchema("limits of the search: a value, a list of values or {low, high}"),
    forbidden: {
      description: "combinations no design may have, each a map of settings that must not hold all at once",
      type: "array",
      items: { ...spaceSchema("settings, each as in space"), minProperties: 1 },
    },
    objectives: {
      description: "what is traded off, at least two",
      type: "array",
      items: { enum: Object.keys(objectives) },
      minItems: 2,
      uniqueItems: true,
      default: listDefaults.objectives,
    },
    ...Object.fromEntries(
      Object.entries(sections).map(([name, fields]) => [name, fieldsSchema(fields, aboutSections[name])]),
    ),
    search: fieldsSchema(search, aboutSections["search"], {
      halving: fieldsSchema(halvingFields, aboutHalving),
      racing: fieldsSchema(racingFields, aboutRacing),
      reference: withoutDefaults(fieldsSchema(referenceFields, aboutReference)),
    }),
    final: fieldsSchema(final, aboutSections["final"], {
      bitErrorRates: {
        description: "bit-error rates of the fault curves",
        type: "array",
        items: { type: "number", minimum: 0, maximum: 1 },
        minItems: 1,
        default: listDefaults.bitErrorRates,
      },
    }),
  });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "spikefront study",
    ...top,
    required: ["schema"],
  };
}

const aboutHalving =
  "measure designs on few images first, and only the best on more; trials then says how many full evaluations to spend";

const aboutRacing =
  "measure the search's best designs again, those whose place on the front is not decided most often";

const aboutReference =
  "values beyond which a trial counts nothing, by objective; what is not given is the requirement's limit, or else the int8 ANN's figure made worse: shares by 0.1, energy 10 times";

const aboutSections: Readonly<Record<string, string>> = {
  training: "how the ANNs are trained",
  search: "how designs are searched",
  evaluation: "how every trial is measured",
  confirm: "how the recommendation is confirmed",
  final: "how the front is measured at the end, on test images",
  requirements: "limits a network must keep, each tested at the bad end of its interval",
};

/** A block's matrix, in studies of skips: how many rows it has is the block's own. */
const blockSchema: JsonSchema = {
  description: "skips: the only matrix of the block, e.g. 212|01|0 (0 none, 1 add, 2 concat)",
  type: "string",
};

function networksSchema(): JsonSchema {
  const sizes = (description: string, standard: readonly number[]): JsonSchema => ({
    description,
    type: "array",
    items: { type: "integer", minimum: 1 },
    default: standard,
  });
  const network = fieldsSchema(networkFields, "an ANN to train, or the file of one", {
    hidden: sizes("units of the hidden dense layers", listDefaults.hidden),
    channels: sizes(
      "cnn: channels of the convolutions, each before 2×2 average pooling",
      listDefaults.channels,
    ),
  });
  return { description: "ANNs that are converted", type: "array", items: network, minItems: 1 };
}

function spaceSchema(description: string): JsonSchema {
  // Names of networks are the user's own, so any text may stand here.
  const network = text({ about: "which of the networks are converted", default: "" });
  const fields = { network, ...ttfsSpace.fields, ...designSpace.fields };
  const restrictions = restrictionsSchema(space(fields), description);
  const own = {
    convert: ["network", ...Object.keys(designSpace.fields)],
    skips: ["steps", "weightBits"],
    ttfs: Object.keys(ttfsSpace.fields),
  } satisfies Record<Method, readonly string[]>;
  // In studies of several methods the setting of one is what it is alone.
  const ofMethods = Object.entries(own).flatMap(([method, names]) =>
    names.map((name) => [`${method}.${name}`, { $ref: `#/properties/space/properties/${name}` }] as const),
  );
  return {
    ...restrictions,
    properties: { ...(restrictions["properties"] as JsonSchema), ...Object.fromEntries(ofMethods) },
    patternProperties: { "^(skips\\.)?block[1-9][0-9]*$": blockSchema },
  };
}
