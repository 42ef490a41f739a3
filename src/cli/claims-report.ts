// A study of claims as Markdown: what was claimed and what the evidence says, then the figures it rests on.

import type { Interval } from "../statistics/interval.ts";
import type {
  Answer,
  CellFigures,
  ClaimAnswers,
  ClaimsResult,
  PickFigures,
  TopologyAnswer,
} from "../study/claims/claims-result.ts";

/** Claims, stated conditions and verdicts, one row each. */
export function claimsTable({ claims }: ClaimsResult): readonly string[] {
  return table(
    ["claim", "of the paper", "decided under", "verdict", "measured, by topology"],
    claims.map(({ claim, stated }) => [
      claim.id,
      claim.paper,
      words(stated.condition),
      `**${stated.verdict}**`,
      topologiesOf(stated),
    ]),
  );
}

export function claimsReport(result: ClaimsResult, about: readonly string[]): string {
  const { name, isQuick, settings, cells, claims } = result;
  const { figures, pick, trained } = settings;
  const lines = [
    `# ${name}: claims and what the evidence says`,
    "",
    ...(isQuick ? ["**A quick run: it shows that all works. Its figures are not to be quoted.**", ""] : []),
    ...about.map((line) => `- ${line}`),
    `- ${trained} networks of each topology; ${figures.images} test images without faults; under faults ${figures.faultImages} test images in ${figures.imageBlocks} blocks and ${figures.faultSeeds} masks of each network and rate, the same flips of stored weight bits for ANN, controls and SNN`,
    `- designs picked on ${pick.images} validation images of ${pick.networks} networks, int8: least energy (${pick.profile}, ${pick.accounting}) and least drop at ${pick.bitErrorRate}, at most ${100 * pick.accuracyMargin} points below the ANN`,
    "- energies are estimates from operation counts, none was measured on hardware; `ac` charges analog input as additions, which is unphysical",
    "- a verdict is of the networks and designs of this study, and says nothing of others",
    "- biases, thresholds and potentials are not struck; float32 results are dominated by exponent bits and stand apart",
    "- intervals are of 95 % and not corrected for the number of conditions; energies vary over networks only, the profile's own uncertainty is not in them",
    "",
    "## Claims",
    "",
    ...claimsTable(result),
    "",
    ...claims.flatMap(claimSection),
    ...cells.flatMap((cell) => cellSection(cell)),
  ];
  return `${lines.join("\n")}\n`;
}

/** Every condition by verdict, so that it is seen where a claim holds and where it fails. */
function claimSection({ claim, stated, all }: ClaimAnswers): readonly string[] {
  const { kind, margin, test, confidence, estimand } = claim.claim;
  const tested = all.filter((answer) => answer.verdict !== "not tested");
  const profiles = all.filter((answer) => !tested.includes(answer)).map(({ condition }) => condition.profile);
  const untested =
    profiles.length === 0
      ? []
      : [`Not tested, for want of a price: ${[...new Set(profiles)].join(", ")}.`, ""];
  return [
    `### ${claim.id}: ${claim.paper}`,
    "",
    `${estimand}; ${kind} ${margin}, ${test}, confidence ${confidence}, in ${claim.topologies} of the topologies, the design picked for its ${claim.design}. Stated condition: ${words(stated.condition)}: **${stated.verdict}**.`,
    "",
    ...stated.byTopology.map(({ topology, verdict, why }) => `- ${topology}: ${verdict}. ${why}`),
    "",
    ...table(["condition", "verdict", "by topology"], tested.map(answerRow)),
    "",
    ...untested,
  ];
}

function answerRow(answer: Answer): readonly string[] {
  return [words(answer.condition), answer.verdict, topologiesOf(answer)];
}

function topologiesOf({ byTopology }: Answer): string {
  return byTopology.map((each) => `${each.topology}: ${each.verdict}, ${figureOf(each)}`).join("; ");
}

function cellSection(cell: CellFigures): readonly string[] {
  return [
    `## ${cell.data}, ${cell.topology}`,
    "",
    `${cell.designsTried} designs tried; the ANN they were picked against decides ${percent(cell.pickedAgainst)} of the validation images right.`,
    "",
    ...cell.picks.map(({ pick, design, isWithinMargin, validationAccuracy, validationDrop }) => {
      const settings = Object.entries(design).map(([field, value]) => `${field} ${value}`);
      const note = isWithinMargin ? "" : "; **no design was within the margin, this is the most accurate**";
      return `- picked for ${pick}: ${settings.join(", ")} (validation: ${percent(validationAccuracy)} right, drop ${percent(validationDrop)}${note})`;
    }),
    "",
    ...cell.figures.flatMap(pickSection),
  ];
}

function pickSection({
  pick,
  format,
  arms,
  accuracyDifference,
  energy,
  drop,
}: PickFigures): readonly string[] {
  return [
    `### Picked for ${pick}, ${format} weights`,
    "",
    ...table(
      ["network", "accuracy", "rho by layer"],
      arms.map(({ arm, accuracy, rho }) => [
        arm,
        share(accuracy),
        rho.map((of) => `${of.layer ?? "all"} ${of.rho.toPrecision(3)}`).join(", "),
      ]),
    ),
    "",
    `SNN − ANN: ${points(accuracyDifference)} points, ${Math.round(100 * accuracyDifference.confidence)} % interval.`,
    "",
    ...table(
      ["profile", "input", "SNN", "ANN dense: times more", "skipping zeros", "in T levels, skipping"],
      groupsOf(energy, 3).map((three) => [
        three[0].profile,
        three[0].accounting,
        nj(three[0].snnPj),
        ...three.map(({ ratio }) => (ratio === null ? "no price" : times(ratio))),
      ]),
    ),
    "",
    ...table(
      [
        "bit-error rate",
        "bits flipped",
        "drop ANN",
        "clipped",
        "T levels",
        "SNN",
        "ANN / SNN",
        "clipped / SNN",
        "T levels / SNN",
        "ANN − SNN",
        "decisions changed, ANN",
        "SNN",
      ],
      drop.map(({ bitErrorRate, flippedBits, drops, changed, against }) => [
        String(bitErrorRate),
        flippedBits.toPrecision(3),
        ...(["ann", "clip", "levels", "snn"] as const).map((arm) => points(drops[arm])),
        ...against.map(({ ratio }) => (ratio === null ? "no ratio" : times(ratio))),
        points(against[0].difference),
        percent(changed.ann),
        percent(changed.snn),
      ]),
    ),
    "",
  ];
}

function groupsOf<T>(items: readonly T[], size: number): readonly T[][] {
  return Array.from({ length: items.length / size }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function words(condition: Answer["condition"]): string {
  const { format, profile, accounting, against, bitErrorRate } = condition;
  const rate = bitErrorRate === undefined ? [] : [`weight bit flips at ${bitErrorRate}`];
  const other = against === undefined ? [] : [`against ${against}`];
  return [format, profile, accounting, ...rate, ...other].filter((word) => word !== undefined).join(", ");
}

/** What was measured, or in short why nothing was. */
function figureOf({ verdict, interval }: TopologyAnswer): string {
  if (interval === null) return verdict === "not tested" ? "no price" : "no ratio: a drop may be 0";
  const { value, low, high } = interval;
  const [middle, from, to] = [value, low, high].map((end) => Number(end.toPrecision(3)));
  return `${middle} (${from} to ${to})`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}

function share({ value, low, high }: Interval): string {
  return `${percent(value)} (${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)})`;
}

function points({ value, low, high }: Interval): string {
  return `${(100 * value).toFixed(2)} (${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)})`;
}

function times({ value, low, high }: Interval): string {
  return `${value.toPrecision(3)} (${low.toPrecision(3)} to ${high.toPrecision(3)})`;
}

function nj(energyPj: number | null): string {
  return energyPj === null ? "no price" : `${(energyPj / 1000).toPrecision(3)} nJ`;
}
