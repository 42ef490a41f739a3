// What the figures rest on: profiles, rank stability, use of test data, notes, versions.

import type { Front } from "../study/front.ts";
import { numberCell, type Table, textCell } from "./chart.ts";
import { formatCount, formatNumber, formatShare, isKnown } from "./format.ts";
import { element, type Markup } from "./markup.ts";
import { tableMarkup } from "./table-markup.ts";

export function provenanceSection(front: Front): readonly Markup[] {
  const total = front.testUses.reduce((sum, { images }) => sum + images, 0);
  return [
    element(
      "section",
      { id: "profiles" },
      element("h2", {}, "Hardware profiles"),
      element(
        "p",
        {},
        "Energy is computed from counted operations, so every figure is only as good as its profile. The first decides; the last column tells whether the others would put the front in the same order (Kendall's τ: 1 the same, 0 unrelated, −1 reversed).",
      ),
      tableMarkup(profileTable(front), { caption: "Hardware profiles", isSortable: false }),
    ),
    element(
      "section",
      { id: "provenance" },
      element("h2", {}, "Provenance"),
      element("h3", {}, "Use of test data"),
      element(
        "p",
        {},
        front.testUses.length === 0
          ? "No test image was looked at."
          : `Test images were looked at ${formatCount(front.testUses.length, "time")}, ${formatNumber(total, 15)} in all:`,
      ),
      element(
        "ul",
        {},
        front.testUses.map(({ purpose, images }) =>
          element("li", {}, `${purpose}: ${formatNumber(images, 15)} images`),
        ),
      ),
      front.notes.length === 0 ? null : element("h3", {}, "Notes"),
      element(
        "ul",
        {},
        front.notes.map((note) => element("li", {}, note)),
      ),
      element("h3", {}, "Versions"),
      element(
        "dl",
        { class: "facts" },
        Object.entries(front.versions).map(([name, version]) =>
          element("div", {}, element("dt", {}, name), element("dd", {}, version)),
        ),
      ),
    ),
  ];
}

function profileTable({ profiles, rankStability }: Front): Table {
  return {
    head: ["profile", "what it is", "source", "uncertainty", "leaves out", "order of the front"],
    rows: profiles.map(({ name, about, source, uncertainty, leavesOut }, i) => {
      const tau = rankStability[name];
      const order =
        i === 0
          ? textCell("decides")
          : isKnown(tau)
            ? numberCell(tau, (value) => `τ = ${formatNumber(value)}`)
            : textCell("cannot be told");
      return [
        textCell(name),
        textCell(about),
        textCell(source),
        numberCell(uncertainty, (value) => `± ${formatShare(value, 0)}`),
        textCell(leavesOut),
        order,
      ];
    }),
  };
}
