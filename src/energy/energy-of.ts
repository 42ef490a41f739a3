// Energy of one inference from its counts.
//
//   E = Σ_layers (Σ multiplications · pJ + Σ additions · pJ + Σ comparisons · pJ + Σ bytes · pJ)
//       + steps · perStepPj + idle power · time,          all divided by the images counted.
// Real-valued input of a first layer is charged in one of three ways:
//   mac-once      P products once (multiply and add), then one addition a neuron and step;
//   mac-per-step  P products at every step;
//   ac            P additions at every step: unphysical, for comparison with papers that do so.
// Chips priced by event (profile.events) cannot multiply: real-valued input and ANNs have no price there.

import type {
  AnalogInputCounts,
  CountsByWidth,
  InputAccounting,
  LayerCounts,
  MemorySizes,
  OperationCounts,
} from "./counts.ts";
import { readPjPerByte, writePjPerByte } from "./memory-price.ts";
import { addPj, comparePj, multiplyPj, weightBytesOf } from "./operation-price.ts";
import type { EnergyProfile } from "./profile.ts";

/** Key of `byLayerPj` for what belongs to no layer: idle power and the price of a step. */
export const staticShare = "(static)";

/** Mean energy of one inference under one profile and accounting. */
export interface InferenceEnergy {
  readonly profile: string;
  readonly accounting: InputAccounting;
  /** null where the hardware cannot run the network, or the profile has no price for one of its operations. */
  readonly energyPj: number | null;
  /** By layer id (and `staticShare` where it is not 0), same total; empty when there is none. */
  readonly byLayerPj: Readonly<Record<string, number>>;
  /** Product widths priced from int8x8 by the product of their bits, not by the source. */
  readonly interpolatedWidths: readonly string[];
}

/** Price the mean inference of `counts`. Linear in the counts. */
export function energyOf(
  counts: OperationCounts,
  profile: EnergyProfile,
  accounting: InputAccounting,
): InferenceEnergy {
  const byLayerPj: Record<string, number> = {};
  const interpolated = new Set<string>();
  let energyPj = 0;
  for (const layer of counts.layers) {
    const layerPj =
      profile.events === null
        ? operationsPj(layer, counts.memories, profile, accounting, interpolated)
        : eventsPj(layer, profile.events);
    if (layerPj === null) {
      return { profile: profile.name, accounting, energyPj: null, byLayerPj: {}, interpolatedWidths: [] };
    }
    byLayerPj[layer.layer] = layerPj / counts.images;
    energyPj += byLayerPj[layer.layer];
  }
  // 1 mW s = 1e9 pJ.
  const staticPj = counts.steps * (profile.perStepPj + profile.idlePowerMw * profile.secondsPerStep * 1e9);
  if (staticPj > 0) {
    byLayerPj[staticShare] = staticPj;
    energyPj += staticPj;
  }
  return {
    profile: profile.name,
    accounting,
    energyPj,
    byLayerPj,
    interpolatedWidths: [...interpolated].sort(),
  };
}

function eventsPj(
  { synapticOperations, neuronUpdates, multiplications, analogInput }: LayerCounts,
  prices: NonNullable<EnergyProfile["events"]>,
): number | null {
  // A leak is part of a neuron update's price; any other product is one the chip cannot do.
  const multiplies = neuronUpdates === 0 && Object.values(multiplications).some((count) => count > 0);
  if (analogInput !== null || multiplies) return null;
  return synapticOperations * prices.synapticOperationPj + neuronUpdates * prices.neuronUpdatePj;
}

function operationsPj(
  layer: LayerCounts,
  memories: MemorySizes,
  profile: EnergyProfile,
  accounting: InputAccounting,
  interpolated: Set<string>,
): number | null {
  const priceProduct = (width: string): number | null => {
    const price = multiplyPj(profile, width);
    if (price?.isInterpolated) interpolated.add(width);
    return price?.pj ?? null;
  };
  return sum([
    priced(layer.multiplications, priceProduct),
    priced(layer.additions, (width) => addPj(profile, width)),
    priced(layer.comparisons, (width) => comparePj(profile, width)),
    layer.analogInput === null ? 0 : analogPj(layer.analogInput, profile, accounting, priceProduct),
    trafficPj(layer, memories, profile),
    layer.analogInput === null ? 0 : analogTrafficPj(layer.analogInput, memories, profile, accounting),
  ]);
}

function analogPj(
  { products, heldAdditions, steps }: AnalogInputCounts,
  profile: EnergyProfile,
  accounting: InputAccounting,
  priceProduct: (width: string) => number | null,
): number | null {
  const additionPj = (width: string): number | null => addPj(profile, sumWidthOf(width));
  const once = sum([accounting === "ac" ? 0 : priced(products, priceProduct), priced(products, additionPj)]);
  if (once === null || accounting !== "mac-once") return once === null ? null : once * steps;
  const [width = "float32"] = Object.keys(products);
  return sum([once, priced({ [width]: heldAdditions }, additionPj)]);
}

function trafficPj({ traffic }: LayerCounts, memories: MemorySizes, profile: EnergyProfile): number {
  return (
    traffic.weightsRead * readPjPerByte(profile, memories.weightsBytes) +
    traffic.potentialsRead * readPjPerByte(profile, memories.potentialsBytes) +
    traffic.potentialsWritten * writePjPerByte(profile, memories.potentialsBytes) +
    traffic.activationsRead * readPjPerByte(profile, memories.activationsBytes) +
    traffic.activationsWritten * writePjPerByte(profile, memories.activationsBytes)
  );
}

/** What `traffic` lacks: it holds one presentation of the input, common to all three accountings. */
function analogTrafficPj(
  { products, heldAdditions, steps }: AnalogInputCounts,
  memories: MemorySizes,
  profile: EnergyProfile,
  accounting: InputAccounting,
): number {
  if (accounting === "mac-once") {
    const heldBytes = 4 * heldAdditions; // a 4-byte current a neuron: written once, read every step
    return (
      heldBytes * readPjPerByte(profile, memories.potentialsBytes) +
      (heldBytes / steps) * writePjPerByte(profile, memories.potentialsBytes)
    );
  }
  let weightBytes = 0;
  for (const [width, count] of Object.entries(products)) weightBytes += count * weightBytesOf(width);
  return (steps - 1) * weightBytes * readPjPerByte(profile, memories.weightsBytes);
}

/** Products are summed in float32, or, of integers, in int32. */
function sumWidthOf(productWidth: string): string {
  return productWidth === "float32" ? "float32" : "int32";
}

function priced(counts: CountsByWidth, price: (width: string) => number | null): number | null {
  let total = 0;
  for (const [width, count] of Object.entries(counts)) {
    if (count === 0) continue;
    const pj = price(width);
    if (pj === null) return null;
    total += count * pj;
  }
  return total;
}

/** null as soon as one part has no price. */
function sum(parts: readonly (number | null)[]): number | null {
  let total = 0;
  for (const part of parts) {
    if (part === null) return null;
    total += part;
  }
  return total;
}
