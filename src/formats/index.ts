export { networkSchema, readNetworkFile, writeNetworkFile } from "./network-file.ts";
export { readSafetensors, type SafetensorsFile, writeSafetensors } from "./safetensors.ts";
