export { countProducts } from "./count-products.ts";
export { inheritWeights, type SharedWeights } from "./inherit-weights.ts";
export { type LayerSources, layerSources, type SourcePart } from "./layer-sources.ts";
export { measureSkips, type SkipFigures } from "./measure-skips.ts";
export { showSkips } from "./show-skips.ts";
export { fullMatrix, type SkipBlock, type SkipKind, skipField, skipKinds } from "./skip-block.ts";
export { type SkipEdge, skipEdges } from "./skip-edges.ts";
export { type SkipNetworkSpec, skipNetwork } from "./skip-network.ts";
export { type SkipSamples, subsetSamples } from "./skip-samples.ts";
export type { SkipData, SkipSetting } from "./skip-setting.ts";
export { matricesOf, skipSpace } from "./skip-space.ts";
export { SkipTrainer, type SkipTraining } from "./skip-trainer.ts";
export {
  type SkipFault,
  type SkipFaultFigures,
  type SkipFaultSettings,
  skipFaults,
  strikeSkips,
} from "./strike-skips.ts";
export { type SkipModelOptions, type SkipTrainingOptions, skipModel, trainSkips } from "./train-skips.ts";
export { candidateModel, type SupernetOptions, trainSupernet } from "./train-supernet.ts";
