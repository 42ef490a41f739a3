// JSON Schema of the sections that make the trials of a study train networks, from the fields they are checked by.

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

/** By section. */
export function kindSchemas(): Readonly<Record<"skips" | "ttfs", JsonSchema>> {
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
    skips: fieldsSchema(skipFields, "trials train networks with skips from shared weights", {
      stem: fieldsSchema(stemFields, "the layer before the first block"),
      blocks,
      surrogate: fieldsSchema(skipSurrogateFields, "how spikes are trained"),
    }),
    ttfs: fieldsSchema(ttfsFields, "trials train event networks, which are then put on a clock", {
      training: fieldsSchema(ttfsTrainingFields, "how event networks are trained"),
    }),
  };
}
