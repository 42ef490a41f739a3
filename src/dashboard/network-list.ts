// Which networks a chart shows, and the few figures everything else asks for by name.

import type {
  DoseFigure,
  EnergyFigure,
  Front,
  FrontPoint,
  NetworkFigures,
  Recommendation,
} from "../study/front.ts";
import { isKnown } from "./format.ts";

/** Networks that a chart shows: those of a front, or of a study that has none yet. */
export interface ShownNetworks {
  /** ANNs, controls and other references. */
  readonly networks: readonly NetworkFigures[];
  readonly points: readonly NetworkFigures[];
  readonly recommendation: Pick<Recommendation, "choice">;
}

/** ANNs, controls and other references first, then the points of the front. */
export function allNetworks({
  networks,
  points,
}: Pick<ShownNetworks, "networks" | "points">): readonly NetworkFigures[] {
  return [...networks, ...points];
}

export function networkById(front: Front, id: string | null): NetworkFigures | null {
  return allNetworks(front).find((network) => network.id === id) ?? null;
}

export function pointById({ points }: Front, id: string | null): FrontPoint | null {
  return points.find((point) => point.id === id) ?? null;
}

/**
 * Whether it is a network listed before, priced on other hardware (zero-skipping): the same
 * decisions and faults, so only charts of energy have something new to say.
 */
export function isSameNetworkAgain(front: Pick<ShownNetworks, "networks">, network: NetworkFigures): boolean {
  const earlier = front.networks.slice(0, Math.max(0, front.networks.indexOf(network)));
  return earlier.some(
    (other) =>
      other.network === network.network &&
      other.role === network.role &&
      other.evaluation.predictionsHash === network.evaluation.predictionsHash &&
      JSON.stringify(other.doses) === JSON.stringify(network.doses),
  );
}

/** Each network once, whatever hardware it was priced on. */
export function distinctNetworks(front: ShownNetworks): readonly NetworkFigures[] {
  return allNetworks(front).filter((network) => !isSameNetworkAgain(front, network));
}

/** Energy under the first profile, charged as the study's objectives do: the figure every claim uses. */
export function decidingEnergy(front: Front, network: NetworkFigures): EnergyFigure | null {
  const [profile] = front.profiles;
  return profile === undefined ? null : energyUnder(network, profile.name, decidingAccounting(front));
}

export function decidingAccounting({ accounting }: Front): EnergyFigure["accounting"] {
  return accounting ?? "mac-once";
}

export function energyUnder(
  network: NetworkFigures,
  profile: string,
  accounting: EnergyFigure["accounting"],
): EnergyFigure | null {
  const figures = network.energy.filter((figure) => figure.profile === profile);
  // Without a real-valued input all accountings agree, and only the first is given.
  return figures.find((figure) => figure.accounting === accounting) ?? figures[0] ?? null;
}

/** The bit-error rate that stands for reliability: the objective's, else the highest looked at; null without faults. */
export function headlineRate(front: Front): number | null {
  const rates = allNetworks(front).flatMap(({ doses }) => doses.map(({ bitErrorRate }) => bitErrorRate));
  const known = rates.filter(isKnown);
  if (front.dropBitErrorRate !== undefined && known.includes(front.dropBitErrorRate))
    return front.dropBitErrorRate;
  return known.length === 0 ? null : Math.max(...known);
}

/** The dose at the headline rate, in the format the network is stored in (float32 only where alone). */
export function headlineDose(front: Front, { doses }: NetworkFigures): DoseFigure | null {
  const rate = headlineRate(front);
  const worst = doses.filter(({ bitErrorRate }) => bitErrorRate === rate);
  return worst.find(({ format }) => format !== "float32") ?? worst[0] ?? null;
}

/**
 * Whether drops of the network may stand beside those of the front: a flipped exponent bit of a
 * float32 weight is another fault than a flipped bit of an integer code.
 */
export function isOfFrontsFormats(front: Front, network: NetworkFigures): boolean {
  const formats = new Set(front.points.map((point) => headlineDose(front, point)?.format));
  if (formats.size === 0) return true;
  const format = headlineDose(front, network)?.format;
  return formats.has(format) || (format !== "float32" && !formats.has("float32"));
}

/** The plain ANN that lines of comparison are drawn for: the first stored as integers, else the first. */
export function referenceAnn({ networks }: Pick<ShownNetworks, "networks">): NetworkFigures | null {
  const anns = networks.filter(({ role }) => role === "ann");
  return anns.find(({ id }) => /int8$/.test(id)) ?? anns[0] ?? null;
}
