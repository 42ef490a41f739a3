// JSON Schema of the sections that make the trials of a study train networks, from the fields they are checked by.

import { trainingFields } from "../../ann/training-fields.ts";
import { skipFields } from "../../pipeline/trained/skip-recipe.ts";
import { ttfsFields } from "../../pipeline/trained/ttfs-recipe.ts";
import { fieldsSchema, type JsonSchema } from "../../space/json-schema.ts";
import {
  blockFields,
  blockWidths,
  skipSurrogateFields,
  stemFields,
  ttfsTrainingFields,
} from "./kind-settings.ts";
import { methods } from "./methods.ts";

/** By section. */
export function kindSchemas(): Readonly<Record<"methods" | "skips" | "ttfs", JsonSchema>> {
  const widths = {
    description: "units, or channels, of each layer",
    type: "array",
    items: { type: "integer", minimum: 1 },
    minItems: 1,
    default: blockWidths,
  };
  const blocks = {
    description: "blocks, each with a matrix of skips in the design: block1, block2, …",
    type: "array",
    items: fieldsSchema(blockFields, "a block of layers", { widths }),
    minItems: 1,
  };
  return {
    methods: {
      description:
        "kinds of trials that are searched together; the settings of space are then METHOD.SETTING",
      type: "array",
      items: { enum: methods },
      minItems: 2,
      uniqueItems: true,
    },
    skips: fieldsSchema(skipFields, "trials train networks with skips from shared weights", {
      stem: fieldsSchema(stemFields, "the layer before the first block"),
      blocks,
      surrogate: fieldsSchema(skipSurrogateFields, "how spikes are trained"),
      training: withoutDefaults(
        fieldsSchema(trainingFields, "how they are trained; what is left out is as in training"),
      ),
    }),
    ttfs: fieldsSchema(ttfsFields, "trials train event networks, which are then put on a clock", {
      training: fieldsSchema(ttfsTrainingFields, "how event networks are trained"),
    }),
  };
}

/** Of fields whose defaults are told elsewhere. */
export function withoutDefaults({ properties, ...rest }: JsonSchema): JsonSchema {
  const fields = Object.entries(properties as Readonly<Record<string, JsonSchema>>);
  const bare = fields.map(([name, { default: _, ...field }]) => [name, field]);
  return { ...rest, properties: Object.fromEntries(bare) };
}
