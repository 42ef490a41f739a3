export { type Attack, type AttackOptions, attacked, attacks } from "./attacks.ts";
export {
  enumerateFaults,
  type FaultPlace,
  type FaultPopulation,
  type PopulationChoice,
} from "./enumerate.ts";
export type { Fault, FaultChange, FaultSteps, FaultTarget } from "./fault.ts";
export {
  bitCount,
  checkFaults,
  type FaultSites,
  faultSites,
  faultTargets,
  type SiteChoice,
  type StoredFloat,
} from "./fault-sites.ts";
export { type FaultModel, faults } from "./faults.ts";
export { type InputNoise, inputNoises, type NoiseKey, withNoise } from "./input-noise.ts";
export { bitsOf, changeValue, type NumberFormat } from "./number-format.ts";
export type {
  Overhead,
  ProtectionCost,
  ProtectionDesign,
  RedundantFlips,
  WeightProtection,
} from "./protection/protection.ts";
export { drawRedundantFlips } from "./protection/redundant-flips.ts";
export { weightProtections } from "./protection/weight-protections.ts";
export { sampleIndices } from "./sample-indices.ts";
export { type Allocation, type StratifiedBy, type Stratum, sampleStrata } from "./sample-strata.ts";
export { storedModel } from "./stored-model.ts";
export { struckModel } from "./struck-model.ts";
export {
  applyFlips,
  drawFlips,
  type FlipMask,
  flippedWeights,
  type LayerFlips,
  type StoredWeights,
  weightBitFlipFields,
} from "./weight-bit-flip.ts";
