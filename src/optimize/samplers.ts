// The samplers a study may name.

import { autoSampler } from "./auto-sampler.ts";
import { evolutionSampler } from "./evolution-sampler.ts";
import { gpSampler } from "./gp-sampler.ts";
import { gridSampler } from "./grid-sampler.ts";
import { nsga2Sampler } from "./nsga2-sampler.ts";
import { randomSampler } from "./random-sampler.ts";
import type { Sampler } from "./sampler.ts";
import { owenSampler, sobolSampler } from "./sobol-sampler.ts";
import { tpeSampler } from "./tpe-sampler.ts";

export const samplers = {
  auto: autoSampler,
  gp: gpSampler,
  nsga2: nsga2Sampler,
  evolution: evolutionSampler,
  tpe: tpeSampler,
  sobol: sobolSampler,
  owen: owenSampler,
  grid: gridSampler,
  random: randomSampler,
} as const satisfies Readonly<Record<string, Sampler>>;

export type SamplerName = keyof typeof samplers;
