export { type FaultModel, faults } from "./faults.ts";
export {
  applyFlips,
  drawFlips,
  type FlipMask,
  flippedWeights,
  type LayerFlips,
  type StoredWeights,
  weightBitFlipFields,
} from "./weight-bit-flip.ts";
