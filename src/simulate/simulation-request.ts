// What a simulation is asked to do: which images, and under which seed.

import type { IsCancelled } from "../base/cancel.ts";

export interface SimulationRequest {
  /** Pixels 0…255 of the whole set. Shape […, …inputShape]. */
  readonly pixels: Uint8Array;
  /** Class of every image of the set. */
  readonly labels: Uint8Array;
  /** Place of the first image to run in the set; also names its random draws. */
  readonly firstImage: number;
  /** Images to run. */
  readonly count: number;
  /** Seed and trial of random spike codes. */
  readonly seed: number;
  readonly trial: number;
  readonly isCancelled: IsCancelled;
}
