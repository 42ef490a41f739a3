// The answer first: which network to ship, why, what it gives and what it costs.

import type { Front, NetworkFigures } from "../study/front.ts";
import { roleOf } from "./colours.ts";
import { accuracyComparisons, comparisonTable, dropComparisons, energyComparisons } from "./comparison.ts";
import {
  formatBytes,
  formatCount,
  formatEnergy,
  formatInterval,
  formatSeconds,
  formatShare,
  isKnown,
  missing,
} from "./format.ts";
import { type Child, element, fragment, type Markup } from "./markup.ts";
import { measuresOf } from "./measures.ts";
import { settingsText } from "./network-detail.ts";
import { decidingEnergy, headlineDose, networkById, pointById } from "./network-list.ts";
import { marginText, requirementText } from "./requirement-text.ts";
import { signOf } from "./sign.ts";
import { tableMarkup } from "./table-markup.ts";
import { toldSettings } from "./told-settings.ts";

export function recommendationSection(front: Front): Markup {
  const { choice, nearestMiss } = front.recommendation;
  const shownId = choice ?? nearestMiss;
  const network = networkById(front, shownId);
  return element(
    "section",
    { id: "recommendation", class: choice === null ? "answer none" : "answer" },
    element("h2", {}, headline(front)),
    facts(front),
    network === null ? null : tiles(front, network),
    network === null ? null : details(front, network),
  );
}

function headline(front: Front): Child {
  const { choice, nearestMiss } = front.recommendation;
  if (choice !== null) return ["Ship ", named(front, choice)];
  if (nearestMiss !== null) return ["None qualifies; nearest miss: ", named(front, nearestMiss)];
  return "No network can be recommended";
}

function facts(front: Front): Markup {
  const { runnerUp, bindingConstraint, why, choice, nearestMiss } = front.recommendation;
  const conversion = pointById(front, choice ?? nearestMiss)?.explanation?.advice.summary;
  const entry = (term: string, text: Child): Markup =>
    element("div", {}, element("dt", {}, term), element("dd", {}, text));
  return element(
    "dl",
    { class: "facts" },
    why === "" ? null : entry("Why", why),
    bindingConstraint === ""
      ? null
      : entry(choice === null ? "What it lacks" : "Binding constraint", bindingConstraint),
    choice === null
      ? null
      : entry("Runner-up", runnerUp === null ? "none qualifies" : named(front, runnerUp)),
    entry("Required", requirementsText(front)),
    conversion === undefined ? null : entry("Conversion", conversion),
  );
}

function requirementsText({ requirements }: Front): string {
  const entries = Object.entries(requirements).filter(([, limit]) => typeof limit === "number");
  if (entries.length === 0) return "nothing: the study sets no requirement";
  return entries.map(([name, limit]) => requirementText(name, limit)).join("; ");
}

/** The label where it says more than the id. */
function named(front: Front, id: string): Child {
  const network = networkById(front, id);
  if (network === null) return id;
  const isTold = network.label.endsWith(id);
  return element("span", {}, signOf(roleOf(network)), isTold ? network.label : `${network.label} (${id})`);
}

function tiles(front: Front, network: NetworkFigures): Markup {
  const { drop } = measuresOf(front);
  const dropInterval = drop.of(network);
  const energyPj = decidingEnergy(front, network)?.energyPj;
  const [profile] = front.profiles;
  const share = (value: number): string => formatShare(value);
  return element(
    "div",
    { class: "tiles" },
    tile("Test accuracy", formatShare(network.accuracy.value), [
      intervalText(network, share),
      ...accuracyComparisons(front, network),
    ]),
    tile("Energy of one inference", formatEnergy(energyPj), [
      profile === undefined ? "" : `under ${profile.name}`,
      ...energyComparisons(front, network),
    ]),
    dropInterval === null
      ? null
      : tile(drop.title.replace("Accuracy drop", "Drop"), formatShare(dropInterval.value), [
          `bits of ${headlineDose(front, network)?.format ?? "stored"} weights`,
          `${formatShare(dropInterval.low)} to ${formatShare(dropInterval.high)} (${dropInterval.method})`,
          ...dropComparisons(front, network),
        ]),
    tile("Latency and memory", formatCount(network.latencySteps, "step"), [
      isKnown(network.latencySeconds)
        ? formatSeconds(network.latencySeconds)
        : "no profile of the study gives a speed",
      `${formatBytes(network.memoryBytes)} of weights, potentials and activations`,
    ]),
  );
}

function intervalText({ accuracy }: NetworkFigures, format: (value: number) => string): string {
  const interval = formatInterval(accuracy, format);
  return interval === missing
    ? missing
    : `${format(accuracy.low)} to ${format(accuracy.high)} (${accuracy.method})`;
}

function tile(name: string, value: string, lines: readonly string[]): Markup {
  return element(
    "div",
    { class: "tile" },
    element("h3", {}, name),
    element("p", { class: "figure-value" }, value),
    element(
      "ul",
      {},
      lines.filter(Boolean).map((line) => element("li", {}, line)),
    ),
  );
}

function details(front: Front, network: NetworkFigures): Markup {
  const point = pointById(front, network.id);
  const margins = Object.entries(point?.margins ?? {});
  return fragment(
    point === null
      ? null
      : element("p", {}, element("b", {}, "Settings: "), settingsText(toldSettings(point.design))),
    margins.length === 0
      ? null
      : element(
          "ul",
          { class: "margins" },
          margins.map(([name, margin]) => {
            const isMet = isKnown(margin) && margin >= 0;
            return element(
              "li",
              { class: isMet ? "met" : "missed" },
              `${isMet ? "✓" : "✗"} ${requirementText(name, front.requirements[name])}: ${isMet ? "met" : "missed"}, ${marginText(name, margin)} at the bad end of the validation interval`,
            );
          }),
        ),
    element("h3", {}, "Beside the others"),
    tableMarkup(comparisonTable(front, network), {
      caption: `${network.id} beside ANNs and controls`,
      isSortable: false,
    }),
  );
}
