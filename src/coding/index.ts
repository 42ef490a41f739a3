export { type BinnedEvents, type Binning, binEvents, type RecordedEvents } from "./bin-events.ts";
export { codingFields } from "./coding-fields.ts";
export { heldValues } from "./constant.ts";
export { type DeltaOptions, deltaSpikes } from "./delta.ts";
export { type InputCoding, inputCodings } from "./input-codings.ts";
export { checkInputSpikes, type InputSpikes, type SpikeCrowding } from "./input-spikes.ts";
export { joinInputSpikes } from "./join-input-spikes.ts";
export { firesAt, type SpikeCode, type SpikeMoment } from "./spike-code.ts";
export { spikeCodes } from "./spike-codes.ts";
export { imageSeed, spikeDraw } from "./spike-draw.ts";
export {
  createSpikeEncoder,
  type EncodedImage,
  type PixelMeaning,
  type SpikeEncoder,
  type SpikeSink,
} from "./spike-encoder.ts";
export {
  checkSpikeTrain,
  firstSpikesMs,
  meanRateHz,
  type SpikeTrain,
  type SteppedSpikeTrain,
  spikeCounts,
  type TimedSpikeTrain,
  toSteps,
} from "./spike-train.ts";
export { subsetSpikes } from "./subset-spikes.ts";
