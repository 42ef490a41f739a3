// Latencies of networks of different methods on one footing, in steps of one piece of hardware and in seconds:
//
//   steps = step of the answer, hidden calibration steps among them + (D − 1) where D layers work as a pipeline
//
// A network on a clock may be read after each of its steps. An event network that answers at time t stands beside them as the
// step ⌈t/dt⌉ of the clock it is put on; it may answer at its first output spike, or when its window ends.

import { decisionSteps } from "../energy/decision-time.ts";
import { decideBy } from "../event-gradient/decision-rule.ts";
import type { EventNetwork } from "../event-gradient/event-network.ts";
import type { EventMeasures } from "../event-gradient/measure-events.ts";
import type { Model } from "../model/model.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import { flag, float, type Values } from "../space/field.ts";

export const latencyOptions = {
  hardwareStepMs: float({
    about: "time the hardware takes for a step, which latencies are told with; 0: they are not told",
    unit: "ms",
    low: 0,
    high: 1e9,
    default: 0,
  }),
  pipelined: flag({ about: "on the hardware, layers hear each other a step later each", default: false }),
  dtMs: float({
    about: "of an event network's own time, length of a step of the clock it is put on",
    unit: "ms",
    low: 1e-3,
    high: 1e6,
    default: 1,
  }),
};

export interface AnswerLatency {
  /** When the network answers. */
  readonly answer: "step" | "first spike" | "window";
  /** Mean over samples; hidden ones and the pipeline's are among them. */
  readonly steps: number;
  readonly hiddenSteps: number;
  readonly pipelineSteps: number;
  readonly latencyS: number;
  /** Samples decided rightly then. */
  readonly correct: number;
}

type Clock = Values<typeof latencyOptions>;

/** One for every step a class can be read after, the last one last; none for an ANN. */
export function stepLatencies(
  model: Model,
  { correctPerStep }: Pick<Evaluation, "correctPerStep">,
  { hardwareStepMs, pipelined }: Clock,
): readonly AnswerLatency[] {
  const { inference } = model;
  if (inference === null) return [];
  const hiddenSteps = inference.warmUp?.steps ?? 0;
  return correctPerStep.slice(hiddenSteps).map((correct, i) => {
    const step = hiddenSteps + i + 1;
    const steps = decisionSteps({ model, step, isPipelined: pipelined });
    const latencyS = (steps * hardwareStepMs) / 1000;
    return { answer: "step", steps, hiddenSteps, pipelineSteps: steps - step, latencyS, correct };
  });
}

/** At the first output spike, and when the window ends. */
export function eventLatencies(
  { windowS, layers }: EventNetwork,
  { paths }: Pick<EventMeasures, "paths">,
  labels: Uint8Array,
  { hardwareStepMs, pipelined, dtMs }: Clock,
): readonly AnswerLatency[] {
  const pipelineSteps = pipelined ? layers.filter(({ kind }) => kind !== "pool").length - 1 : 0;
  // Times that are computed may lie a rounding above the step they are.
  const stepOf = (timeS: number): number => Math.max(1, Math.ceil((1000 * timeS) / dtMs - 1e-9));
  const rules = { "first spike": { kind: "first" }, window: { kind: "fixed", timeS: windowS } } as const;
  return (["first spike", "window"] as const).map((answer) => {
    const decided = paths.map((path) => decideBy(path, rules[answer], windowS));
    const own = decided.reduce((sum, { timeS }) => sum + stepOf(timeS), 0) / decided.length;
    const steps = own + pipelineSteps;
    return {
      answer,
      steps,
      hiddenSteps: 0,
      pipelineSteps,
      latencyS: (steps * hardwareStepMs) / 1000,
      correct: decided.filter(({ decision }, s) => decision === labels[s]).length,
    };
  });
}

/** Latencies in lines for people: of a network on a clock its last step. */
export function showLatencies(all: readonly AnswerLatency[], samples: number): readonly string[] {
  const last = all.findLastIndex(({ answer }) => answer === "step");
  return all
    .filter(({ answer }, i) => answer !== "step" || i === last)
    .map(({ answer, steps, hiddenSteps, pipelineSteps, latencyS, correct }) => {
      const when = {
        step: "after the last step",
        "first spike": "at the first spike",
        window: "at the window's end",
      };
      const parts = `${hiddenSteps} of calibration, ${pipelineSteps} of the pipeline`;
      const share = ((100 * correct) / samples).toFixed(2);
      return `answered ${when[answer]}: ${Number((1000 * latencyS).toPrecision(4))} ms (${Number(steps.toPrecision(4))} steps, ${parts}), accuracy ${share} %`;
    });
}
