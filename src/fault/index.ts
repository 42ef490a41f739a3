export { type FaultModel, faults } from "./faults.ts";
export type {
  Overhead,
  ProtectionCost,
  ProtectionDesign,
  RedundantFlips,
  WeightProtection,
} from "./protection/protection.ts";
export { drawRedundantFlips } from "./protection/redundant-flips.ts";
export { weightProtections } from "./protection/weight-protections.ts";
export {
  applyFlips,
  drawFlips,
  type FlipMask,
  flippedWeights,
  type LayerFlips,
  type StoredWeights,
  weightBitFlipFields,
} from "./weight-bit-flip.ts";
