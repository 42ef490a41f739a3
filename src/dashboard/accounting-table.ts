// The three ways a real-valued input may be charged, beside each other, under every profile.

import type { Front, NetworkFigures } from "../study/front.ts";
import { type Cell, networkCell, numberCell, type Table, textCell } from "./chart.ts";
import { formatEnergy, formatRatio, isKnown } from "./format.ts";
import { allNetworks } from "./network-list.ts";

export const accountings = ["mac-once", "mac-per-step", "ac"] as const;

/** Only rows with a price. Networks for which the accountings differ: those that hold real values as input current. */
export function accountingTable(front: Front): Table {
  const networks = allNetworks(front).filter(isHeldAsCurrent);
  return {
    head: ["network", "profile", "mac-once", "mac-per-step", "ac (unphysical)", "ac against mac-once"],
    rows: networks.flatMap((network) =>
      front.profiles
        .map(({ name }) => row(network, name))
        .filter((cells) => cells.some(({ value }) => typeof value === "number")),
    ),
  };
}

/** A figure that is missing is told from one that no price exists for. */
export function energyCell(energyPj: number | null | undefined): Cell {
  return isKnown(energyPj) ? numberCell(energyPj, formatEnergy) : { text: "cannot be priced", value: null };
}

function row(network: NetworkFigures, profile: string): readonly Cell[] {
  const [once, perStep, ac] = accountings.map(
    (accounting) =>
      network.energy.find((figure) => figure.profile === profile && figure.accounting === accounting)
        ?.energyPj,
  );
  return [
    networkCell(network),
    textCell(profile),
    ...[once, perStep, ac].map(energyCell),
    textCell(isKnown(once) && isKnown(ac) ? formatRatio(ac, once) : "–"),
  ];
}

function isHeldAsCurrent({ energy }: NetworkFigures): boolean {
  return energy.some(({ accounting }) => accounting !== "mac-once");
}
