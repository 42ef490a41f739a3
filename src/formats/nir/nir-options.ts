// What a reader of NIR must be told, for no file says it.

import type { Inference } from "../../model/model.ts";
import type { Loss } from "../loss.ts";
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

export interface NirWriteOptions {
  /** For whose reader the file is. Default `nir`: whoever follows the equations. */
  readonly profile?: NirProfile;
  /** Length of a step. Default: that of the profile; of `nir` the network's own. */
  readonly dtMs?: number;
  /**
   * What becomes of a reset by subtraction where the profile has none: `told`, written as a reset to 0 and told
   * as a loss, or `refused`. Default `told`.
   */
  readonly softReset?: "told" | "refused";
}

export interface NirExport {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What the file cannot tell other tools. All of it stands in its metadata for ours. */
  readonly losses: readonly Loss[];
}
