// Every dialect by name. To add one: a file in this folder, a line here.

import { genericDialect } from "./generic-dialect.ts";
import type { NirDialect } from "./nir-dialect.ts";
import { norseDialect } from "./norse-dialect.ts";
import { sinabsDialect } from "./sinabs-dialect.ts";
import { snntorchDialect } from "./snntorch-dialect.ts";
import { spikingjellyDialect } from "./spikingjelly-dialect.ts";

export const nirDialects = {
  nir: genericDialect,
  norse: norseDialect,
  sinabs: sinabsDialect,
  snntorch: snntorchDialect,
  spikingjelly: spikingjellyDialect,
} as const satisfies Readonly<Record<string, NirDialect>>;

export type NirProfile = keyof typeof nirDialects;
