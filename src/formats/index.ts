export type { Loss } from "./loss.ts";
export { readNetworkDescription } from "./network-description.ts";
export { networkSchema, readNetworkFile, writeNetworkFile } from "./network-file.ts";
export { readPytorchTensors } from "./pytorch-tensors.ts";
export { type NirOptions, type NirProfile, nirProfiles, readNir } from "./read-nir.ts";
export { type OnnxOptions, readOnnx } from "./read-onnx.ts";
export { readSafetensors, type SafetensorsFile, writeSafetensors } from "./safetensors.ts";
export { modelFromStateDict, type StateDictOptions } from "./state-dict.ts";
