// What a fault model of the catalogue is: a name, fields, and a draw.
//
// A draw goes in three parts, each from streams of its own: where (the dose), when (the persistence), and what
// (the model). Two models under one key and dose strike the same places.

import { InvalidValueError } from "../base/errors.ts";
import { Random, type StreamKey } from "../base/random.ts";
import type { Model, TensorData } from "../model/model.ts";
import type { Fields, Values } from "../space/field.ts";
import { resolve } from "../space/resolve.ts";
import { checkDose, type Dose, isPerStep } from "./dose.ts";
import { drawPlaces, type PlaceRequest, streamOf } from "./draw-places.ts";
import type { Fault, FaultChange, FaultSteps, FaultTarget } from "./fault.ts";
import { type FaultSites, leakTensors } from "./fault-sites.ts";
import type { NumberFormat } from "./number-format.ts";
import { checkPersistence, type Persistence, persistenceKinds } from "./persistence.ts";

export interface FaultRequest {
  /** The network that is struck: its values and steps. */
  readonly model: Model;
  /** Where; as `faultSites` lists them. */
  readonly sites: readonly FaultSites[];
  readonly dose: Dose;
  /** Default: the first the fault model knows. */
  readonly persistence?: Persistence;
  /** Of the fault model's fields; default: their defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface FaultModel {
  readonly name: string;
  readonly about: string;
  readonly targets: readonly FaultTarget[];
  /** What a dose counts: stored bits, or whole values. */
  readonly strikes: PlaceRequest["strikes"];
  readonly persistences: readonly Persistence["kind"][];
  readonly fields: Fields;
  /**
   * Draw faults, in the order of sites, elements and bits, nothing twice in a step. The same request and key
   * give the same list.
   *
   * @throws {InvalidValueError} for sites, doses, persistences and settings the fault model has not
   */
  draw(request: FaultRequest, key: StreamKey): Fault[];
}

/** A spike train that is stuck: the share of steps with a spike, as evenly spread as can be. */
export interface StuckTrain {
  readonly kind: "train";
  readonly share: number;
}

/** A value or bit that is struck. */
export interface StruckPlace {
  readonly element: number;
  /** 0 where the whole value is changed. */
  readonly bit: number;
  readonly random: Random;
}

/** The tensor some sites are in. */
export interface StoredValues {
  readonly parameter: string;
  readonly data: TensorData;
}

export interface FaultDefinition<F extends Fields> {
  readonly name: string;
  readonly about: string;
  readonly targets: readonly FaultTarget[];
  readonly strikes: FaultModel["strikes"];
  readonly fields: F;
  /** Default: all. */
  readonly persistences?: FaultModel["persistences"];
  /** Formats it is meant for; default: all of its targets'. */
  readonly formats?: readonly NumberFormat[];
  /**
   * Look at some sites once, then say what becomes of each place that is struck.
   *
   * @param stored - undefined for what only runs
   */
  readonly strike: (
    settings: Values<F>,
    stored: StoredValues | undefined,
  ) => (place: StruckPlace) => FaultChange | StuckTrain;
}

export function defineFault<const F extends Fields>(definition: FaultDefinition<F>): FaultModel {
  const { name, about, targets, strikes, fields, formats, strike } = definition;
  const persistences = definition.persistences ?? persistenceKinds;
  const checkRequest = ({ model, sites, dose }: FaultRequest, persistence: Persistence): void => {
    for (const { target, layer, format } of sites) {
      const where = `${name}: target of layer ${JSON.stringify(layer)}`;
      if (!targets.includes(target))
        throw new InvalidValueError(where, `must be one of ${targets.join(", ")}`, target);
      if (formats !== undefined && !formats.includes(format))
        throw new InvalidValueError(where, `must hold values of format ${formats.join(", ")}`, format);
    }
    checkDose(dose);
    if (!persistences.includes(persistence.kind)) {
      const rule = `must be one of ${persistences.join(", ")}`;
      throw new InvalidValueError(`${name}: persistence.kind`, rule, persistence.kind);
    }
    checkPersistence(persistence, model.inference?.steps ?? 1);
    if (isPerStep(dose)) checkStart(name, persistence);
  };
  return {
    name,
    about,
    targets,
    strikes,
    persistences,
    fields,
    draw(request, key) {
      const settings = resolve(name, fields, request.settings ?? {});
      const persistence = request.persistence ?? ({ kind: persistences[0] } as Persistence);
      checkRequest(request, persistence);
      const { model, sites: struck, dose } = request;
      return drawPlaces({ model, sites: struck, dose, persistence, strikes }, key).flatMap(
        ({ sites, places }) => {
          const random = new Random(streamOf(key, sites, "change"));
          const changeOf = strike(settings, storedValues(model, sites));
          return places.flatMap(({ element, bit, steps }) =>
            faultsAt(model, sites, element, changeOf({ element, bit, random }), steps),
          );
        },
      );
    },
  };
}

/** A dose by step or second says itself when faults begin. */
function checkStart(name: string, persistence: Persistence): void {
  const isOpen =
    (persistence.kind === "transient" && persistence.step === undefined) ||
    (persistence.kind === "burst" && persistence.from === undefined);
  if (isOpen) return;
  throw new InvalidValueError(
    `${name}: persistence`,
    "must be transient or burst, from no given step, for a dose by step or second",
    persistence,
  );
}

function storedValues({ tensors }: Model, { target, layer }: FaultSites): StoredValues | undefined {
  const parameters = target === "leak" ? leakTensors : [target];
  const parameter = parameters.find((name) => tensors[`${layer}.${name}`] !== undefined);
  return parameter === undefined ? undefined : { parameter, data: tensors[`${layer}.${parameter}`].data };
}

/** A stuck train is two faults: stuck at 1 in its steps, and at 0 in those between. */
function faultsAt(
  { inference }: Model,
  { target, layer }: FaultSites,
  element: number,
  change: FaultChange | StuckTrain,
  steps: FaultSteps,
): readonly Fault[] {
  if (change.kind !== "train") return [{ target, layer, element, change, steps }];
  const { share } = change;
  const all = steps ?? Array.from({ length: inference?.steps ?? 1 }, (_, step) => step);
  const fires = (step: number): boolean => Math.floor((step + 1) * share) > Math.floor(step * share);
  const stuck = (kind: "stuck0" | "stuck1", own: readonly number[]): readonly Fault[] =>
    own.length === 0 ? [] : [{ target, layer, element, change: { kind, bit: 0 }, steps: own }];
  return [
    ...stuck(
      "stuck0",
      all.filter((step) => !fires(step)),
    ),
    ...stuck("stuck1", all.filter(fires)),
  ];
}
