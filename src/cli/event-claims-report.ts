// A study of claims about event networks as Markdown: what was claimed and what the evidence says, then the figures.

import { eventCountsLeaveOut } from "../event-gradient/measure-counts.ts";
import type { Interval } from "../statistics/interval.ts";
import { meanInterval } from "../statistics/mean-interval.ts";
import { type ArmName, armNames, type EventArm } from "../study/claims/events/event-arm.ts";
import type {
  EventAnswer,
  EventClaimAnswers,
  EventClaimsResult,
  MeasuredPair,
  MeasuredToy,
  SweptNetwork,
} from "../study/claims/events/event-claims-result.ts";
import { type EventClaimsSettings, latencyRules } from "../study/claims/events/event-claims-settings.ts";
import type { SweepKind } from "../study/claims/events/event-sweep.ts";
import type { EventToy } from "../study/claims/events/event-toy.ts";
import type { EventNetworkMeasures } from "../study/claims/events/measure-event-network.ts";

const armTitles: Readonly<Record<ArmName, string>> = { one: "one spike", many: "many spikes" };

/** Claims, stated conditions and verdicts, one row each. */
export function eventClaimsTable({ claims }: EventClaimsResult): readonly string[] {
  return table(
    ["claim", "of the paper", "asked of", "decided under", "verdict", "measured"],
    claims.map(({ claim, stated }) => [
      claim.id,
      claim.paper,
      claim.pair,
      words(stated.condition),
      `**${stated.verdict}**`,
      figure(stated.interval),
    ]),
  );
}

export function eventClaimsReport(result: EventClaimsResult, about: readonly string[]): string {
  const { name, isQuick, settings, cpuHours, pairs, toys, claims } = result;
  const { measure } = settings;
  const lines = [
    `# ${name}: claims and what the evidence says`,
    "",
    ...(isQuick ? ["**A quick run: it shows that all works. Its figures are not to be quoted.**", ""] : []),
    ...about.map((line) => `- ${line}`),
    `- networks of both arms matched by seed; ${cpuHours.toFixed(2)} processor hours of training; the epoch best on validation samples is kept`,
    `- trained and measured by commits ${commitsOf(result).join(", ")}`,
    `- ${measure.images} test samples without noise, ${measure.noiseImages} under each noise and draw (${measure.noiseSeeds} draws), ${measure.stepImages} on a clock, where a pair does not say otherwise; margins calibrated on ${measure.calibrationImages} validation samples to cost at most ${100 * measure.tolerance} points`,
    "- times count from when the input is presented; settled times are hindsight, the others could be acted upon",
    `- energies are estimates from operation counts in float32, none was measured on hardware; left out: ${eventCountsLeaveOut}`,
    "- jitter and deletions strike input and hidden spikes alike; flipped bits are those of 8-bit weights",
    "- a verdict is of these networks, trained for so many epochs, and says nothing of others; intervals are not corrected for the number of conditions",
    "",
    "![Accuracy, spikes, latency and robustness](figures.svg)",
    "",
    "## Claims",
    "",
    ...eventClaimsTable(result),
    "",
    ...claims.flatMap(claimSection),
    ...pairs.flatMap((pair) => pairSection(pair, settings)),
    ...toys.flatMap((toy, i) => toySection(toy, settings.toys[i])),
    ...sweepSection(result),
  ];
  return `${lines.join("\n")}\n`;
}

/** Every commit that trained or measured anything. */
function commitsOf({ pairs, toys, sweeps }: EventClaimsResult): readonly string[] {
  const networks = [
    ...pairs.flatMap(({ arms }) => armNames.flatMap((arm) => arms[arm])),
    ...sweeps.flatMap(({ points }) => points.flatMap((point) => point.networks)),
  ];
  const all = networks.flatMap(({ commit, measuredBy }) => [commit, measuredBy]);
  return [...new Set([...all, ...toys.flatMap(({ commits }) => commits)])].map((commit) =>
    commit.slice(0, 12),
  );
}

function toySection({ name, data, arms }: MeasuredToy, toy: EventToy): readonly string[] {
  const { means, deviations, repeats, epochs } = toy;
  const last = (arm: ArmName): Interval => arms[arm].byEpoch[arms[arm].byEpoch.length - 1];
  const row = (title: string, of: (arm: ArmName) => string): readonly string[] => [
    title,
    ...armNames.map(of),
  ];
  const average = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return [
    `## ${name} (${data})`,
    "",
    `${toy.one} and ${toy.many}, from normal starting weights of ${means.length} means and ${deviations.length} deviations, ${repeats} draws of each, ${epochs} epochs. Accuracy:`,
    "",
    ...table(
      ["mean over repeats (95 %)", ...armNames.map((arm) => armTitles[arm])],
      [
        row("best epoch, all starting weights", (arm) =>
          percent(meanInterval(arms[arm].best, [0, 1], "repeats")),
        ),
        row("last epoch, all starting weights", (arm) => percent(last(arm))),
        ...means.map((mean, m) =>
          row(
            `best epoch, starting weights of mean ${mean}`,
            (arm) => `${(100 * average(arms[arm].grid[m])).toFixed(2)} %`,
          ),
        ),
      ],
    ),
    "",
  ];
}

function sweepSection({ settings, sweeps }: EventClaimsResult): readonly string[] {
  if (sweeps.length === 0) return [];
  const rows = settings.sweeps.flatMap(({ pair, arm, vary, trained }, s) =>
    sweeps[s].points.map(({ value, networks }) => {
      const of = (figure: (network: SweptNetwork) => number, high = Number.MAX_VALUE): Interval =>
        meanInterval(networks.map(figure), [0, high], "networks");
      return [
        `${pair}, ${armTitles[arm]}`,
        `${sweepTitles[vary]} ${value}`,
        String(trained),
        percent(of(({ accuracy }) => accuracy, 1)),
        percent(of(({ underJitter }) => underJitter, 1)),
        figure(of(({ spikes }) => spikes)),
        figure(of(({ latencyS }) => 1000 * latencyS)),
      ];
    }),
  );
  return [
    "## One thing varied",
    "",
    `Under jitter: of ${settings.sweeps[0].jitterMs} ms. Time: of the decision by the calibrated margin. Means over networks (95 %).`,
    "",
    ...table(
      ["network", "varied", "networks", "accuracy", "under jitter", "spikes for a sample", "time, ms"],
      rows,
    ),
    "",
  ];
}

const sweepTitles: Readonly<Record<SweepKind, string>> = {
  thresholds: "thresholds times",
  maxSpikes: "cap",
  timeConstants: "time constants times",
};

function claimSection({ claim, stated, all }: EventClaimAnswers): readonly string[] {
  const { kind, margin, test, confidence, estimand } = claim.claim;
  const lines = [
    `### ${claim.id}: ${claim.paper}`,
    "",
    `${estimand}; ${kind} ${margin}, ${test}, confidence ${confidence}. Stated condition: ${words(stated.condition)}: **${stated.verdict}**. ${stated.why}`,
    "",
  ];
  if (all.length < 2) return lines;
  const row = (answer: EventAnswer): readonly string[] => [
    words(answer.condition),
    answer.verdict,
    figure(answer.interval),
  ];
  return [...lines, ...table(["condition", "verdict", "measured"], all.map(row)), ""];
}

function pairSection(pair: MeasuredPair, { pairs, measure }: EventClaimsSettings): readonly string[] {
  const declared = pairs.find(({ name }) => name === pair.name);
  const clean = (arm: ArmName): string =>
    percent(over(pair, arm, ({ clockClean, clockSamples }) => clockClean / clockSamples, 1));
  return [
    `## ${pair.name} (${pair.data})`,
    "",
    `${pair.arms.one.length} networks of each arm${declared?.samples === undefined ? "" : `, trained on the first ${declared.samples} samples`}.`,
    "",
    ...armNames.map((arm) => armLine(arm, declared?.[arm], pair)),
    "",
    ...table(["mean over networks (95 %)", ...armNames.map((arm) => armTitles[arm])], figureRows(pair)),
    "",
    "Accuracy under noise:",
    "",
    ...table(["noise", "level", ...armNames.map((arm) => armTitles[arm])], noiseRows(pair)),
    "",
    `On a clock, ${measure.stepImages} samples (in continuous time: ${armNames.map((arm) => `${armTitles[arm]} ${clean(arm)}`).join(", ")}):`,
    "",
    ...table(
      [
        "step, ms",
        "bits",
        ...armNames.flatMap((arm) => [`${armTitles[arm]}: accuracy`, "spikes for a sample"]),
      ],
      clockRows(pair),
    ),
    "",
  ];
}

function armLine(arm: ArmName, declared: EventArm | undefined, pair: MeasuredPair): string {
  const { experiment, thresholds, maxSpikes, epochs, batch, learningRate, ...changes } = declared ?? {};
  const more = Object.entries(changes).map(([name, value]) => `, ${name} ${JSON.stringify(value)}`);
  return `- ${armTitles[arm]}: ${experiment}, thresholds ${thresholds?.join(", ")}, at most ${maxSpikes?.join(", ")} spikes, ${epochs} epochs, batch ${batch}, rate ${learningRate}${more.join("")}; best epochs ${pair.arms[arm].map(({ bestEpoch }) => bestEpoch).join(", ")}`;
}

type Value = (of: EventNetworkMeasures) => number;

/** Mean over the networks of an arm. */
function over(pair: MeasuredPair, arm: ArmName, value: Value, high = Number.MAX_VALUE): Interval {
  const values = pair.arms[arm].map(({ measures }) => value(measures));
  return meanInterval(values, [0, high], "networks");
}

function figureRows(pair: MeasuredPair): readonly (readonly string[])[] {
  const both = (title: string, text: (arm: ArmName) => string): readonly string[] => [
    title,
    ...armNames.map(text),
  ];
  const share = (value: Value) => (arm: ArmName) => percent(over(pair, arm, value, 1));
  const plain = (value: Value) => (arm: ArmName) => figure(over(pair, arm, value));
  const [{ measures }] = pair.arms.one;
  const priced = Object.keys(measures.energyPj).filter((name) => measures.energyPj[name] !== null);
  const nj = (pj: number | null | undefined): number => (pj ?? 0) / 1000;
  return [
    both(
      "accuracy",
      share(({ correct, samples }) => correct / samples),
    ),
    both(
      "spikes for a sample",
      plain(({ spikesPerSample }) => spikesPerSample),
    ),
    ...measures.layers.flatMap(({ layer }, l) => [
      both(
        `${layer}: spikes a neuron`,
        plain(({ layers }) => layers[l].spikesPerNeuron),
      ),
      both(
        `${layer}: silent neurons`,
        share(({ layers }) => layers[l].silentNeurons / layers[l].neurons),
      ),
      both(
        `${layer}: trains as long as may be`,
        share(({ layers, samples }) => layers[l].cappedTrains / (layers[l].neurons * samples)),
      ),
    ]),
    ...latencyRules.flatMap((rule) => [
      both(
        `decision (${rule}), ms`,
        plain(({ rules }) => 1000 * rules[rule].meanS),
      ),
      both(
        `accuracy then (${rule})`,
        share(({ rules, samples }) => rules[rule].correct / samples),
      ),
    ]),
    ...priced.flatMap((name) => [
      both(
        `energy, ${name}, nJ`,
        plain(({ energyPj }) => nj(energyPj[name])),
      ),
      both(
        `until the decision (margin), ${name}, nJ`,
        plain(({ rules }) => nj(rules.margin.energyPj?.[name])),
      ),
    ]),
  ];
}

function noiseRows(pair: MeasuredPair): readonly (readonly string[])[] {
  const [{ measures }] = pair.arms.one;
  return measures.noise.map(({ noise, level }, i) => [
    noise,
    String(level),
    ...armNames.map((arm) =>
      percent(over(pair, arm, ({ noise: all, noiseSamples }) => average(all[i].correct) / noiseSamples, 1)),
    ),
  ]);
}

function clockRows(pair: MeasuredPair): readonly (readonly string[])[] {
  const [{ measures }] = pair.arms.one;
  return measures.clock.map(({ dtMs, bits }, i) => [
    String(dtMs),
    String(bits),
    ...armNames.flatMap((arm) => [
      percent(over(pair, arm, ({ clock, clockSamples }) => clock[i].correct / clockSamples, 1)),
      figure(over(pair, arm, ({ clock }) => clock[i].spikesPerSample)),
    ]),
  ]);
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function words({ rule, noise, level, gain, cost }: EventAnswer["condition"]): string {
  const all = [rule, noise, level, gain, cost].filter((word) => word !== undefined);
  return all.length === 0 ? "undisturbed" : all.join(" ");
}

function figure({ value, low, high }: Interval): string {
  const [middle, from, to] = [value, low, high].map((end) => Number(end.toPrecision(3)));
  return `${middle} (${from} to ${to})`;
}

function percent({ value, low, high }: Interval): string {
  return `${(100 * value).toFixed(2)} % (${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)})`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
