// IF and LIF layers that are signed, or that start again after a warm-up, and integrators behind these: image
// by image, phase by phase, step by step. Equations: neuron/step-signed.ts (step-neuron.ts gives the same for
// one sign), neuron/warm-up.ts.

import { dynamicsOf } from "../neuron/dynamics.ts";
import { correctedPotential, isMuted, type OffsetEvidence } from "../neuron/warm-up.ts";
import { type CurrentBuffer, type FlowBuffer, takeSpikes } from "./flow-buffer.ts";
import type { NeuronStageOptions } from "./neuron-stage.ts";
import type { Piece, RunMemory, Stage } from "./stage.ts";
import type { Phase, WarmUpPlan } from "./warm-up-plan.ts";

const { fround } = Math;

/** @param warmUp - null for signed neurons that have none; these may be in a loop */
export function phasedStage(
  options: NeuronStageOptions,
  warmUp: WarmUpPlan | null,
  memory: RunMemory,
  input: CurrentBuffer,
): Stage {
  const output = takeOutput(options, memory, input);
  const layer = new PhasedLayer(options, warmUp, memory.batch, input, output);
  return {
    output,
    run(piece) {
      layer.run(piece);
    },
  };
}

function takeOutput(
  { layer, steps }: NeuronStageOptions,
  { kernels, batch }: RunMemory,
  { size, stride }: CurrentBuffer,
): FlowBuffer {
  const { emitsPotential, isSigned } = dynamicsOf(layer);
  if (emitsPotential)
    return { kind: "potential", size, stride, values: kernels.float32(batch * steps * stride) };
  const form = { size, mostPerStep: size, multiplicity: 1, hasOwnWorth: isSigned };
  return takeSpikes(kernels, batch * steps, form);
}

class PhasedLayer {
  readonly #options: NeuronStageOptions;
  readonly #input: CurrentBuffer;
  readonly #output: FlowBuffer;
  readonly #isSigned: boolean;
  readonly #isResidual: boolean;
  readonly #phases: readonly Phase[];
  readonly #firstRead: number;
  /** Potentials and sums of spikes sent, kept for loops. Shape [images, neurons]. */
  readonly #potentials: Float32Array;
  readonly #sent: Int32Array;
  /** Spikes of the steps that are read, negative ones subtracted. Shape [images, neurons]. */
  readonly #counts: Int32Array;
  /** Of the present image. Shape [neurons] each. */
  readonly #initial: Float32Array;
  readonly #isMute: Uint8Array;
  readonly #evidence: readonly OffsetEvidence[];
  /** Where the events written so far end. */
  #end = 0;

  constructor(
    options: NeuronStageOptions,
    warmUp: WarmUpPlan | null,
    batch: number,
    input: CurrentBuffer,
    output: FlowBuffer,
  ) {
    const { layer, allSteps } = options;
    const { size } = input;
    this.#options = options;
    this.#input = input;
    this.#output = output;
    this.#isSigned = layer.isSigned === true;
    this.#isResidual = warmUp?.rule === "residual";
    this.#phases = warmUp?.phases.get(layer.id) ?? [{ start: 0, end: allSteps, does: "run" }];
    this.#firstRead = warmUp?.starts.at(-1) ?? 0;
    this.#potentials = new Float32Array(batch * size);
    this.#sent = new Int32Array(batch * size);
    this.#counts = new Int32Array(batch * size);
    this.#initial = new Float32Array(size);
    this.#isMute = new Uint8Array(size);
    this.#evidence = Array.from({ length: size }, () => ({ lowestFiring: 0, highestSilent: 0 }));
  }

  run(piece: Piece): void {
    const { layer, steps, allSteps, observe } = this.#options;
    this.#end = 0;
    for (let image = 0; image < piece.images; image++) this.#runImage(image, piece);
    if (steps < allSteps && piece.step + steps < allSteps) return;
    this.#noteSaturated(piece.images);
    if (steps < allSteps) return;
    const { size } = this.#input;
    const used = piece.images * size;
    observe?.({
      layer: layer.id,
      firstImage: piece.firstImage,
      images: piece.images,
      neurons: size,
      counts: this.#counts.slice(0, used),
      potentials: this.#potentials.slice(0, used),
    });
  }

  #runImage(image: number, { step: first, isStart }: Piece): void {
    const { steps, values } = this.#options;
    const { size } = this.#input;
    if (isStart) {
      this.#initial.set(values.initialPotential.values);
      this.#isMute.fill(0);
      this.#potentials.set(this.#initial, image * size);
      this.#sent.fill(0, image * size, (image + 1) * size);
      this.#counts.fill(0, image * size, (image + 1) * size);
    }
    for (let step = first; step < first + steps; step++) {
      const phase = this.#phases.find(({ end }) => step < end) as Phase;
      const row = image * steps + step - first;
      if (phase.does !== "rest") {
        if (step === phase.start) this.#startAgain(image, phase);
        this.#step(image, this.#input.isHeld ? image : row, step, phase.does === "correct");
        if (step + 1 === phase.end) this.#endPhase(image, phase);
      }
      this.#handOn(image, row);
    }
  }

  #startAgain(image: number, { does }: Phase): void {
    const { size } = this.#input;
    this.#potentials.set(this.#initial, image * size);
    this.#sent.fill(0, image * size, (image + 1) * size);
    if (does !== "correct") return;
    for (const evidence of this.#evidence) {
      evidence.lowestFiring = Number.POSITIVE_INFINITY;
      evidence.highestSilent = Number.NEGATIVE_INFINITY;
    }
  }

  /** All neurons over one step. @param row - of the currents */
  #step(image: number, row: number, step: number, isCorrecting: boolean): void {
    const { values, tally, boundsPotentials } = this.#options;
    const { size, stride, values: currents } = this.#input;
    const thresholds = values.threshold.values;
    const membranes = values.membrane.values;
    const gains = values.currentGain.values;
    const minima = values.minimumPotential.values;
    const isRead = step >= this.#firstRead;
    const before = this.#end;
    let low = tally.potentialLow;
    let high = tally.potentialHigh;
    for (let i = 0, at = image * size; i < size; i++, at++) {
      if (this.#isMute[i]) continue;
      const charged = fround(
        fround(membranes[i] * this.#potentials[at]) + fround(gains[i] * currents[row * stride + i]),
      );
      if (charged < low) low = charged;
      if (charged > high) high = charged;
      const threshold = thresholds[i];
      let spike = 0;
      if (charged >= threshold) spike = 1;
      else if (this.#isSigned && this.#sent[at] > 0 && charged <= -threshold) spike = -1;
      const v = spike === 0 ? charged : fround(charged - spike * threshold);
      this.#potentials[at] = v < minima[i] ? minima[i] : v;
      if (isCorrecting) this.#note(i, charged, spike);
      else if (spike !== 0) this.#send(i, at, spike, isRead);
    }
    if (boundsPotentials) {
      tally.potentialLow = low;
      tally.potentialHigh = high;
    }
    tally.spikes += this.#end - before;
    tally.neuronUpdates += size;
  }

  #note(neuron: number, charged: number, spike: number): void {
    const evidence = this.#evidence[neuron];
    if (spike > 0) evidence.lowestFiring = Math.min(evidence.lowestFiring, charged);
    else evidence.highestSilent = Math.max(evidence.highestSilent, charged);
  }

  #send(neuron: number, at: number, spike: number, isRead: boolean): void {
    const { events, values } = this.#output as Extract<FlowBuffer, { kind: "spikes" }>;
    if (values) values[this.#end] = spike;
    events[this.#end++] = neuron;
    this.#sent[at] += spike;
    if (!isRead) return;
    this.#counts[at] += spike;
    this.#options.tally.everFired[neuron] = 1;
  }

  /** Learn from the phase what the next one needs. */
  #endPhase(image: number, { start, does }: Phase): void {
    const { size } = this.#input;
    const thresholds = this.#options.values.threshold.values;
    const endsWarmUp = this.#isResidual && start === 0;
    for (let i = 0, at = image * size; i < size; i++, at++) {
      const initial = this.#initial[i];
      const residual = this.#potentials[at];
      if (does === "correct")
        this.#initial[i] = correctedPotential(initial, residual, this.#evidence[i], thresholds[i]);
      if (!endsWarmUp || !isMuted(residual, thresholds[i])) continue;
      this.#isMute[i] = 1;
      this.#potentials[at] = initial;
    }
  }

  #handOn(image: number, row: number): void {
    const { size } = this.#input;
    if (this.#output.kind === "spikes") this.#output.ends[row] = this.#end;
    if (this.#output.kind !== "potential") return;
    const own = this.#potentials.subarray(image * size, (image + 1) * size);
    this.#output.values.set(own, row * this.#output.stride);
  }

  #noteSaturated(images: number): void {
    const { allSteps, tally } = this.#options;
    const { size } = this.#input;
    const most = allSteps - this.#firstRead;
    for (let at = 0; at < images * size; at++)
      if (this.#counts[at] === most) tally.everSaturated[at % size] = 1;
  }
}
