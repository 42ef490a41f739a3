// Trials of a campaign with the margins of every image.

import { StateError } from "../base/errors.ts";
import { type FaultMeasurement, measureFaults } from "../campaign/measure-faults.ts";
import type { MeasuredTrials } from "./measured-trials.ts";

/**
 * @param measurement - its images are the set's from the first one on
 * @throws {StateError} for faults whose margins cannot be told; as measureFaults does
 */
export function marginTrials(
  measurement: Omit<FaultMeasurement, "onMargin" | "onImages">,
): MeasuredTrials & { readonly margins: Float32Array } {
  const { count } = measurement.request;
  const margins = new Float32Array(measurement.trials.count * count);
  let told = 0;
  const onMargin = (trial: number, image: number, change: number): void => {
    margins[trial * count + image] = change;
    told++;
  };
  const counts = measureFaults({ ...measurement, onMargin });
  if (told !== margins.length)
    throw new StateError("margins cannot be measured for these faults. Leave out --margins.");
  return { counts, margins };
}
