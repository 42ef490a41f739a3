// A study of claims about skips as Markdown: what was claimed and what the evidence says, then the figures.

import { profiles } from "../energy/profiles.ts";
import type { Interval } from "../statistics/interval.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import { armFigure } from "../study/claims/skips/judge-skip-claims.ts";
import type {
  MeasuredSkipNetwork,
  MeasuredSkips,
  SkipAnswer,
  SkipClaimAnswers,
  SkipClaimsResult,
} from "../study/claims/skips/skip-claims-result.ts";
import {
  type ArmName,
  armNames,
  type SkipPaperClaim,
  searchedBy,
} from "../study/claims/skips/skip-claims-settings.ts";

export const skipArmTitles: Readonly<Record<ArmName, string>> = {
  none: "no skips",
  add: "all added",
  concat: "all concatenated",
  found: "found",
};
export const samplerTitles = { gp: "Gaussian process", random: "random search" } as const;

/** What a figure is multiplied by to be told, and in what. */
const units: Readonly<Record<SkipPaperClaim["measure"], readonly [number, string]>> = {
  accuracy: [100, "points"],
  rate: [1, "spikes a neuron and step"],
  begunRate: [1, "spikes a neuron and step"],
  products: [1e-3, "thousand products"],
  energy: [1e-3, "nJ"],
  evaluations: [1, "evaluations"],
  error: [100, "points"],
  spread: [100, "points"],
  minutes: [1, "min"],
};

/** Claims and verdicts, one row each. */
export function skipClaimsTable({ claims }: SkipClaimsResult): readonly string[] {
  return table(
    ["claim", "of the paper", "estimand", "claimed", "verdict"],
    claims.map(({ claim, stated }) => [
      claim.id,
      claim.paper,
      `${claim.claim.estimand}; ${scopeOf(claim)}`,
      claimed(claim),
      `**${stated.verdict}**${stated.interval === null ? "" : `: ${figure(stated.interval, claim.measure)}`}`,
    ]),
  );
}

/** The same by network: verdict and difference. */
export function skipAnswersTable({ claims, settings, missing }: SkipClaimsResult): readonly string[] {
  const absent = new Set(missing.map(({ name }) => name));
  const names = settings.networks.map(({ name }) => name).filter((name) => !absent.has(name));
  return table(
    ["claim", "in", ...names],
    claims
      .filter(({ byNetwork }) => byNetwork.some(({ network }) => names.includes(network)))
      .map(({ claim, byNetwork }) => [
        claim.id,
        units[claim.measure][1],
        ...names.map((name) => {
          const answer = byNetwork.find(({ network }) => network === name);
          return answer === undefined ? "" : answerCell(answer, claim.measure);
        }),
      ]),
  );
}

export function skipClaimsReport(result: SkipClaimsResult, about: readonly string[]): string {
  const { name, isQuick, settings, cpuHours, networks, missing } = result;
  const { trained, search, faults } = settings;
  const lines = [
    `# ${name}: claims and what the evidence says`,
    "",
    ...(isQuick ? ["**A quick run: it shows that all works. Its figures are not to be quoted.**", ""] : []),
    ...about.map((line) => `- ${line}`),
    `- ${trained} trainings of each arm from nothing, matched by seed, on all test samples; ${cpuHours.toFixed(2)} processor hours`,
    `- searches: ${trained} of each sampler, ${search.trials} candidates each, the first ${search.starts} the same; candidates inherit from one supernet and are scored on validation samples that judge no epoch`,
    `- intervals are Student's over seeds, 95 %, of these test samples, and not corrected for the number of claims`,
    `- faults: ${faults.images} test samples, ${faults.draws} draws; no claim of the paper`,
    `- energies are estimates from operation counts (${Object.keys(profiles)[0]}), none was measured on hardware`,
    ...missing.map((each) => `- **left out: ${each.name}. ${each.missing}**`),
    "",
    "![Firing rates, accuracy, energy, faults and searches](figures.svg)",
    "",
    "## Claims",
    "",
    ...skipClaimsTable(result),
    "",
    "## By network",
    "",
    ...skipAnswersTable(result),
    "",
    ...networks.flatMap((network) => networkSection(network, result)),
    "## What was said",
    "",
    ...result.claims.flatMap(claimSection),
  ];
  return `${lines.join("\n")}\n`;
}

function claimSection({ claim, stated, byNetwork }: SkipClaimAnswers): readonly string[] {
  return [
    `- ${claim.id}: **${stated.verdict}**. ${stated.why}`,
    ...byNetwork.map(({ network, verdict, why }) => `  - ${network}: ${verdict}. ${why}`),
  ];
}

function networkSection(network: MeasuredSkipNetwork, { settings }: SkipClaimsResult): readonly string[] {
  const declared = settings.networks.find(({ name }) => name === network.name);
  const arms = armNames.filter((arm) => network.arms[arm].length > 0);
  const { anns, searches, candidates } = network;
  return [
    `## ${network.name} (${network.data})`,
    "",
    `- ${declared?.kind}, ${declared?.stem} before a block of ${declared?.widths.join(", ")}; ${declared?.steps} steps, leak ${declared?.leak}, ${declared?.batchNorm ? "batch norm" : "no batch norm"}; at most ${declared?.trainingImages} training samples, ${declared?.epochs} epochs`,
    ...(anns === null ? [] : [`- the ANN without skips: ${share(meanInterval(anns, [0, 1], "networks"))}`]),
    ...(searches.length === 0
      ? []
      : [
          `- ${candidates} candidates; lowest validation error ${searchedBy.map((sampler) => `${samplerTitles[sampler]} ${share(ends(network, sampler))}`).join(", ")}`,
          `- found: ${network.arms.found.map(({ matrix }) => `\`${matrix}\``).join(", ")}`,
        ]),
    "",
    ...table(
      ["mean over trainings (95 %)", ...arms.map((arm) => skipArmTitles[arm])],
      figureRows(network, arms),
    ),
    "",
  ];
}

function figureRows(network: MeasuredSkipNetwork, arms: readonly ArmName[]): readonly (readonly string[])[] {
  const row = (title: string, told: (arm: ArmName) => string): readonly string[] => [
    title,
    ...arms.map(told),
  ];
  const plain = (measure: Parameters<typeof armFigure>[0]) => (arm: ArmName) =>
    figure(
      over(network.arms[arm], (skips) => armFigure(measure, skips)),
      measure,
    );
  return [
    row("test accuracy", (arm) =>
      share(over(network.arms[arm], (skips) => armFigure("accuracy", skips), [0, 1])),
    ),
    row("spikes a neuron and step", plain("rate")),
    row("the same before training", plain("begunRate")),
    row("thousand products", plain("products")),
    row("nJ a sample", plain("energy")),
    ...network.arms.none[0].struck.struck.map(({ fault, chance }, i) =>
      row(`accuracy lost to ${fault === "bitFlips" ? "flipped bits" : "dead neurons"}, ${chance}`, (arm) =>
        share(over(network.arms[arm], (skips) => accuracyLost(skips, i))),
      ),
    ),
  ];
}

/** To one fault at one chance, mean of the draws; of the accuracy with 8-bit weights. */
export function accuracyLost({ struck: { images, correct, struck } }: MeasuredSkips, fault: number): number {
  const draws = struck[fault].correct;
  return (correct - draws.reduce((sum, count) => sum + count, 0) / draws.length) / images;
}

function over(
  arm: readonly MeasuredSkips[],
  value: (skips: MeasuredSkips) => number,
  range: readonly [number, number] = [-Number.MAX_VALUE, Number.MAX_VALUE],
): Interval {
  return meanInterval(arm.map(value), range, "trainings");
}

function ends({ searches }: MeasuredSkipNetwork, name: (typeof searchedBy)[number]): Interval {
  const own = searches.filter(({ sampler }) => sampler === name);
  return meanInterval(
    own.map(({ lowestError }) => lowestError[lowestError.length - 1]),
    [0, 1],
    "searches",
  );
}

function scopeOf({ together, networks }: SkipPaperClaim): string {
  if (networks.length === 1) return networks[0];
  return together === "average"
    ? `mean of ${networks.length} networks`
    : `${together} of ${networks.length} networks`;
}

function claimed({ claim: { kind, margin }, measure }: SkipPaperClaim): string {
  const [factor, unit] = units[measure];
  const told = `${Number((factor * margin).toPrecision(3))} ${unit}`;
  if (kind === "no larger") return `below ${told}`;
  return margin === 0 ? "below 0" : `below −${told}`;
}

function answerCell({ verdict, interval }: SkipAnswer, measure: SkipPaperClaim["measure"]): string {
  return interval === null ? verdict : `${verdict}: ${figure(interval, measure)}`;
}

function figure({ value, low, high }: Interval, measure: SkipPaperClaim["measure"]): string {
  const [factor] = units[measure];
  const [middle, from, to] = [value, low, high].map((end) => signed(factor * end));
  return `${middle} (${from} to ${to})`;
}

function signed(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

function share({ value, low, high }: Interval): string {
  const [middle, from, to] = [value, low, high].map((end) => (100 * end).toFixed(1).replace("-", "−"));
  return `${middle} % (${from} to ${to})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
