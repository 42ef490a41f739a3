export { type AnnFaultOptions, AnnFaults } from "./ann-faults.ts";
export type { CampaignPlan } from "./campaign-plan.ts";
export { type CampaignSettings, campaignFields } from "./campaign-settings.ts";
export {
  type CampaignResult,
  type CampaignSummary,
  campaignSummary,
  judgeCampaign,
  type Vulnerability,
} from "./campaign-summary.ts";
export {
  addCounts,
  criticalImages,
  type FaultCounts,
  imagesWith,
  lostImages,
} from "./fault-counts.ts";
export { type FaultOutcome, faultOutcomes } from "./fault-outcome.ts";
export { FaultTable } from "./fault-table.ts";
export { type FirstOrderDrop, type FirstOrderOptions, firstOrderDrop } from "./first-order-drop.ts";
export { type FaultGraph, faultGraph } from "./follow/fault-graph.ts";
export { type FaultMeasurement, measureFaults } from "./measure-faults.ts";
export { planCampaign } from "./plan-campaign.ts";
export type { FaultTrials } from "./sweep/weight-flips.ts";
export {
  type NeuronMap,
  type PixelMap,
  type VulnerabilityMaps,
  vulnerabilityMaps,
} from "./vulnerability-maps.ts";
