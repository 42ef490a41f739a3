// What a simulation pool and its workers say to each other.

import type { Model } from "../model/model.ts";
import type { SimulationRequest } from "../simulate/simulation-request.ts";

export interface ToSimulationWorker {
  readonly model: Model;
  readonly memoryBytes: number;
  /** Not 0 once work is to stop. */
  readonly cancelFlag: Int32Array;
}

export type SimulationPart = Omit<SimulationRequest, "isCancelled" | "observe" | "trace">;
