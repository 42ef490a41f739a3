// The settings of a study of claims about event networks: pairs of networks of one spike and of many, how they are
// trained, what is measured of them, and what is claimed. All of it is written down before anything runs.

import { choice, type Fields, float, int, text, type Values } from "../../../space/field.ts";
import type { Claim } from "../../../statistics/claim.ts";
import type { EventArm } from "./event-arm.ts";
import { type EventMeasureSettings, type NoiseList, noiseLists } from "./event-measure-settings.ts";
import type { EventSweep } from "./event-sweep.ts";
import type { EventToy } from "./event-toy.ts";

export const eventClaimsFields = {
  name: text({ about: "name of the study and of its folder in runs/", default: "events" }),
  seed: int({ about: "seed of every random choice", unit: "1", low: 0, high: 2 ** 31 - 1, default: 0 }),
  trained: int({ about: "networks trained of each arm of a pair", unit: "1", low: 2, high: 100, default: 3 }),
} satisfies Fields;

/** What a pair may say besides. */
export const eventPairFields = {
  trained: eventClaimsFields.trained,
  samples: int({
    about: "the first so many training samples are trained on",
    unit: "1",
    low: 1,
    high: 1_000_000_000,
    default: 1_000_000_000,
  }),
} satisfies Fields;

export const eventPaperClaimFields = {
  id: text({ about: "name of the claim", default: "" }),
  pair: text({ about: "pair, toy or sweep it is asked of", default: "" }),
  paper: text({ about: "the paper's words", default: "" }),
  measure: choice({
    about:
      "accuracy, progress and robustness: differences one spike − many, many − one, many − one; spikes and latency: many / one − 1; starts, of a toy: one spike − many; price, of a sweep: minus a rank correlation",
    options: ["accuracy", "progress", "spikes", "latency", "robustness", "starts", "price"],
    default: "accuracy",
  }),
} satisfies Fields;

export const latencyRules = ["margin", "first", "settled"] as const;

export const priceGains = ["accuracy", "underJitter"] as const;
export const priceCosts = ["spikes", "latency"] as const;

/** The condition that decides; all others are answered as well. */
export const eventConditionFields = {
  rule: choice({
    about: "latency: margin calibrated on validation samples, first output spike, settled in hindsight",
    options: latencyRules,
    default: "margin",
  }),
  noise: choice({ about: "robustness: kind of noise", options: noiseLists, default: "jitterMs" }),
  level: float({ about: "robustness: how much of it", unit: "1", low: 0, high: 1000, default: 10 }),
  gain: choice({
    about: "price: what is bought, accuracy undisturbed or under the sweep's jitter",
    options: priceGains,
    default: "accuracy",
  }),
  cost: choice({ about: "price: what it costs", options: priceCosts, default: "spikes" }),
} satisfies Fields;

export type EventCondition = Values<typeof eventConditionFields>;

export type EventPaperClaim = Values<typeof eventPaperClaimFields> & {
  readonly claim: Claim;
  readonly stated: EventCondition;
};

export interface EventPair {
  readonly name: string;
  /** Networks of each arm; not there: the study's. */
  readonly trained?: number;
  /** The first so many training samples; not there: all. */
  readonly samples?: number;
  readonly one: EventArm;
  readonly many: EventArm;
  /** What is measured otherwise than the study says. */
  readonly measure?: Partial<EventMeasureSettings>;
}

export interface EventClaimsSettings extends Values<typeof eventClaimsFields> {
  readonly pairs: readonly EventPair[];
  readonly toys: readonly EventToy[];
  readonly sweeps: readonly EventSweep[];
  readonly measure: EventMeasureSettings;
  readonly claims: readonly EventPaperClaim[];
}

/** What is measured of a pair's networks. */
export function measureOf(settings: EventClaimsSettings, { measure }: EventPair): EventMeasureSettings {
  return { ...settings.measure, ...measure };
}

/** The same study made small, to see that all of it works: its figures are not to be quoted. */
export function quickEventSettings(settings: EventClaimsSettings): EventClaimsSettings {
  const { measure } = settings;
  const [pair] = settings.pairs;
  const toys = settings.toys.map((toy) => ({ ...toy, means: ends(toy.means), repeats: 2 }));
  const sweeps = settings.sweeps
    .filter((sweep) => sweep.pair === pair.name)
    .map((sweep) => ({ ...sweep, values: ends(sweep.values), trained: 2 }));
  const names = [pair, ...toys, ...sweeps].map(({ name }) => name);
  const claims = settings.claims.filter((claim) => names.includes(claim.pair));
  const few = (list: NoiseList, values: readonly number[]): readonly number[] =>
    values.filter(
      (value, i) =>
        i === values.length - 1 ||
        claims.some(({ stated }) => stated.noise === list && stated.level === value),
    );
  const lists = Object.fromEntries(noiseLists.map((list) => [list, few(list, measure[list])]));
  return {
    ...settings,
    pairs: [
      {
        ...pair,
        trained: 2,
        one: { ...pair.one, epochs: 2 },
        many: { ...pair.many, epochs: 2 },
        measure: {},
      },
    ],
    toys,
    sweeps,
    trained: 2,
    measure: {
      ...measure,
      ...(lists as Record<NoiseList, readonly number[]>),
      dtMs: measure.dtMs.slice(-2),
      images: 300,
      noiseImages: 50,
      noiseSeeds: 1,
      stepImages: 50,
      calibrationImages: 200,
      times: 11,
    },
    claims,
  };
}

function ends(values: readonly number[]): readonly number[] {
  return values.length < 3 ? values : [values[0], values[values.length - 1]];
}
