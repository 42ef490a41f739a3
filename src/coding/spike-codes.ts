// The input spike codes there are. To add one: a file in this room, a line here, its name in the model's
// `Inference` and, if designs shall choose it, in coding-fields.ts. (`"constant"` is no spike code: see
// constant.ts.)

import { latency } from "./latency.ts";
import { latencyLog } from "./latency-log.ts";
import { phase } from "./phase.ts";
import { poisson } from "./poisson.ts";
import { rate } from "./rate.ts";
import type { SpikeCode } from "./spike-code.ts";
import { ttfs } from "./ttfs.ts";

export const spikeCodes = { rate, poisson, latency, latencyLog, phase, ttfs } as const satisfies Readonly<
  Record<string, SpikeCode>
>;
