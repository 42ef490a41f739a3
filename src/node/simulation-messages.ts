// What a simulation pool and its workers say to each other.

import type { ErrorData } from "../base/errors.ts";
import type { Model } from "../model/model.ts";
import type { SimulationRequest } from "../simulate/simulation-request.ts";
import type { SimulationResult } from "../simulate/simulation-result.ts";

export interface ToSimulationWorker {
  readonly model: Model;
  readonly memoryBytes: number;
  /** Not 0 once work is to stop. */
  readonly cancelFlag: Int32Array;
}

export type SimulationPart = Omit<SimulationRequest, "isCancelled">;

export type FromSimulationWorker = { readonly result: SimulationResult } | { readonly error: ErrorData };
