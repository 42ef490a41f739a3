export { type BrailleTrials, brailleRecordings, brailleSamples, readBraille } from "./braille.ts";
export { levelCrossings, type SampledSignals } from "./level-crossings.ts";
export { type MazeTrial, readMazeTrial } from "./maze-trial.ts";
export { type ReachingSession, readReachingSession } from "./reaching-session.ts";
export { type RecordedSet, recordedSets } from "./recorded-sets.ts";
export { gridShape, movedRecording, recordedSpikes, type SpikeGrid } from "./recorded-spikes.ts";
export type { RecordingFolder } from "./recording-folder.ts";
export {
  checkRecordedDataset,
  pickRecordings,
  type RecordedDataset,
  type RecordingSet,
  type TargetSeries,
} from "./recording-set.ts";
export { shuffledParts } from "./shuffled-parts.ts";
export { type TimedDataset, timedDataset } from "./timed-dataset.ts";
