// Calibration: an ANN is run over training images once, and its activations are listened to.

import type { Forward } from "../ann/forward.ts";
import { type IsCancelled, throwIfCancelled } from "../base/cancel.ts";
import { InvalidValueError } from "../base/errors.ts";
import type { Network } from "../model/network.ts";
import { type ActivationStatistics, StatisticsCollector } from "./activation-statistics.ts";

export interface Calibration {
  /** Runs the ANN with plain relus, batch norm folded. */
  readonly forward: Pick<Forward, "maximumBatch" | "run">;
  /** The network that `forward` runs. */
  readonly network: Network;
  /** Training images only: calibrating on validation or test images would leak them. Shape [≥ first + count, …image]. */
  readonly pixels: Uint8Array;
  readonly first: number;
  readonly count: number;
  readonly isCancelled: IsCancelled;
}

/**
 * Collect the statistics of every relu layer and of the output over `count` images.
 *
 * @throws {InvalidValueError} for no images, or when an activation is not finite, naming the layer
 * @throws {CancelledError} between batches
 */
export function collectStatistics(calibration: Calibration): ActivationStatistics {
  const { forward, network, pixels, first, count, isCancelled } = calibration;
  if (!Number.isInteger(count) || count < 1) {
    throw new InvalidValueError("calibration images", "must be at least 1", count);
  }
  const collector = new StatisticsCollector(network);
  for (let done = 0; done < count; done += forward.maximumBatch) {
    throwIfCancelled(isCancelled, "calibration");
    forward.run(pixels, first + done, Math.min(forward.maximumBatch, count - done), collector.observe);
  }
  return collector.finish(count);
}
