// Layers in a loop run one step a call, T times. What enters the loop is cut into steps, what leaves it
// is put together again; delayed connections within it keep what was given in the steps before.

import { paddedOutputs } from "../kernels/spike-dense.ts";
import { copySegment } from "./delay-stage.ts";
import { type FlowBuffer, type SpikeBuffer, takeCurrent, takeSpikes } from "./flow-buffer.ts";
import type { Piece, RunMemory, RunnableStage } from "./stage.ts";

/** A buffer of one step, filled anew before every step. */
export interface StepFeed {
  readonly buffer: FlowBuffer;
  /** @param step - from 0 */
  fill(step: number, piece: Piece): void;
  /** Keep what this step gave, for later ones. */
  keep?(step: number, piece: Piece): void;
}

/** What a loop hands on to layers outside. */
export interface StepCollector {
  readonly buffer: FlowBuffer;
  keep(step: number, piece: Piece): void;
  finish(piece: Piece): void;
}

export function loopStage(
  steps: number,
  stages: readonly RunnableStage[],
  feeds: readonly StepFeed[],
  collectors: readonly StepCollector[],
): RunnableStage {
  return {
    run(piece) {
      for (let step = 0; step < steps; step++) {
        const isStart = step === 0;
        for (const feed of feeds) feed.fill(step, piece);
        for (const stage of stages) stage.run({ ...piece, step, isStart });
        for (const feed of feeds) feed.keep?.(step, piece);
        for (const collector of collectors) collector.keep(step, piece);
      }
      for (const collector of collectors) collector.finish(piece);
    },
    finish() {
      for (const stage of stages) stage.finish?.();
    },
  };
}

/** One step of what comes from outside the loop, `delay` steps late. */
export function outerFeed(source: FlowBuffer, delay: number, steps: number, memory: RunMemory): StepFeed {
  const isConstant = source.kind === "held" || (source.kind === "current" && source.isHeld);
  if (isConstant && delay === 0) return { buffer: source, fill: () => {} };
  const buffer = oneStep(source, memory);
  return {
    buffer,
    fill(step, { images }) {
      let end = 0;
      for (let image = 0; image < images; image++) {
        const row = isConstant ? image : image * steps + step - delay;
        end = copyRow(source, step < delay ? null : row, buffer, image, end);
      }
    },
  };
}

/** What a layer of the loop gave `delay` ≥ 1 steps ago; the layer comes later, so it is made known by `follow`. */
export class DelayedFeed implements StepFeed {
  readonly buffer: FlowBuffer;
  readonly #past: readonly FlowBuffer[];
  #source: FlowBuffer;

  /** @param buffer - of one step, like the layer's own */
  constructor(buffer: FlowBuffer, delay: number, memory: RunMemory) {
    this.buffer = buffer;
    this.#source = buffer;
    this.#past = Array.from({ length: delay }, () => oneStep(buffer, memory));
  }

  follow(source: FlowBuffer): void {
    this.#source = source;
  }

  fill(step: number, { images }: Piece): void {
    const delay = this.#past.length;
    copyAll(this.#past[step % delay], this.buffer, images, step < delay);
  }

  keep(step: number, { images }: Piece): void {
    copyAll(this.#source, this.#past[step % this.#past.length], images, false);
  }
}

function copyAll(from: FlowBuffer, to: FlowBuffer, images: number, isSilent: boolean): void {
  let end = 0;
  for (let image = 0; image < images; image++) {
    end = copyRow(from, isSilent ? null : image, to, image, end);
  }
}

/** All steps of what a layer of the loop gives. @param source - its buffer of one step */
export function collector(source: FlowBuffer, steps: number, memory: RunMemory): StepCollector {
  if (source.kind === "spikes") return spikeCollector(source, steps, memory);
  if (source.kind === "held") throw new TypeError("held input is the same at every step");
  const { kernels, batch } = memory;
  const { size, stride } = source;
  const values = kernels.float32(batch * steps * stride);
  const buffer: FlowBuffer =
    source.kind === "potential"
      ? { kind: "potential", size, stride, values }
      : { kind: "current", size, stride, values, isHeld: false };
  return {
    buffer,
    keep(step, { images }) {
      for (let image = 0; image < images; image++) {
        copyRow(source, image, buffer, image * steps + step, 0);
      }
    },
    finish: () => {},
  };
}

/** Lists arrive step by step and are wanted image by image. */
function spikeCollector(source: SpikeBuffer, steps: number, { kernels, batch }: RunMemory): StepCollector {
  const { values } = source;
  const buffer = takeSpikes(kernels, batch * steps, { ...source, hasOwnWorth: values !== undefined });
  const kept: SpikeBuffer[] = [];
  return {
    buffer,
    keep(step, { images }) {
      const last = images === 0 ? 0 : source.ends[images - 1];
      const copy = { ...source, events: source.events.slice(0, last), ends: source.ends.slice(0, images) };
      kept[step] = values ? { ...copy, values: values.slice(0, last) } : copy;
    },
    finish({ images }) {
      let end = 0;
      for (let image = 0; image < images; image++) {
        for (let step = 0; step < steps; step++) {
          end = copySegment(kept[step], image, buffer, end);
          buffer.ends[image * steps + step] = end;
        }
      }
    },
  };
}

function oneStep(source: FlowBuffer, { kernels, batch }: RunMemory): FlowBuffer {
  if (source.kind === "spikes") {
    return takeSpikes(kernels, batch, { ...source, hasOwnWorth: source.values !== undefined });
  }
  return takeCurrent(kernels, batch, source.size, paddedOutputs(source.size), false);
}

/** Copy a row (nothing for null); returns where a spike list ends. */
function copyRow(
  source: FlowBuffer,
  row: number | null,
  target: FlowBuffer,
  targetRow: number,
  end: number,
): number {
  if (source.kind === "spikes" && target.kind === "spikes") {
    const next = row === null ? end : copySegment(source, row, target, end);
    target.ends[targetRow] = next;
    return next;
  }
  if (target.kind === "spikes" || target.kind === "held" || source.kind === "spikes") {
    throw new TypeError("a row goes to a buffer of its kind");
  }
  const to = target.values.subarray(targetRow * target.stride, (targetRow + 1) * target.stride);
  const from = (row ?? 0) * (source.kind === "held" ? source.size : source.stride);
  if (row === null) to.fill(0);
  else to.set(source.values.subarray(from, from + source.size));
  return 0;
}
