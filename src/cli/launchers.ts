// What starts workers on a cluster: files that come with the package, to be printed, changed and used.

import { fileURLToPath } from "node:url";
import { readFileBytes } from "../node/atomic-file.ts";

export const launchers = {
  slurm: new URL("../../launchers/slurm-workers.sh", import.meta.url),
  systemd: new URL("../../launchers/spikefront-worker.service", import.meta.url),
  kubernetes: new URL("../../launchers/kubernetes-workers.yaml", import.meta.url),
} as const;

export function launcherText(name: keyof typeof launchers): string {
  return new TextDecoder().decode(readFileBytes(fileURLToPath(launchers[name]))).trimEnd();
}
