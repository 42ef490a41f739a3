export { addOverhead, overheadLayer, type ProtectionOverhead } from "./add-overhead.ts";
export { type ActivationWidths, type AnnRunCounts, bitsForSteps, countAnn } from "./count-ann.ts";
export { countSnn, type SnnRun, type SnnRunLayer } from "./count-snn.ts";
export type {
  AnalogInputCounts,
  CountsByWidth,
  InputAccounting,
  LayerCounts,
  MemorySizes,
  MemoryTraffic,
  OperationCounts,
} from "./counts.ts";
export { decisionSeconds, decisionSteps, type StepDecision } from "./decision-time.ts";
export { energyOf, type InferenceEnergy, staticShare } from "./energy-of.ts";
export type { EnergyProfile, MemoryPrice } from "./profile.ts";
export { profiles } from "./profiles.ts";
export { readProfile } from "./read-profile.ts";
export { timeOf } from "./time-of.ts";
