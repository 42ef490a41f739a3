// A search that is led by its caller: ask for a design, tell what it was worth.
//
// The samplers are pure functions of a history; this class keeps the history. It holds nothing else, so two
// optimisers that were asked and told the same are the same, and `history()` is enough to build one anew.

import { InvalidValueError, StateError } from "../base/errors.ts";
import { resolve } from "../space/resolve.ts";
import { canonical, type DesignValues, type Space } from "../space/space.ts";
import { isFeasible, isMeasured } from "./best-trials.ts";
import { type Direction, paretoFront } from "./pareto.ts";
import type { PastTrial, PendingTrial, Sampler } from "./sampler.ts";
import { type SamplerName, samplers } from "./samplers.ts";

export interface OptimizerOptions {
  readonly space: Space;
  /** One an objective. */
  readonly directions: readonly Direction[];
  /** 0 when omitted. */
  readonly seed?: number;
  /** A sampler's name or one of your own; "auto" when omitted. */
  readonly sampler?: SamplerName | Sampler;
  /** Designs spread over the space before the sampler learns; 10 when omitted. */
  readonly startTrials?: number;
  /** Of an earlier search on the same objectives: what is known before the first design is asked. */
  readonly known?: readonly PastTrial[];
  /** Values of the objectives beyond which a design is worth nothing: `gp` and `auto` seek what counts from there on. */
  readonly reference?: readonly number[];
}

/** What a design was worth. */
export interface Measurement {
  /** One number an objective; NaN: it failed. */
  readonly objectives: readonly number[];
  /** One number a constraint, met at 0 and below. */
  readonly constraints?: readonly number[];
  /** Of the objectives, where they are noisy. */
  readonly standardErrors?: readonly number[];
  /** Share of the full evaluation, in (0, 1]; omitted: 1. */
  readonly fidelity?: number;
}

export class Optimizer {
  readonly #space: Space;
  readonly #directions: readonly Direction[];
  readonly #seed: number;
  readonly #sampler: Sampler;
  readonly #startTrials: number;
  readonly #reference: readonly number[] | undefined;
  readonly #finished: PastTrial[];
  #pending: PendingTrial[] = [];
  #next: number;

  /**
   * @throws {InvalidValueError} for no objective, other directions, a sampler that does not exist, a reference point of another length,
   * or known designs outside the space
   */
  constructor(options: OptimizerOptions) {
    const { space, directions, seed = 0, sampler = "auto", startTrials = 10, known = [] } = options;
    const { reference } = options;
    if (directions.length === 0)
      throw new InvalidValueError("optimizer.directions", "must be one an objective", directions);
    const stray = directions.findIndex((direction) => direction !== "minimize" && direction !== "maximize");
    if (stray >= 0) {
      const rule = 'must be "minimize" or "maximize"';
      throw new InvalidValueError(`optimizer.directions[${stray}]`, rule, directions[stray]);
    }
    if (typeof sampler === "string" && !Object.hasOwn(samplers, sampler)) {
      throw new InvalidValueError(
        "optimizer.sampler",
        `must be one of ${Object.keys(samplers).join(", ")}`,
        sampler,
      );
    }
    if (
      reference !== undefined &&
      (reference.length !== directions.length || !reference.every(Number.isFinite))
    )
      throw new InvalidValueError("optimizer.reference", "must be one finite number an objective", reference);
    for (const { number, design } of known) resolve(`known trial ${number}`, space.fields, design);
    this.#space = space;
    this.#directions = directions;
    this.#seed = seed;
    this.#sampler = typeof sampler === "string" ? samplers[sampler] : sampler;
    this.#startTrials = startTrials;
    this.#reference = reference;
    this.#finished = [...known];
    this.#next = known.reduce((next, { number }) => Math.max(next, number + 1), 0);
  }

  /** The next design to try. What was asked and not told yet is taken into account. */
  ask(): PendingTrial {
    return this.askSeveral(1)[0];
  }

  /** Designs to try at the same time. */
  askSeveral(count: number): readonly PendingTrial[] {
    const numbers = Array.from({ length: count }, (_, i) => this.#next + i);
    const designs = this.#sampler({
      space: this.#space,
      directions: this.#directions,
      history: this.#finished,
      pending: this.#pending,
      numbers,
      seed: this.#seed,
      startTrials: this.#startTrials,
      ...(this.#reference !== undefined && { reference: this.#reference }),
    });
    const asked = numbers.map((number, i) => ({ number, design: designs[i] }));
    this.#pending = [...this.#pending, ...asked];
    this.#next += count;
    return asked;
  }

  /**
   * What an asked design was worth: its objectives, a measurement that says more, or an error if it failed.
   *
   * @throws {StateError} when no design of this number is waiting to be told
   * @throws {InvalidValueError} when there are not as many numbers as objectives
   */
  tell(number: number, result: readonly number[] | Measurement | Error): void {
    const asked = this.#pending.find((trial) => trial.number === number);
    if (asked === undefined)
      throw new StateError(`trial ${number} must be asked and not told yet. Tell each number of ask() once.`);
    const finished = this.#finish(asked, result);
    this.#finished.push(finished);
    this.#pending = this.#pending.filter((trial) => trial !== asked);
  }

  /**
   * What a design of the caller's own was worth; defaults stand for settings left out.
   *
   * @returns the number that it gets
   * @throws {InvalidValueError} when the design is outside the space, or as `tell`
   */
  add(design: DesignValues, result: readonly number[] | Measurement | Error): number {
    const whole = canonical(this.#space, resolve("design", this.#space.fields, design) as DesignValues);
    this.#finished.push(this.#finish({ number: this.#next, design: whole }, result));
    return this.#next++;
  }

  /** The front: trials that meet their constraints and that no other dominates; with one objective the best. */
  best(): readonly PastTrial[] {
    const candidates = this.history().filter(
      (trial) => isMeasured(trial) && isFeasible(trial) && (trial.fidelity ?? 1) === 1,
    );
    const points = candidates.map(({ objectives }) => objectives ?? []);
    return paretoFront(points, this.#directions).map((i) => candidates[i]);
  }

  /** All finished trials, by number. */
  history(): readonly PastTrial[] {
    return [...this.#finished].sort((a, b) => a.number - b.number);
  }

  /** Trials asked and not told. */
  pending(): readonly PendingTrial[] {
    return this.#pending;
  }

  #finish({ number, design }: PendingTrial, result: readonly number[] | Measurement | Error): PastTrial {
    if (result instanceof Error) return { number, design, objectives: null, violation: 0 };
    const measurement: Measurement = "objectives" in result ? result : { objectives: result };
    const { objectives, constraints = [], standardErrors = objectives } = measurement;
    const count = this.#directions.length;
    for (const [name, values] of Object.entries({ objectives, standardErrors })) {
      if (values.length !== count)
        throw new InvalidValueError(`trial ${number}`, `must have ${count} ${name}`, values.length);
    }
    const violation = constraints.reduce((sum, value) => sum + Math.max(0, value), 0);
    return { number, design, ...measurement, violation };
  }
}
