// The options every command takes, and the three bounds on resources that some take.

import { type Fields, flag, int, text } from "../space/field.ts";

export const commonOptions = {
  seed: int({ about: "seed of every random choice", unit: "1", low: 0, high: 2 ** 31 - 1, default: 0 }),
  out: text({ about: "where to write", default: "" }),
  json: flag({ about: "print exactly one JSON object on stdout", default: false }),
  events: flag({ about: "report progress on stderr, one JSON object per line", default: false }),
  debug: flag({ about: "show where an error came from", default: false }),
  help: flag({ about: "show this page", default: false }),
} satisfies Fields;

export const resourceOptions = {
  memory: text({ about: "memory one evaluation may use, e.g. 512MiB", default: "2GiB" }),
  workers: int({ about: "evaluations that run at the same time", unit: "1", low: 1, high: 1024, default: 1 }),
  threads: int({ about: "threads of each evaluation", unit: "1", low: 1, high: 1024, default: 1 }),
} satisfies Fields;
