export { type Attack, type AttackOptions, attacked, attacks } from "./attacks.ts";
export type { Dose } from "./dose.ts";
export { enumerateFaults, type FaultPlace, type FaultPopulation } from "./enumerate.ts";
export { type FailureRate, type FlipPersistence, failureRate, type MemoryUpsets } from "./failure-rate.ts";
export type { Fault, FaultChange, FaultSteps, FaultTarget } from "./fault.ts";
export type { FaultModel, FaultRequest } from "./fault-model.ts";
export {
  bitCount,
  checkFaults,
  type FaultSites,
  faultSites,
  faultTargets,
  type SiteChoice,
  type StoredFloat,
} from "./fault-sites.ts";
export { faults } from "./faults.ts";
export { type InputNoise, inputNoises, type NoiseKey, withNoise } from "./input-noise.ts";
export { bitsOf, changeValue, type NumberFormat } from "./number-format.ts";
export type { Persistence } from "./persistence.ts";
export { assessMonitor, type MonitorAssessment } from "./protection/assess-monitor.ts";
export { boundedPotential, potentialBounds } from "./protection/bounded-potentials.ts";
export { meanInferencesUnnoticed } from "./protection/checksums.ts";
export { abstentions, decisionMargins, leastMargin } from "./protection/margin-abstention.ts";
export type { ProtectionCost, RedundantFlips, WeightProtection } from "./protection/protection.ts";
export { protectionDesigns } from "./protection/protection-designs.ts";
export { drawRedundantFlips } from "./protection/redundant-flips.ts";
export { bypassedWeights, refitThresholds } from "./protection/refitted-thresholds.ts";
export { spikeCountAlarms, spikeCounter, spikeCountRanges } from "./protection/spike-count-range.ts";
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
  type StoredWeights,
} from "./weight-bit-flip.ts";
