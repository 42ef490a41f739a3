// An integer spiking network as C99: one header and one source file, no heap, no floating point, no library but
// <stdint.h>, no undefined behaviour. Every sum's type is proven from the weights (flows.ts, potential-range.ts).
//
// The code does what simulate/scalar-simulator.ts does, spike for spike.

import { InvalidValueError } from "../../base/errors.ts";
import { isLinear } from "../../model/linear-layer.ts";
import type { Model } from "../../model/model.ts";
import { inputId } from "../../model/shapes.ts";
import { known } from "../../simulate/simulation-plan.ts";
import { cNames, type Place, placeFlows } from "./buffers.ts";
import { emitInput, inputIndexType, isCallersEvents, isPlainPixels } from "./emit-input.ts";
import { emitJoin } from "./emit-join.ts";
import { emitLinear } from "./emit-linear.ts";
import { declareNeurons, emitNeurons, type NeuronCode } from "./emit-neurons.ts";
import { emitPool } from "./emit-pools.ts";
import { emitReadout, type ReadoutCode } from "./emit-readout.ts";
import { type FlowPlan, planFlows, sourceOf } from "./flows.ts";
import { planNeurons } from "./neuron-plan.ts";
import { createProgram, memoryBytes, type Program } from "./program.ts";
import { headerText, sourceText } from "./source-text.ts";
import { type WorstCase, worstCase } from "./worst-case.ts";

export interface C99Options {
  /** What the files are called, without their endings; names in the code begin with it as far as C allows. */
  readonly stem: string;
  /** How often an input may stand in a step; for coding `events` only. Default 1. */
  readonly inputRepeats?: number;
}

export interface C99Program {
  /** What every name begins with. */
  readonly prefix: string;
  /** Text of `<stem>.h`. */
  readonly header: string;
  /** Text of `<stem>.c`. */
  readonly source: string;
  /** Static memory that is written, and constant tables; code and a pointer to the input come on top. */
  readonly ramBytes: number;
  readonly flashBytes: number;
  readonly worstCase: WorstCase;
  /** Bytes of a score: 4, or 8 where 32 bits could overflow. */
  readonly scoreBytes: number;
  /** What scores can be; beyond 2²⁴ the simulator's, which are float32, are rounded and these are not. */
  readonly scoreRange: { readonly low: number; readonly high: number };
}

/**
 * @param model - in integer arithmetic (convert/integer-network.ts makes it so)
 * @throws {InvalidValueError} naming the layer or setting that has no form in integers, or whose sums are too large
 */
export function exportC99(model: Model, { stem, inputRepeats = 1 }: C99Options): C99Program {
  if (model.inference?.arithmetic?.kind !== "integer") {
    throw new InvalidValueError(
      "inference.arithmetic",
      "must be integer to become integer code",
      model.inference?.arithmetic?.kind ?? (model.kind === "ann" ? "an ANN" : "float32"),
      "Convert the network, quantise its weights, and make it whole-numbered (integerNetwork).",
    );
  }
  const plan = planFlows(model, inputRepeats);
  const program = createProgram(stem);
  const readout = emitAll(program, plan);
  const ramBytes = memoryBytes(program, "ram");
  const flashBytes = memoryBytes(program, "flash");
  const worst = worstCase(plan);
  const parts = { program, plan, readout, ramBytes, flashBytes, worst };
  return {
    prefix: program.prefix,
    header: headerText(parts),
    source: sourceText(parts),
    ramBytes,
    flashBytes,
    worstCase: worst,
    scoreBytes: readout.type === "int64_t" ? 8 : 4,
    scoreRange: readout.range,
  };
}

function emitAll(program: Program, plan: FlowPlan): ReadoutCode {
  const { model } = plan;
  requireReadable(plan);
  const names = cNames(model);
  const codes = [...planNeurons(plan).values()].map((neuron) =>
    declareNeurons(program, { plan, names }, neuron),
  );
  const places = placeFlows(program, plan, names, elsewhere(plan, codes));
  emitInput(program, places);
  for (const layer of model.network.layers) {
    if (isLinear(layer)) {
      const charged = codes.find(({ neuron }) => neuron.summedBy === layer.id);
      emitLinear(program, places, layer, charged?.leaked ?? null);
    }
    if (layer.kind === "neuron") {
      const order = codes.findIndex(({ neuron }) => neuron.layer.id === layer.id);
      emitNeurons(program, places, codes[order], order);
    }
    if (layer.kind === "add" || layer.kind === "concat") emitJoin(program, places, layer);
    if (layer.kind === "averagePool" || layer.kind === "sumPool" || layer.kind === "maxPool")
      emitPool(program, places, layer);
  }
  return emitReadout(program, places);
}

/** Flows that need no array of their own: the caller's input, and sums that go to potentials directly. */
function elsewhere(
  plan: FlowPlan,
  codes: readonly NeuronCode[],
): ReadonlyMap<string, Pick<Place, "array" | "type">> {
  const found = new Map<string, Pick<Place, "array" | "type">>();
  if (isPlainPixels(plan)) found.set(inputId, { array: "pixels_in", type: "uint8_t" });
  if (isCallersEvents(plan)) found.set(inputId, { array: "events_in", type: inputIndexType(plan) });
  for (const { neuron, potentials } of codes)
    if (neuron.summedBy !== null) found.set(neuron.summedBy, { array: potentials, type: neuron.type });
  return found;
}

/** Spikes that are read by a rule for sums are nobody's. */
function requireReadable({ model, flows }: FlowPlan): void {
  const { id } = sourceOf(model, { from: model.network.output, delay: 0 });
  const isSpikes = known(flows, id).kind === "spikes";
  const readout = model.inference?.readout ?? "membrane";
  if (isSpikes === (readout === "count" || readout === "firstSpike")) return;
  throw new InvalidValueError(
    "inference.readout",
    `must be for ${isSpikes ? "spikes (count, firstSpike)" : "sums (membrane, average)"}, which is what the output gives`,
    readout,
  );
}
