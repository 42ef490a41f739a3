export { type C99Options, type C99Program, exportC99 } from "./c99/export-c99.ts";
export { type TestProgram, testProgram } from "./c99/test-program.ts";
export { type TestVector, testVectors, type VectorInput } from "./c99/test-vectors.ts";
export type { WorstCase } from "./c99/worst-case.ts";
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
export { listedParts, type UnsupportedPart, unsupportedParts } from "./unsupported-parts.ts";
