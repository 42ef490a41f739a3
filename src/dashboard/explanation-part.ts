// Why a spiking network is as accurate as it is: its layers' errors by cause, and what to do about them.

import type { Explanation } from "../pipeline/explanation.ts";
import { accuracyInterval } from "../statistics/accuracy-interval.ts";
import { errorBar, errorCauses, errorNames, errorSum, type LayerErrors, largestError } from "./error-bar.ts";
import { formatCount, formatInterval, formatNumber, formatShare } from "./format.ts";
import { type Child, element, fragment, type Markup } from "./markup.ts";

/** @param id - of the network, for the table's name */
export function explanationPart(id: string, explanation: Explanation): Markup {
  const { layers, advice } = explanation;
  const sentences = Object.values(advice.layers).filter((sentence) => !advice.summary.endsWith(sentence));
  return element(
    "div",
    { class: "explained" },
    element("p", {}, element("b", {}, advice.summary)),
    sentences.length === 0
      ? null
      : element(
          "ul",
          {},
          sentences.map((sentence) => element("li", {}, sentence)),
        ),
    element("p", {}, accuracyText(explanation)),
    layers.length === 0
      ? null
      : fragment(
          table(id, layers),
          element(
            "p",
            { class: "quiet" },
            "Shares of the layer's mean activation. ",
            element("a", { href: "#errors" }, "What is what"),
          ),
        ),
  );
}

/** Where both networks stand on the same images, and how soon the spikes get near. */
function accuracyText(explanation: Explanation): string {
  const { images, steps, warmUpSteps, annCorrect, correctPerStep, stepsWithinOnePoint } = explanation;
  const accuracy = (correct: number): string =>
    formatInterval(accuracyInterval(correct, images), (value) => formatShare(value, 1));
  const warmUp = warmUpSteps === 0 ? "" : ` (${warmUpSteps} of them a warm-up)`;
  const nearness =
    stepsWithinOnePoint === null
      ? "not within 1 point of it at the end"
      : `within 1 point of it from step ${stepsWithinOnePoint}`;
  return `${formatCount(images, "validation image")}: the float32 ANN has ${accuracy(annCorrect)}, the spiking network ${accuracy(correctPerStep.at(-1) ?? 0)} after ${formatCount(steps, "step")}${warmUp}; it is ${nearness}.`;
}

function table(id: string, layers: readonly LayerErrors[]): Markup {
  const name = `Errors of ${id} by layer and cause`;
  const full = Math.max(...layers.map(errorSum)) || 1;
  const head = (text: Child, cause: string | null = null): Markup =>
    element("th", { scope: "col", class: cause }, text);
  const ends = element(
    "span",
    { class: "bar-axis" },
    element("span", {}, "0"),
    element("span", {}, formatShare(full, 0)),
  );
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": name },
    element(
      "table",
      { class: "errors", "aria-label": name },
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          head("layer"),
          head(fragment("all errors", ends)),
          errorNames.map((cause) => head(cause, cause)),
          ["clipped", "correlation", "neurons", "dead", "saturated"].map((text) => head(text)),
        ),
      ),
      element(
        "tbody",
        {},
        layers.map((layer) => row(layer, full)),
      ),
    ),
  );
}

function row(layer: LayerErrors, full: number): Markup {
  const largest = largestError(layer);
  const cell = (child: Child): Markup => element("td", {}, child);
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, layer.layer),
    cell(errorBar(layer, full)),
    errorNames.map((name) => {
      const text = formatShare(layer[name], 1);
      return cell(name === largest ? element("b", {}, text) : text);
    }),
    cell(formatShare(layer.clippedShare, 1)),
    cell(formatNumber(layer.correlation)),
    [layer.neurons, layer.deadNeurons, layer.saturatedNeurons].map((count) => cell(formatNumber(count, 15))),
  );
}

/** How to read all of them: told once a page, where each links to. */
export function explanationKey(): Markup {
  const causes = errorNames.map((name) => `${name}, ${errorCauses[name]}`).join("; ");
  return element(
    "p",
    { class: "quiet key", id: "errors" },
    `What the spikes get wrong, as means of absolute errors against the float32 ANN: ${causes} (and what is inherited, where neurons lose charge). Clipped: share of the activations above 0 that lie above the bound; dead: neurons that never fire though the ANN's do; saturated: neurons that fire at every step of some image.`,
  );
}
