// λ of every relu: the activation one spike per step stands for.

import { InvalidValueError } from "../base/errors.ts";
import type { Model } from "../model/model.ts";
import type { ReluLayer } from "../model/network.ts";
import { type ActivationStatistics, activationPercentile } from "./activation-statistics.ts";
import { simplest } from "./broadcast.ts";
import { type ConversionSettings, startShare } from "./conversion-fields.ts";
import { leastErrorBound } from "./least-error-bound.ts";
import { planSignals, type SignalPlan } from "./plan-signals.ts";

/**
 * Bounds of all relus that become neurons, or clip in a control. Those that must share one have the largest
 * of theirs.
 *
 * @param ann - batch norm folded
 * @param statistics - of the same network, from training images only
 * @param steps - steps that count, for `mmse`
 * @returns by relu: [1], or [channels]
 * @throws {InvalidValueError} naming a layer that was never active
 */
export function activationBounds(
  ann: Model,
  statistics: ActivationStatistics,
  settings: ConversionSettings,
  steps: number,
): ReadonlyMap<string, Float64Array> {
  const plan = planSignals(ann.network, settings.granularity === "layer");
  const own = new Map<string, Float64Array>();
  for (const layer of ann.network.layers) {
    if (layer.kind !== "relu" || !plan.groups.has(layer.id)) continue;
    own.set(layer.id, boundOf(ann, layer, statistics, settings, steps));
  }
  return new Map([...own.keys()].map((id) => [id, shared(plan, own, id)]));
}

function shared(plan: SignalPlan, own: ReadonlyMap<string, Float64Array>, id: string): Float64Array {
  const group = plan.groups.get(id) ?? [id];
  if (group.length === 1) return own.get(id) as Float64Array;
  let largest = 0;
  for (const member of group) for (const bound of own.get(member) ?? []) largest = Math.max(largest, bound);
  return Float64Array.of(largest);
}

/** A relu's bound by itself. One trained with levels has learned it; one trained with a bound has none above it. */
function boundOf(
  ann: Model,
  relu: ReluLayer,
  statistics: ActivationStatistics,
  settings: ConversionSettings,
  steps: number,
): Float64Array {
  const { thresholdFactor } = settings;
  const trained = relu.bounded ? ann.tensors[`${relu.id}.bound`].data[0] : Number.POSITIVE_INFINITY;
  if (relu.levels !== undefined) return Float64Array.of(thresholdFactor * trained);
  const bounds = layerBound(relu.id, statistics, settings, steps);
  return simplest(bounds.map((bound) => Math.min(bound, trained) * thresholdFactor));
}

/**
 * λ of a layer by the rule alone, without the factor.
 *
 * @throws {InvalidValueError} when the layer was not watched as the rule wants it, or never active
 */
export function layerBound(
  id: string,
  statistics: ActivationStatistics,
  settings: ConversionSettings,
  steps: number,
): Float64Array {
  const where = `calibration statistics of layer ${JSON.stringify(id)}`;
  const layer = statistics.layers[id];
  if (layer === undefined) {
    throw new InvalidValueError(
      where,
      "must be there",
      "nothing",
      "Collect them on the network you convert.",
    );
  }
  if (!(layer.maximum > 0)) {
    throw new InvalidValueError(
      where,
      "must hold an activation above 0",
      layer.maximum,
      "The layer is dead: train again, or calibrate on more images.",
    );
  }
  const { normalisation } = settings;
  if (normalisation === "mmse") return Float64Array.of(leastErrorBound(layer, steps, startShare(settings)));
  const { percentile, population, granularity, average } = settings;
  if (granularity === "layer" && average === "global") {
    const bound =
      normalisation === "max" ? layer.maximum : activationPercentile(layer, percentile, population);
    return Float64Array.of(bound || layer.maximum);
  }
  const found = statistics.watched?.({ normalisation, percentile, population, granularity, average }).get(id);
  if (found === undefined) {
    throw new InvalidValueError(
      where,
      "must be watched for bounds by channel and moving averages",
      "plain statistics",
      "Give them `watched` (watchBounds).",
    );
  }
  // A channel that was never active has no bound of its own; the layer's keeps it silent as long as it is.
  const fallback = Math.max(...found) || layer.maximum;
  return found.map((bound) => bound || fallback);
}
