// A batch's input: held values, or spikes by step, as the network's coding has them.
//
// Encoders write image by image; here lists are put in the order of training, the images of a step side by side.

import { heldValues } from "../coding/constant.ts";
import type { InputSpikes } from "../coding/input-spikes.ts";
import type { SpikeCode } from "../coding/spike-code.ts";
import { spikeCodes } from "../coding/spike-codes.ts";
import { imageSeed } from "../coding/spike-draw.ts";
import { createSpikeEncoder, type SpikeEncoder } from "../coding/spike-encoder.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { SpikeSegments } from "../kernels/spike-segments.ts";
import type { Model } from "../model/model.ts";
import type { Shape } from "../model/network.ts";
import { type PixelMaps, pixelMaps } from "../model/preprocessing.ts";
import { inputId, sizeOf } from "../model/shapes.ts";
import type { Flow, SpikeLists, StepRange } from "./flow.ts";
import type { PassContext } from "./pass/pass.ts";
import { drawShift, type SampleSpikes, shiftedSpikes } from "./shifted-spikes.ts";

/** What names the random draws of a batch's images, and where the images stand in their set. */
export interface InputDraws {
  readonly seed: number;
  readonly trial: number;
  /** Places of the staged images in their set. */
  readonly images: ArrayLike<number>;
}

export class InputFeed {
  readonly flow: Flow;
  readonly #kernels: Kernels;
  readonly #pixels: Uint8Array;
  readonly #maps: PixelMaps;
  readonly #tables: readonly Float32Array[];
  readonly #size: number;
  readonly #steps: number;
  readonly #source: Source;
  readonly #lists: InputLists | null;
  readonly #hasValues: boolean;

  /**
   * @param pixels - where a batch's pixels are staged
   * @param spikes - the set, for coding `events`
   * @param shiftInputs - largest random shift of the set's samples, each way
   * @param hasValues - whether layers read values besides lists
   */
  constructor(
    context: PassContext,
    { network, preprocessing, inference }: Model,
    {
      pixels,
      spikes,
      shiftInputs,
      hasValues,
    }: {
      readonly pixels: Uint8Array;
      readonly spikes: InputSpikes | undefined;
      readonly shiftInputs: number;
      readonly hasValues: boolean;
    },
  ) {
    const { kernels, maximumImages, maximumSteps } = context;
    const { coding, steps, inputSteps = steps } = inference as NonNullable<typeof inference>;
    this.#kernels = kernels;
    this.#pixels = pixels;
    this.#size = sizeOf(network.inputShape);
    this.#steps = steps;
    this.#maps = pixelMaps(preprocessing, network.inputShape);
    this.#tables = this.#maps.maps.map(heldValues);
    this.#source =
      coding === "events"
        ? recordedSource(spikes, network.inputShape, shiftInputs)
        : sourceOf(coding, inputSteps, this.#maps);
    const isHeld = this.#source.kind === "held";
    this.#hasValues = hasValues && !isHeld;
    this.#lists = isHeld ? null : new InputLists(kernels, maximumImages * maximumSteps);
    const rows = isHeld ? maximumImages : this.#hasValues ? maximumImages * maximumSteps : 0;
    this.flow = {
      id: inputId,
      kind: isHeld ? "values" : "spikes",
      isHeld,
      size: this.#size,
      stride: this.#size,
      values: kernels.float32(rows * this.#size),
      gradient: null,
      isGradientSet: true,
      lists: this.#lists,
    };
  }

  /** Take in a batch. Lists lie in kernel memory taken here: release it behind the batch. */
  begin(images: number, draws: InputDraws): void {
    if (this.#source.kind === "held") this.#hold(images);
    else this.#list(images, draws, this.#source);
  }

  /** Come to a run of steps. */
  beginSteps(firstStep: number, steps: number, images: number): void {
    this.#lists?.moveTo(firstStep);
    if (!this.#hasValues || this.#lists === null) return;
    const { values, size } = this.flow;
    values.fill(0);
    const { events, ends, segments, values: worths } = this.#lists.of({ from: 0, to: steps, images });
    for (let s = 0, at = 0; s < segments; s++)
      for (; at < ends[s]; at++) values[s * size + events[at]] += worths?.[at] ?? 1;
  }

  #hold(images: number): void {
    const { plane } = this.#maps;
    const { values } = this.flow;
    for (let start = 0, c = 0; start < images * this.#size; start += plane, c++) {
      const table = this.#tables[c % this.#tables.length];
      for (let i = start; i < start + plane; i++) values[i] = table[this.#pixels[i]];
    }
  }

  #list(images: number, draws: InputDraws, source: Exclude<Source, { kind: "held" }>): void {
    const steps = this.#steps;
    const byImage = new Array<SampleSpikes>(images);
    for (let b = 0; b < images; b++) byImage[b] = source.listsOf(this.#pixels, b, this.#size, steps, draws);
    const total = byImage.reduce((sum, { ends }) => sum + ends[steps - 1], 0);
    const events = this.#kernels.scratchInt32(total);
    const ends = this.#kernels.scratchInt32(steps * images);
    const worths = source.worth && this.#kernels.scratchFloat32(total);
    let end = 0;
    for (let step = 0; step < steps; step++) {
      for (let b = 0; b < images; b++) {
        const { events: own, ends: ownEnds } = byImage[b];
        const first = step === 0 ? 0 : ownEnds[step - 1];
        events.set(own.subarray(first, ownEnds[step]), end);
        end += ownEnds[step] - first;
        ends[step * images + b] = end;
      }
      worths?.fill(source.worth?.(step + 1) ?? 1, step === 0 ? 0 : ends[step * images - 1], end);
    }
    this.#lists?.take({ events, ends, ...(worths && { values: worths }) }, images);
  }
}

type Source =
  | { readonly kind: "held" }
  | {
      readonly kind: "lists";
      readonly worth?: ((step: number) => number) | undefined;
      readonly listsOf: (
        pixels: Uint8Array,
        place: number,
        size: number,
        steps: number,
        draws: InputDraws,
      ) => SampleSpikes;
    };

function recordedSource(spikes: InputSpikes | undefined, shape: Shape, shiftInputs: number): Source {
  if (spikes === undefined) throw new TypeError("no spikes");
  return {
    kind: "lists",
    listsOf: (_pixels, place, _size, steps, draws) => {
      const sample = draws.images[place];
      const first = sample * steps;
      const start = first === 0 ? 0 : spikes.ends[first - 1];
      const own = {
        events: spikes.events.subarray(start),
        ends: spikes.ends.slice(first, first + steps).map((end) => end - start),
      };
      if (shiftInputs === 0) return own;
      return shiftedSpikes(own, shape, drawShift(draws, sample, shape, shiftInputs));
    },
  };
}

function sourceOf(coding: string, inputSteps: number, maps: PixelMaps): Source {
  if (coding === "constant") return { kind: "held" };
  const code: SpikeCode = spikeCodes[coding as keyof typeof spikeCodes];
  const encode: SpikeEncoder = createSpikeEncoder(code, { steps: inputSteps, ...maps });
  // By place in the batch, kept from batch to batch.
  const buffers: Int32Array[] = [];
  return {
    kind: "lists",
    worth: code.worth,
    listsOf: (pixels, place, size, steps, draws) => {
      buffers[place] ??= new Int32Array(size * inputSteps + 1);
      const events = buffers[place];
      const ends = new Int32Array(steps);
      const seed = code.isRandom ? imageSeed(draws, draws.images[place]) : 0;
      const end = encode({ pixels, start: place * size, count: size, seed }, { events, ends }, 0, 0);
      return { events, ends: ends.fill(end, inputSteps) };
    },
  };
}

/** The lists of all steps of a batch, read from any of them. */
class InputLists implements SpikeLists {
  readonly worth = 1;
  readonly #rebased: Int32Array;
  #lists: Omit<SpikeSegments, "segments"> = { events: new Int32Array(0), ends: new Int32Array(0) };
  #firstRow = 0;
  #images = 0;

  constructor(kernels: Kernels, rows: number) {
    this.#rebased = kernels.int32(rows);
  }

  take(lists: Omit<SpikeSegments, "segments">, images: number): void {
    this.#lists = lists;
    this.#images = images;
    this.#firstRow = 0;
  }

  moveTo(firstStep: number): void {
    this.#firstRow = firstStep * this.#images;
  }

  of({ from, to, images }: StepRange): SpikeSegments {
    const { events, ends, values } = this.#lists;
    const first = this.#firstRow + from * images;
    const segments = (to - from) * images;
    const start = first === 0 ? 0 : ends[first - 1];
    for (let s = 0; s < segments; s++) this.#rebased[s] = ends[first + s] - start;
    const part = values && { values: values.subarray(start) };
    return { events: events.subarray(start), ends: this.#rebased, segments, ...part };
  }
}
