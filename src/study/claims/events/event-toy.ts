// Toys of a study of claims about event networks: does training arrive, whatever the starting weights?

import type { EventTrainingSettings } from "../../../event-gradient/event-training-fields.ts";
import { type Fields, int, text, type Values } from "../../../space/field.ts";

/** Beside it `means` and `deviations`, of normal starting weights: lists. */
export const eventToyFields = {
  name: text({ about: "name of the toy", default: "" }),
  one: text({ about: "experiment of one spike a neuron", default: "toy-ttfs" }),
  many: text({ about: "experiment of many", default: "toy-count" }),
  repeats: int({ about: "draws of each mean and deviation", unit: "1", low: 2, high: 10_000, default: 100 }),
  epochs: int({ about: "passes over the samples", unit: "1", low: 1, high: 10_000, default: 50 }),
} satisfies Fields;

/** Two small experiments trained from starting weights of every mean and deviation. */
export interface EventToy extends Values<typeof eventToyFields> {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** What is not there is the experiment's. */
  readonly training?: Readonly<Partial<EventTrainingSettings>>;
}
