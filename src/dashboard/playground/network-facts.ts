// A network in a few lines.

import { formatNumber } from "../format.ts";
import { element, fragment, type Markup } from "../markup.ts";
import type { PlayNetwork } from "./play-messages.ts";

export function networkFacts({
  inputShape,
  coding,
  classes,
  readout,
  steps,
  weights,
  storedBits,
  layers,
}: PlayNetwork): Markup {
  const facts = [
    ["takes", `${inputShape.join(" × ")}, ${coding}`],
    ["says", `one of ${classes.length}, by ${readout}`],
    ["steps", String(steps)],
    ["weights", `${weights}, ${formatNumber(storedBits, 15)} bits`],
    ...layers.map(({ layer, neurons, model }) => [layer, `${formatNumber(neurons, 15)} ${model} neurons`]),
  ];
  return fragment(
    facts.map(([name, text]) => element("div", {}, element("dt", {}, name), element("dd", {}, text))),
  );
}
