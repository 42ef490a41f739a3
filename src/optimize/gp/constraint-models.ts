// Processes of what designs must meet: constraints told one by one, or their total violation where only that is
// known, and that trials succeed at all.

import type { ConstraintModel } from "./acquisition.ts";
import type { DesignEncoder } from "./encode-design.ts";
import { fitKernel } from "./fit-kernel.ts";
import { conditioned } from "./gaussian-process.ts";
import { standardised } from "./standardise.ts";
import { affordable, inputsOf, joinedInputs, type TrainingSet, type UsableTrial } from "./training-set.ts";

export function constraintModels(
  encoder: DesignEncoder,
  { usable, failed }: TrainingSet,
): readonly ConstraintModel[] {
  const models: ConstraintModel[] = [];
  const told = affordable(usable.filter(({ past }) => past.constraints !== undefined));
  if (told.length > 0) {
    const count = Math.min(...told.map(({ past }) => past.constraints?.length ?? 0));
    for (let c = 0; c < count; c++)
      models.push(modelOf(encoder, told, (trial) => trial.past.constraints?.[c] ?? 0));
  } else if (usable.some(({ isFeasible }) => !isFeasible)) {
    const trials = affordable(usable);
    const violations = trials.map(({ past }) => past.violation).filter((v) => v > 0 && v < Infinity);
    const typical = violations.sort((a, b) => a - b)[Math.floor(violations.length / 2)] ?? 1;
    // How well a met constraint is met is not known: as well as a typical violation is bad, say.
    models.push(
      modelOf(encoder, trials, ({ past, isFeasible }) =>
        isFeasible ? -Math.LN2 : Math.log1p(Math.min(past.violation / typical, 1e6)),
      ),
    );
  }
  if (failed.length > 0 && usable.length > 0) models.push(successModel(encoder, usable, failed));
  return models;
}

function modelOf(
  encoder: DesignEncoder,
  trials: readonly UsableTrial[],
  measured: (trial: UsableTrial) => number,
): ConstraintModel {
  return model(
    inputsOf(encoder, trials),
    trials.map((trial) => {
      const value = measured(trial);
      return Number.isFinite(value) ? value : value > 0 ? Number.MAX_VALUE ** 0.25 : 0;
    }),
  );
}

/** −1 for a trial that succeeded, 1 for one that failed. */
function successModel(
  encoder: DesignEncoder,
  usable: TrainingSet["usable"],
  failed: TrainingSet["failed"],
): ConstraintModel {
  const kept = affordable(usable, 200);
  const late = failed.slice(-100);
  const rows = [
    ...kept.map(({ past, fidelity }) => encoder.encode(past.design, fidelity)),
    ...late.map(({ design, fidelity }) => encoder.encode(design, fidelity)),
  ];
  return model(joinedInputs(encoder, rows), [...kept.map(() => -1), ...late.map(() => 1)]);
}

function model(inputs: ConstraintModel["process"]["inputs"], raw: readonly number[]): ConstraintModel {
  const { values, mean, deviation } = standardised(raw);
  const exact = new Float64Array(inputs.count);
  const kernel = fitKernel({ inputs, values, variances: exact });
  const process = conditioned(kernel, inputs, values, exact.fill(kernel.noise));
  return { process, threshold: (0 - mean) / deviation };
}
