// What a reader of NIR must be told, for no file says it.

import type { Inference } from "../../model/model.ts";
import type { NirProfile } from "./nir-dialects.ts";

export interface NirOptions {
  /** Whose reading of the neurons is followed. Default: the writer's, else `nir`: the equations, by forward Euler. */
  readonly profile?: NirProfile;
  /** Length of a step. Default: that of the profile. */
  readonly dtMs?: number;
  /** Steps an inference takes. Default 100. */
  readonly steps?: number;
  /** How pixels enter. Default `events`: the input already is spikes. */
  readonly coding?: Inference["coding"];
}
