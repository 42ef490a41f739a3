export {
  addCounts,
  criticalImages,
  type FaultCounts,
  imagesWith,
  lostImages,
} from "./fault-counts.ts";
export { type FaultGraph, faultGraph } from "./fault-graph.ts";
export { type FaultOutcome, faultOutcomes } from "./fault-outcome.ts";
export { type FaultMeasurement, measureFaults } from "./measure-faults.ts";
export type { FaultTrials } from "./weight-flips.ts";
