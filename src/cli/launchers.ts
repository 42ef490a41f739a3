// What starts workers on a cluster: files that come with the package, to be printed, changed and used.

import { fileURLToPath } from "node:url";
import { readFileBytes } from "../node/atomic-file.ts";

export const launchers = {
  slurm: "slurm-workers.sh",
  systemd: "spikefront-worker.service",
  kubernetes: "kubernetes-workers.yaml",
} as const;

export function launcherText(name: keyof typeof launchers): string {
  const place = new URL(`../../launchers/${launchers[name]}`, import.meta.url);
  return new TextDecoder().decode(readFileBytes(fileURLToPath(place))).trimEnd();
}
