export {
  type Exported,
  type ExportedFile,
  type ExportRequest,
  type ExportTarget,
  exportTarget,
} from "./export-target.ts";
export { exportTargets } from "./export-targets.ts";
export { withFloatWeights } from "./safetensors-target.ts";
export { type LayerSummary, type NetworkSummary, summariseNetwork } from "./summarise-network.ts";
