// Every command by name. Each is loaded when it is asked for, so that `--version` and a mistyped word need
// not wait for the whole library.

import type { Command } from "./command.ts";

/** Commands differ in their options; what runs them needs only what they have in common. */
export type AnyCommand = Command;

export const commands: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  explore: async () => (await import("./explore.ts")).explore,
  worker: async () => (await import("./worker.ts")).worker,
  train: async () => (await import("./train.ts")).train,
  "train-events": async () => (await import("./train-events.ts")).trainEvents,
  discretise: async () => (await import("./discretise.ts")).discretise,
  import: async () => (await import("./import.ts")).importNetwork,
  inspect: async () => (await import("./inspect.ts")).inspect,
  convert: async () => (await import("./convert.ts")).convert,
  evaluate: async () => (await import("./evaluate.ts")).evaluate,
  export: async () => (await import("./export.ts")).exportNetwork,
  inject: async () => (await import("./inject.ts")).inject,
  campaign: async () => (await import("./campaign.ts")).campaign,
  claims: async () => (await import("./claims.ts")).claims,
  report: async () => (await import("./report.ts")).report,
  serve: async () => (await import("./serve.ts")).serve,
  reproduce: async () => (await import("./reproduce.ts")).reproduce,
  "study export": async () => (await import("./study-export.ts")).studyExport,
  "study import": async () => (await import("./study-export.ts")).studyImport,
  "study check": async () => (await import("./study-check.ts")).studyCheck,
  "study backup": async () => (await import("./study-check.ts")).studyBackup,
  "data list": async () => (await import("./data.ts")).dataList,
  "data verify": async () => (await import("./data.ts")).dataVerify,
  "data fetch": async () => (await import("./data-fetch.ts")).dataFetch,
  doctor: async () => (await import("./doctor.ts")).doctor,
};
