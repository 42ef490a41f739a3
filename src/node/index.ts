export { readFileBytes, writeFileAtomic } from "./atomic-file.ts";
export { type CampaignFolderOptions, type CampaignOutcome, runCampaignInFolder } from "./campaign-folder.ts";
export type { CampaignRecord } from "./campaign-record.ts";
export {
  dataCacheFolder,
  dataFolders,
  type FoundDataset,
  type FoundFile,
  findDatasetFiles,
  type LocatedDataset,
  loadDataset,
  locateDataset,
} from "./dataset-files.ts";
export type { DataRole, DatasetFile, LocatedFile } from "./dataset-layouts.ts";
export { EvaluationPool, type EvaluationPoolOptions } from "./evaluation-pool.ts";
export { loadValues, type ValuesDataset } from "./event-data.ts";
export { eventNetworkBytes, readEventModel } from "./event-network-files.ts";
export {
  type FetchDatasetOptions,
  type FetchedFile,
  type FetchProgress,
  fetchDataset,
} from "./fetch-dataset.ts";
export { FolderBlobs } from "./folder-blobs.ts";
export { lockFolder } from "./folder-lock.ts";
export { type ReproduceOptions, reproducePoint } from "./reproduce-point.ts";
export { type ServedFolder, type ServeOptions, serveFolder } from "./serve.ts";
export { SimulationPool, type SimulationPoolOptions } from "./simulation-pool.ts";
export { SqliteStorage, type SqliteStorageOptions } from "./sqlite-storage.ts";
export { type StartingModelOptions, startingModel } from "./starting-model.ts";
export { runStudyInFolder, type StudyFolderOptions } from "./study-folder.ts";
export { testEventModel, trainEventNetwork } from "./train-event-network.ts";
export {
  type TrainedNetwork,
  type TrainModelOptions,
  type TrainNetworkOptions,
  trainModel,
  trainNetwork,
} from "./train-network.ts";
export { type TrainOptions, trainOnThreads } from "./train-on-threads.ts";
