// One network beside the others: both sides of every ratio, so that no factor stands alone.

import type { Front, NetworkFigures } from "../study/front.ts";
import { networkCell, numberCell, type Table, textCell } from "./chart.ts";
import {
  formatBytes,
  formatEnergy,
  formatInterval,
  formatPoints,
  formatRatio,
  formatShare,
  isKnown,
} from "./format.ts";
import { measuresOf } from "./measures.ts";
import { nameOf } from "./network-detail.ts";
import { allNetworks, headlineDose, isSameNetworkAgain, networkById, pointById } from "./network-list.ts";

/** What stands beside a network: the runner-up, the best spiking network, every ANN and control. */
export function comparedWith(front: Front, network: NetworkFigures): readonly NetworkFigures[] {
  const { runnerUp, choice, nearestMiss, ranking } = front.recommendation;
  const bestPoint = ranking.find((id) => pointById(front, id) !== null) ?? null;
  const others = front.networks.filter(({ role }) => role !== "snn");
  const named = [runnerUp, choice, nearestMiss, bestPoint]
    .map((id) => networkById(front, id))
    .filter((one) => one !== null);
  return [...new Set([...named, ...others])].filter(({ id }) => id !== network.id);
}

export function comparisonTable(front: Front, network: NetworkFigures): Table {
  const { energy, drop } = measuresOf(front);
  const [ownEnergy, ownDrop] = [energy.of(network), drop.of(network)];
  const rows = [network, ...comparedWith(front, network)].map((other) => {
    const [otherEnergy, otherDrop] = [energy.of(other), drop.of(other)];
    const isOwn = other === network;
    const difference = isOwn ? "" : formatPoints(network.accuracy.value - other.accuracy.value);
    return [
      {
        ...networkCell(other),
        text: nameOf(other),
      },
      numberCell(other.accuracy.value, () => formatInterval(other.accuracy, (value) => formatShare(value))),
      textCell(difference),
      numberCell(otherEnergy?.value, formatEnergy),
      textCell(isOwn ? "" : formatRatio(ownEnergy?.value, otherEnergy?.value)),
      numberCell(otherDrop?.value, () =>
        otherDrop === null
          ? ""
          : `${formatInterval(otherDrop, (value) => formatShare(value))} ${formatOf(front, other)}`,
      ),
      textCell(isOwn || ownDrop === null || otherDrop === null ? "" : dropDifference(front, network, other)),
      numberCell(other.memoryBytes, formatBytes),
    ];
  });
  return {
    head: [
      "network",
      "accuracy",
      `${network.id} has`,
      "energy",
      `${network.id} needs`,
      drop.title.replace("Accuracy drop", "drop"),
      `${network.id} drops`,
      "memory",
    ],
    rows,
  };
}

/** Drops of different number formats answer to different faults: no difference is taken. */
function dropDifference(front: Front, network: NetworkFigures, other: NetworkFigures): string {
  if (formatOf(front, network) !== formatOf(front, other)) return "other format";
  const { drop } = measuresOf(front);
  return formatPoints((drop.of(network)?.value ?? Number.NaN) - (drop.of(other)?.value ?? Number.NaN));
}

function formatOf(front: Front, network: NetworkFigures): string {
  return headlineDose(front, network)?.format ?? "";
}

/** `72.9 nJ for ann-int8: 5.9× less`, for every plain ANN, as it stands under an energy figure. */
export function energyComparisons(front: Front, network: NetworkFigures): readonly string[] {
  const { energy } = measuresOf(front);
  const own = energy.of(network);
  if (own === null) return [];
  return plainAnns(front, network).map((ann) => {
    const other = energy.of(ann);
    if (other === null) return `${ann.id} cannot be priced`;
    return `against ${formatEnergy(other.value)} for ${ann.id}: ${formatRatio(own.value, other.value)}`;
  });
}

export function accuracyComparisons(front: Front, network: NetworkFigures): readonly string[] {
  return plainAnns(front, network)
    .filter((ann) => !isSameNetworkAgain(front, ann) && isKnown(ann.accuracy.value))
    .map(
      (ann) =>
        `against ${formatShare(ann.accuracy.value)} for ${ann.id}: ${formatPoints(network.accuracy.value - ann.accuracy.value)}`,
    );
}

export function dropComparisons(front: Front, network: NetworkFigures): readonly string[] {
  const { drop } = measuresOf(front);
  return allNetworks(front)
    .filter((other) => other.role !== "snn" && other.id !== network.id && !isSameNetworkAgain(front, other))
    .flatMap((other) => {
      const interval = drop.of(other);
      if (formatOf(front, other) !== formatOf(front, network)) return [];
      return interval === null ? [] : [`against ${formatShare(interval.value)} for ${other.id}`];
    });
}

function plainAnns({ networks }: Front, network: NetworkFigures): readonly NetworkFigures[] {
  return networks.filter(({ role, id }) => role === "ann" && id !== network.id);
}
