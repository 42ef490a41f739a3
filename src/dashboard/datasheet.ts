// Everything known about one point of the front, and the command that repeats it.

import { dropInterval } from "../pipeline/drop-objective.ts";
import type { FaultResult } from "../pipeline/evaluation.ts";
import type { Front, FrontPoint } from "../study/front.ts";
import { accountings, energyCell } from "./accounting-table.ts";
import { type Cell, numberCell, type Table, textCell } from "./chart.ts";
import { explanationPart } from "./explanation-part.ts";
import {
  formatBytes,
  formatCount,
  formatEnergy,
  formatInterval,
  formatNumber,
  formatPower,
  formatSeconds,
  formatSetting,
  formatShare,
  isKnown,
  wordsOf,
} from "./format.ts";
import { type Child, element, type Markup } from "./markup.ts";
import { measuresOf } from "./measures.ts";
import { decidingEnergy } from "./network-list.ts";
import { marginText, requirementText } from "./requirement-text.ts";
import { tableMarkup } from "./table-markup.ts";
import { toldSettings } from "./told-settings.ts";

const share = (value: number): string => formatShare(value);
const whole = (value: number): string => formatNumber(value, 15);

export function datasheet(front: Front, point: FrontPoint): Markup {
  const { id } = point;
  const { energy } = measuresOf(front);
  const isChoice = id === front.recommendation.choice;
  const priced = energy.of(point);
  return element(
    "details",
    { class: "datasheet", id: `datasheet-${id}` },
    element(
      "summary",
      {},
      element("b", {}, id),
      isChoice ? " (choice)" : null,
      ` ${formatShare(point.accuracy.value)}, ${priced === null ? "cannot be priced" : formatEnergy(priced.value)}, ${formatCount(point.latencySteps, "step")}`,
    ),
    element(
      "div",
      { class: "sheet" },
      section(
        "Design",
        definitions(
          Object.entries(toldSettings(point.design)).map(([name, value]) => [
            wordsOf(name),
            formatSetting(value),
          ]),
        ),
      ),
      section("Figures on test images", definitions(figuresOf(front, point))),
      section("Requirements, on validation images", definitions(requirementsOf(front, point))),
      section("Objectives on validation images", definitions(searchFigures(front, point))),
    ),
    section("Layers", table(layerTable(front, point), `Layers of ${id}`)),
    point.explanation === undefined
      ? null
      : section("What the spikes get wrong, and why", explanationPart(id, point.explanation)),
    section("Under faults", table(doseTable(point), `${id} under faults`)),
    section("Energy of one inference", table(energyTable(front, point), `Energy of ${id}`)),
    element("p", {}, "Repeat it bit for bit: ", element("code", {}, `spikefront reproduce ${id}`)),
  );
}

type Definition = readonly [term: string, text: string];

function figuresOf(front: Front, point: FrontPoint): readonly Definition[] {
  const { evaluation, accuracy, density } = point;
  const { p50, p99, maximum } = evaluation.operations;
  const { weightsBytes, potentialsBytes, activationsBytes } = evaluation.memories;
  return [
    ["data", `${front.data.name}, ${formatCount(evaluation.images, `${evaluation.split} image`)}`],
    ["accuracy", `${formatInterval(accuracy, share)}; ${accuracy.method}`],
    ["synaptic operations of an image", `median ${whole(p50)}, p99 ${whole(p99)}, maximum ${whole(maximum)}`],
    ["density ρ", formatNumber(density.total)],
    [
      "latency",
      `${formatCount(point.latencySteps, "step")}${isKnown(point.latencySeconds) ? `, ${formatSeconds(point.latencySeconds)}` : ""}`,
    ],
    [
      "memory",
      `weights ${formatBytes(weightsBytes)}, potentials ${formatBytes(potentialsBytes)}, activations ${formatBytes(activationsBytes)}`,
    ],
    ["network file", evaluation.network.slice(0, 16)],
    ["predictions", evaluation.predictionsHash.slice(0, 16)],
    ["trial", String(point.trial)],
  ];
}

function requirementsOf({ requirements }: Front, { margins }: FrontPoint): readonly Definition[] {
  return Object.entries(margins).map(([name, margin]) => {
    const verdict = typeof margin === "number" && margin >= 0 ? "met" : "missed";
    return [requirementText(name, requirements[name]), `${verdict}, ${marginText(name, margin)}`];
  });
}

function searchFigures({ objectives }: Front, { searchObjectives }: FrontPoint): readonly Definition[] {
  return Object.entries(searchObjectives).map(([name, interval]) => {
    const unit = objectives.find((objective) => objective.name === name)?.unit;
    const format = unit === "pJ" ? formatEnergy : unit === "1" ? share : formatNumber;
    return [name, `${formatInterval(interval, (value) => format(value))}; ${interval.method}`];
  });
}

function layerTable(front: Front, point: FrontPoint): Table {
  const { evaluation, density } = point;
  const deciding = decidingEnergy(front, point);
  const alone = evaluation.faults.filter(({ layer }) => layer !== undefined);
  const names = [
    ...new Set([...Object.keys(density.byLayer), ...evaluation.activity.map(({ layer }) => layer)]),
  ];
  return {
    head: [
      "layer",
      "ρ",
      "neurons",
      "spikes an image",
      "silent neurons",
      "saturated neurons",
      "potential from",
      "to",
      "energy",
      ...(alone.length > 0 ? [`drop, struck alone at ${formatPower(alone[0].bitErrorRate)}`] : []),
    ],
    rows: names.map((name) => {
      const activity = evaluation.activity.find(({ layer }) => layer === name);
      return [
        textCell(name),
        numberCell(density.byLayer[name], (value) => formatNumber(value)),
        numberCell(activity?.neurons, whole),
        numberCell(activity === undefined ? null : activity.spikes / evaluation.images, (value) =>
          formatNumber(value),
        ),
        numberCell(activity?.silentNeurons, whole),
        numberCell(activity?.saturatedNeurons, whole),
        numberCell(activity?.potentialLow, (value) => formatNumber(value, 5)),
        numberCell(activity?.potentialHigh, (value) => formatNumber(value, 5)),
        numberCell(deciding?.byLayerPj[name], formatEnergy),
        ...(alone.length > 0 ? [struckAlone(alone.find(({ layer }) => layer === name))] : []),
      ];
    }),
  };
}

function struckAlone(fault: FaultResult | undefined): Cell {
  const drop = fault === undefined ? null : dropInterval(fault);
  return numberCell(drop?.value, () => (drop === null ? "" : formatInterval(drop, share)));
}

function doseTable({ doses: weights, parameterDoses = [] }: FrontPoint): Table {
  const doses = [...weights.map((dose) => ({ ...dose, target: "weight" })), ...parameterDoses];
  const hasUpsets = doses.some(({ expectedUpsets }) => expectedUpsets !== undefined);
  return {
    head: [
      "struck",
      "format",
      "bit-error rate",
      ...(hasUpsets ? ["flips a device"] : []),
      "accuracy",
      "drop",
      "interval",
    ],
    rows: doses.map(({ target, format, bitErrorRate, expectedUpsets, accuracy, drop }) => [
      textCell(target),
      textCell(format),
      numberCell(bitErrorRate, formatPower),
      ...(hasUpsets ? [numberCell(expectedUpsets, (value) => formatNumber(value))] : []),
      numberCell(accuracy.value, () => formatInterval(accuracy, share)),
      numberCell(drop.value, () => formatInterval(drop, share)),
      textCell(drop.method),
    ]),
  };
}

function energyTable({ profiles }: Front, { energy }: FrontPoint): Table {
  return {
    head: ["profile", "mac-once", "mac-per-step", "ac (unphysical)"],
    rows: profiles.map(({ name }) => [
      textCell(name),
      ...accountings.map((accounting) => {
        const figure = energy.find((one) => one.profile === name && one.accounting === accounting);
        // Spikes at the input leave nothing to account for in another way.
        return figure === undefined ? textCell("as mac-once") : energyCell(figure.energyPj);
      }),
    ]),
  };
}

function section(title: string, content: Child): Markup {
  return element("div", { class: "sheet-part" }, element("h3", {}, title), content);
}

function definitions(entries: readonly Definition[]): Markup {
  if (entries.length === 0) return element("p", { class: "quiet" }, "none");
  return element(
    "dl",
    {},
    entries.map(([term, text]) => element("div", {}, element("dt", {}, term), element("dd", {}, text))),
  );
}

function table(content: Table, caption: string): Markup {
  if (content.rows.length === 0) return element("p", { class: "quiet" }, "none");
  return tableMarkup(content, { caption, isSortable: false });
}
