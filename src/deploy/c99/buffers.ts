// Where flows lie in memory. What is only needed within a step shares arrays: two flows of one type may have the
// same one if the first was read for the last time before the second is written.

import type { Model } from "../../model/model.ts";
import type { Connection } from "../../model/network.ts";
import { inputId } from "../../model/shapes.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { type CType, indexTypeOf, signedTypeOf } from "./c-types.ts";
import { type Flow, type FlowPlan, sourceOf } from "./flows.ts";
import { addFunction, declare, locals, loop, type Program } from "./program.ts";

/** A flow as C code sees it. */
export interface Place {
  readonly flow: Flow;
  readonly type: CType;
  /** Name of the array, or of the pointer, that the flow's current step begins at. */
  readonly array: string;
  /** Spikes only: the array that holds how many there are, an element for every kept step. */
  readonly count: string;
  /** Elements of one kept step. */
  readonly stride: number;
}

export interface Places {
  readonly plan: FlowPlan;
  readonly byId: Map<string, Place>;
  /** Names of layers as C has them. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Give every flow its array.
 *
 * @param elsewhere - flows that need none, as sums that are added to potentials directly, or pixels as they are
 */
export function placeFlows(
  program: Program,
  plan: FlowPlan,
  names: ReadonlyMap<string, string>,
  elsewhere: ReadonlyMap<string, Pick<Place, "array" | "type">>,
): Places {
  const byId = new Map<string, Place>();
  const shared: SharedArray[] = [];
  const lifetimes = lifetimesOf(plan.model);
  for (const [id, flow] of [...plan.flows].sort(([a], [b]) => lifetimes.birth(a) - lifetimes.birth(b))) {
    const name = known(names, id);
    const stride = flow.kind === "spikes" ? flow.mostEvents : flow.size;
    const type = flow.kind === "spikes" ? indexTypeOf(flow.size) : signedTypeOf(flow.range);
    const place = { flow, type, stride, count: `n_${name}` };
    if (flow.kind === "spikes") {
      const about = `${id}: spikes of ${flow.depth === 1 ? "the step" : `${flow.depth} steps`}, how many`;
      declare(program, { name: place.count, type: "uint32_t", length: flow.depth, about });
    }
    const given = elsewhere.get(id);
    if (given !== undefined) {
      byId.set(id, { ...place, ...given });
      continue;
    }
    if (flow.depth > 1 || (flow.kind === "values" && flow.isHeld)) {
      const what = flow.kind === "spikes" ? "spikes" : "values";
      const about =
        flow.depth > 1 ? `${id}: ${what} of ${flow.depth} steps` : `${id}: the same at every step`;
      const array = declare(program, { name: `x_${name}`, type, length: stride * flow.depth, about });
      byId.set(id, { ...place, array });
      if (flow.depth > 1) clearAtStart(program, id, byId, name);
      continue;
    }
    const [birth, death] = [lifetimes.birth(id), lifetimes.death(id)];
    byId.set(id, { ...place, array: share(shared, { id, type, length: stride, birth, death }) });
  }
  for (const { name, type, length, users } of shared)
    declare(program, { name, type, length, about: `within a step: ${users.join(", ")}` });
  return { plan, byId, names };
}

/** Before a delay has passed nothing arrives. */
function clearAtStart(program: Program, id: string, byId: ReadonlyMap<string, Place>, name: string): void {
  const { flow, array, count, stride } = known(byId, id);
  const [cleared, length, zero] =
    flow.kind === "spikes" ? [count, flow.depth, "0U"] : [array, stride * flow.depth, "0"];
  const body = `${locals("i")}\n${loop("i", length, `${cleared}[i] = ${zero};`)}`;
  program.begin.push(addFunction(program, `clear_${name}`, `${id}: nothing has come yet`, body));
}

interface SharedArray {
  readonly name: string;
  readonly type: CType;
  length: number;
  freeFrom: number;
  readonly users: string[];
}

function share(
  arrays: SharedArray[],
  wanted: {
    readonly id: string;
    readonly type: CType;
    readonly length: number;
    readonly birth: number;
    readonly death: number;
  },
): string {
  const free = arrays.filter(({ type, freeFrom }) => type === wanted.type && freeFrom < wanted.birth);
  // The one that grows least.
  free.sort((a, b) => Math.abs(a.length - wanted.length) - Math.abs(b.length - wanted.length));
  let [found] = free;
  if (found === undefined) {
    found = { name: `scratch${arrays.length}`, type: wanted.type, length: 0, freeFrom: 0, users: [] };
    arrays.push(found);
  }
  found.length = Math.max(found.length, wanted.length);
  found.freeFrom = wanted.death;
  found.users.push(wanted.id);
  return found.name;
}

/** Places in the order of layers: when a flow is written, and when it is read last. */
function lifetimesOf(model: Model): { birth(id: string): number; death(id: string): number } {
  const { layers, output } = model.network;
  const births = new Map([[inputId, -1], ...layers.map(({ id }, place) => [id, place] as const)]);
  const deaths = new Map<string, number>();
  layers.forEach((layer, place) => {
    if (layer.kind === "flatten") return;
    for (const connection of layer.inputs) deaths.set(sourceOf(model, connection).id, place);
  });
  deaths.set(sourceOf(model, { from: output, delay: 0 }).id, layers.length);
  return {
    birth: (id) => births.get(id) ?? 0,
    death: (id) => deaths.get(id) ?? births.get(id) ?? 0,
  };
}

/** What a connection reads: an expression that points to its first element, and how many spikes there are. */
export function reading(
  { plan, byId }: Places,
  connection: Connection,
): Place & { readonly first: string; readonly events: string } {
  const { id, delay } = sourceOf(plan.model, connection);
  const place = known(byId, id);
  return { ...place, ...at(place, delay) };
}

/** Where a layer writes. */
export function writing(
  { byId }: Places,
  id: string,
): Place & { readonly first: string; readonly events: string } {
  const place = known(byId, id);
  return { ...place, ...at(place, 0) };
}

function at({ flow, array, count, stride }: Place, delay: number): { first: string; events: string } {
  if (flow.depth === 1) return { first: array, events: `${count}[0]` };
  const slot = `((now + ${flow.depth - delay}U) % ${flow.depth}U)`;
  return { first: `&${array}[${slot} * ${stride}U]`, events: `${count}[${slot}]` };
}

/** Words behind a prefix that mean something already. */
const reserved = [inputId, "begin", "step", "run", "class", "score", "scores"];

/** Layer ids with what C has not in names replaced, still all different. */
export function cNames({ network }: Model): ReadonlyMap<string, string> {
  const names = new Map<string, string>([[inputId, inputId]]);
  const taken = new Set(reserved);
  for (const { id } of network.layers) {
    const word = id.replace(/[^A-Za-z0-9_]/g, "_");
    let name = word;
    for (let n = 2; taken.has(name); n++) name = `${word}_${n}`;
    taken.add(name);
    names.set(id, name);
  }
  return names;
}
