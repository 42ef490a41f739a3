// Where a network can be struck: for each layer and target how many values there are, and in what format.
//
// Sites stand in the order of the network: the input first, then layer by layer, and within a layer weight,
// bias, threshold, leak, potential, spike. An ANN and the SNN made from it name and order their weights alike.
// A threshold or leak held once for a layer or channel is one element, however many neurons read it.
//
// In integer arithmetic biases and thresholds are int32, leaks 16 bits in 4096ths, potentials as wide as
// the arithmetic has them; else all are float32. Input is spikes, or pixels of a byte where it is held.

import { InvalidValueError } from "../base/errors.ts";
import { isLinear } from "../model/linear-layer.ts";
import type { Model } from "../model/model.ts";
import type { Layer, Shape } from "../model/network.ts";
import { inferShapes, inputId, sizeOf } from "../model/shapes.ts";
import { closest } from "../space/closest.ts";
import type { Fault, FaultTarget } from "./fault.ts";
import { bitsOf, checkChange, type NumberFormat } from "./number-format.ts";

/** The values of one kind in one layer. */
export interface FaultSites {
  readonly target: FaultTarget;
  readonly layer: string;
  readonly elements: number;
  /** Bits an element takes. */
  readonly bits: number;
  readonly format: NumberFormat;
}

/** How the weights of a float32 network are stored. */
export type StoredFloat = "float32" | "float16" | "bfloat16";

export interface SiteChoice {
  readonly targets: readonly FaultTarget[];
  /** Ids, `"input"` among them; default: all that have one of the targets. */
  readonly layers?: readonly string[];
  /** Default float32; networks of codes have no choice. */
  readonly storedAs?: StoredFloat;
}

/** In the order of a layer's sites. */
export const faultTargets = ["input", "weight", "bias", "threshold", "leak", "potential", "spike"] as const;

/** Tensors that say what a neuron keeps of its potential; a layer has one of them, or keeps all. */
export const leakTensors = ["leak", "rate", "timeConstant"] as const;

/**
 * @param model - validated
 * @throws {InvalidValueError} for a layer or target that does not exist, a chosen layer that has none of the
 * targets, a target that no chosen layer has, and a `storedAs` for codes
 */
export function faultSites(model: Model, { targets, layers, storedAs }: SiteChoice): FaultSites[] {
  checkStoredAs(model, storedAs);
  if (targets.length === 0)
    throw new InvalidValueError("targets", `must name some of ${faultTargets.join(", ")}`, "none");
  for (const target of targets) {
    if (!faultTargets.includes(target))
      throw new InvalidValueError("targets", `must be of ${faultTargets.join(", ")}`, target);
  }
  const all = allSites(model, storedAs);
  for (const layer of layers ?? []) checkLayer(model, layer, "layers");
  const chosen = all.filter(({ layer }) => layers === undefined || layers.includes(layer));
  const found = chosen.filter(({ target }) => targets.includes(target));
  for (const layer of layers ?? []) {
    if (!found.some((sites) => sites.layer === layer)) throw missing(all, layer, targets);
  }
  for (const target of targets) {
    if (found.some((sites) => sites.target === target)) continue;
    const held = [...new Set(chosen.map((sites) => sites.target))];
    const whose =
      layers === undefined ? `a network of kind ${model.kind} like this one` : "the chosen layers";
    throw new InvalidValueError(
      "targets",
      `must be what ${whose} can be struck at (${held.join(", ")})`,
      target,
    );
  }
  return found;
}

/** Elements of all sites. */
export function elementCount(sites: readonly FaultSites[]): number {
  return sites.reduce((sum, { elements }) => sum + elements, 0);
}

/**
 * Stored bits of all sites; for transient faults times the steps in which each may be struck.
 *
 * @param steps - 1 where faults are permanent
 */
export function bitCount(sites: readonly FaultSites[], steps = 1): number {
  return sites.reduce((sum, { elements, bits }) => sum + elements * bits, 0) * steps;
}

/**
 * Check a fault against the network it is meant for.
 *
 * @param where - path of the fault, e.g. `faults[3]`
 * @returns where it strikes
 * @throws {InvalidValueError} for a layer, site, element, bit or step the network has not
 */
export function checkFault(model: Model, fault: Fault, where: string, storedAs?: StoredFloat): FaultSites {
  const { target, layer, element, change, steps } = fault;
  const sites = sitesByPlace(model, storedAs).get(placeName(target, layer));
  if (sites === undefined) {
    checkStoredAs(model, storedAs);
    checkLayer(model, layer, `${where} layer`);
    throw missing(allSites(model, storedAs), layer, [target], `${where} `);
  }
  checkPlace(sites, element, where);
  checkChange(where, sites.format, change);
  checkSteps(model, steps, where);
  return sites;
}

/** Check faults as `checkFault` does, the fourth as `faults[3]`. */
export function checkFaults(model: Model, faults: readonly Fault[], storedAs?: StoredFloat): FaultSites[] {
  return faults.map((fault, i) => checkFault(model, fault, `faults[${i}]`, storedAs));
}

/** A model does not change, so its sites are listed once, however many faults are checked. */
const knownSites = new WeakMap<Model, Map<StoredFloat, ReadonlyMap<string, FaultSites>>>();

function sitesByPlace(model: Model, storedAs: StoredFloat = "float32"): ReadonlyMap<string, FaultSites> {
  const known = knownSites.get(model) ?? new Map<StoredFloat, ReadonlyMap<string, FaultSites>>();
  knownSites.set(model, known);
  const sites =
    known.get(storedAs) ??
    new Map(allSites(model, storedAs).map((own) => [placeName(own.target, own.layer), own] as const));
  known.set(storedAs, sites);
  return sites;
}

function placeName(target: FaultTarget, layer: string): string {
  return `${target} ${layer}`;
}

/** @throws {InvalidValueError} for an element the sites have not */
export function checkPlace({ target, layer, elements }: FaultSites, element: number, where: string): void {
  if (Number.isInteger(element) && element >= 0 && element < elements) return;
  const rule = `must be from 0 to ${elements - 1} for target ${target} of layer ${JSON.stringify(layer)}`;
  throw new InvalidValueError(`${where} element`, rule, element);
}

/** @throws {InvalidValueError} for a way of storing that the network's weights do not have */
export function checkStoredAs({ weightFormat }: Model, storedAs: StoredFloat | undefined): void {
  if (storedAs === undefined) return;
  if (!["float32", "float16", "bfloat16"].includes(storedAs))
    throw new InvalidValueError("storedAs", "must be float32, float16 or bfloat16", storedAs);
  if (weightFormat.kind === "float32") return;
  throw new InvalidValueError(
    "storedAs",
    `must not be given for weights of int${weightFormat.bits} codes`,
    storedAs,
    "Leave it out, or take the network before its weights were quantised.",
  );
}

function checkSteps({ inference }: Model, steps: Fault["steps"], where: string): void {
  if (steps === null) return;
  const last = inference === null ? -1 : inference.steps - 1;
  for (const step of steps) {
    if (Number.isInteger(step) && step >= 0 && step <= last) continue;
    const rule = last < 0 ? "must be null for an ANN" : `must be from 0 to ${last}`;
    throw new InvalidValueError(`${where} steps`, rule, step);
  }
}

function checkLayer({ network }: Model, layer: string, where: string): void {
  const known = [inputId, ...network.layers.map(({ id }) => id)];
  if (known.includes(layer)) return;
  const guess = closest(layer, known);
  throw new InvalidValueError(
    where,
    "must be of the network",
    layer,
    guess === undefined ? `It has ${known.join(", ")}.` : `Did you mean ${guess}?`,
  );
}

function missing(
  all: readonly FaultSites[],
  layer: string,
  targets: readonly FaultTarget[],
  before = "",
): InvalidValueError {
  const held = all.filter((sites) => sites.layer === layer).map(({ target }) => target);
  const rule =
    held.length === 0
      ? "must be one that can be struck: this one holds no values of its own"
      : `must have what is to be struck: it has ${held.join(", ")}`;
  return new InvalidValueError(`${before}layer ${JSON.stringify(layer)}`, rule, targets.join(", "));
}

function allSites(model: Model, storedAs: StoredFloat | undefined): FaultSites[] {
  const shapes = inferShapes(model.network);
  const sites: FaultSites[] = [
    sitesOf("input", inputId, sizeOf(model.network.inputShape), inputFormat(model)),
  ];
  for (const layer of model.network.layers)
    sites.push(...layerSites(model, layer, shapes.get(layer.id) ?? [], storedAs));
  return sites;
}

function layerSites(
  model: Model,
  layer: Layer,
  shape: Shape,
  storedAs: StoredFloat | undefined,
): readonly FaultSites[] {
  const { arithmetic } = model.inference ?? {};
  const isInteger = arithmetic?.kind === "integer";
  const sites: FaultSites[] = [];
  const addTensor = (target: FaultTarget, parameter: string, format: NumberFormat): void => {
    const tensor = model.tensors[`${layer.id}.${parameter}`];
    if (tensor !== undefined) sites.push(sitesOf(target, layer.id, tensor.data.length, format));
  };
  if (isLinear(layer)) {
    addTensor("weight", "weight", weightFormatOf(model, storedAs));
    addTensor("bias", "bias", isInteger ? "int32" : "float32");
  }
  if (layer.kind !== "neuron") return sites;
  addTensor("threshold", "threshold", isInteger ? "int32" : "float32");
  for (const parameter of leakTensors) addTensor("leak", parameter, isInteger ? "q3.12" : "float32");
  const potential = isInteger ? (arithmetic.potentialBits === 16 ? "int16" : "int32") : "float32";
  sites.push(sitesOf("potential", layer.id, sizeOf(shape), potential));
  if (layer.emits !== "potential") sites.push(sitesOf("spike", layer.id, sizeOf(shape), "spike"));
  return sites;
}

function sitesOf(target: FaultTarget, layer: string, elements: number, format: NumberFormat): FaultSites {
  return { target, layer, elements, bits: bitsOf(format), format };
}

function weightFormatOf({ weightFormat }: Model, storedAs: StoredFloat = "float32"): NumberFormat {
  return weightFormat.kind === "int" ? (`int${weightFormat.bits}` as NumberFormat) : storedAs;
}

/** An ANN reads pixels, and so does an SNN whose input is held through its steps. */
function inputFormat({ inference }: Model): NumberFormat {
  return inference === null || inference.coding === "constant" ? "uint8" : "spike";
}
