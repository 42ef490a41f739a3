export { type FaultModel, faults } from "./faults.ts";
export {
  applyFlips,
  drawFlips,
  type FlipMask,
  flippedWeights,
  type LayerFlips,
  type StoredWeights,
} from "./weight-bit-flip.ts";
