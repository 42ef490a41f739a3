export { type AddressLayout, cifar10DvsLayout, readAedat2, readAedat31 } from "./aedat.ts";
export { type Cifar10Batch, cifar10Classes, readCifar10 } from "./cifar10.ts";
export { type Dataset, type ImageSet, type SplitName, validationCount } from "./dataset.ts";
export { checkEventRecording, type EventRecording } from "./event-recording.ts";
export { readEventStream } from "./event-stream.ts";
export { gunzip, isGzip } from "./gunzip.ts";
export { type IdxArray, readIdx } from "./idx.ts";
export { countClasses, imageSetFromIdx, splitOf, subset } from "./image-set.ts";
export type { ImageShape } from "./image-shape.ts";
export {
  type Cifar10Dataset,
  type FileRole,
  fileRoles,
  type IdxDataset,
  idxDatasets,
  type KnownDataset,
  type KnownFile,
  knownDatasets,
} from "./known-datasets.ts";
export { readNMnist } from "./n-mnist.ts";
export { tarFiles } from "./tar.ts";
export { type LabelledValues, yinYang, yinYangClasses, yinYangSplits } from "./yin-yang.ts";
