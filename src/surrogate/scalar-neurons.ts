// Neurons of the scalar network: charge, spike, reset in float64, and the derivatives of each.

import type { NeuronLayer } from "../model/network.ts";
import { sizeOf } from "../model/shapes.ts";
import { dynamicsOf } from "../neuron/dynamics.ts";
import { type NeuronParameterName, parametersOf } from "../neuron/neuron-parameters.ts";
import { type Node, node, type Tape } from "./scalar-tape.ts";

/** A number and the loss's derivative by it. */
interface Value {
  x: number;
  d: number;
}

/** What a neuron carries from step to step. */
interface Cell {
  /** The potential the next step starts from. */
  v: Value;
  current: Value;
  adaptation: Value;
  /** Spike whose reset is still to come. */
  late: Value;
}

/** What a layer's neurons know of each other: whether none has come near its threshold, nor is read by the loss. */
interface Together {
  isFar: boolean;
  readonly isOutput: boolean;
}

/** @returns the layer: its input at a step to its output */
export function scalarNeurons(tape: Tape, layer: NeuronLayer): (input: Node, step: number) => Node {
  const size = sizeOf(tape.shapes.get(layer.id) ?? []);
  const together: Together = { isFar: true, isOutput: tape.options.model.network.output === layer.id };
  const neurons = Array.from(
    { length: size },
    (_, i) => new ScalarNeuron(tape, layer, { i, size, together }),
  );
  return (input, step) => {
    const output = node(size);
    for (const [i, neuron] of neurons.entries()) neuron.advance(input, output, i, step);
    return output;
  };
}

class ScalarNeuron {
  readonly #tape: Tape;
  readonly #layer: NeuronLayer;
  readonly #dynamics: ReturnType<typeof dynamicsOf>;
  readonly #place: (name: NeuronParameterName) => number | undefined;
  readonly #otherwise: ReadonlyMap<NeuronParameterName, number>;
  readonly #cell: Cell;
  readonly #together: Together;

  constructor(
    tape: Tape,
    layer: NeuronLayer,
    { i, size, together }: { readonly i: number; readonly size: number; readonly together: Together },
  ) {
    this.#tape = tape;
    this.#together = together;
    this.#layer = layer;
    this.#dynamics = dynamicsOf(layer);
    this.#otherwise = new Map(parametersOf(layer).map(({ name, otherwise }) => [name, otherwise ?? 0]));
    this.#place = (name) => {
      const own = tape.options.parameters[`${layer.id}.${name}`];
      return own && Math.floor((i * own.length) / size);
    };
    this.#cell = {
      v: { x: this.#now("initialPotential", 0), d: 0 },
      current: { x: 0, d: 0 },
      adaptation: { x: 0, d: 0 },
      late: { x: 0, d: 0 },
    };
  }

  advance(input: Node, output: Node, i: number, step: number): void {
    const { truncation } = this.#tape.options;
    const cell = this.#cell;
    if (truncation > 0 && step % truncation === 0)
      for (const name of ["v", "current", "adaptation", "late"] as const)
        cell[name] = { x: cell[name].x, d: 0 };
    const charged = this.#charge(this.#synapse(input, i));
    if (this.#dynamics.emitsPotential) {
      output.x[i] = charged.x;
      this.#back(() => {
        charged.d += output.d[i];
      });
      cell.v = charged;
      return;
    }
    const spike = this.#spike(charged);
    output.x[i] = spike.x;
    this.#back(() => {
      spike.d += output.d[i];
    });
    this.#adapt(spike);
    if (this.#dynamics.resetTime === "afterNextCharge") {
      cell.v = charged;
      cell.late = spike;
    } else cell.v = this.#reset(charged, spike);
  }

  #synapse(input: Node, i: number): Value {
    const { synapse } = this.#dynamics;
    const drive: Value = { x: input.x[i], d: 0 };
    const { current } = this.#cell;
    const name = synapse === "readThenDecay" ? "synapseRate" : "synapseLeak";
    const factor = synapse === "none" ? 0 : this.#now(name, 0);
    const next: Value = { x: 0, d: 0 };
    if (synapse === "none") {
      this.#back(() => {
        input.d[i] += drive.d;
      });
      return drive;
    }
    if (synapse === "readThenDecay") {
      const read: Value = { x: current.x + input.x[i], d: 0 };
      next.x = read.x * (1 - factor);
      this.#back(() => {
        read.d += next.d * (1 - factor);
        this.#learn(name, -next.d * read.x);
        current.d += read.d;
        input.d[i] += read.d;
      });
      this.#cell.current = next;
      return read;
    }
    const isAddedFirst = synapse === "addThenDecay";
    next.x = factor * current.x + (isAddedFirst ? factor : 1) * input.x[i];
    this.#back(() => {
      current.d += factor * next.d;
      input.d[i] += (isAddedFirst ? factor : 1) * next.d;
      this.#learn(name, next.d * (current.x + (isAddedFirst ? input.x[i] : 0)));
    });
    this.#cell.current = next;
    return next;
  }

  #charge(u: Value): Value {
    const { charge } = this.#dynamics;
    const { v, late } = this.#cell;
    const rest = this.#now("restPotential", 0);
    const [keep, gain] = this.#factors();
    const isLate = this.#dynamics.resetTime === "afterNextCharge" && this.#dynamics.reset === "subtract";
    const theta = this.#now("threshold", 0);
    const h: Value = { x: rest + keep * (v.x - rest) + gain * u.x - (isLate ? late.x * theta : 0), d: 0 };
    this.#back(() => {
      v.d += keep * h.d;
      u.d += gain * h.d;
      const [dKeep, dGain] = [h.d * (v.x - rest), h.d * u.x];
      if (isLate) {
        this.#learn("threshold", -late.x * h.d);
        if (!this.#tape.options.isDetached) late.d -= theta * h.d;
      }
      if (charge === "leak") {
        this.#learn("leak", dKeep);
        this.#learn("currentGain", dGain);
      } else if (charge === "relax") this.#learn("rate", dGain - dKeep);
      else {
        const tau = this.#now("timeConstant", 1);
        this.#learn("timeConstant", (dKeep - (charge === "relaxByTime" ? dGain : 0)) / tau ** 2);
      }
    });
    return h;
  }

  #factors(): readonly [keep: number, gain: number] {
    const { charge } = this.#dynamics;
    if (charge === "leak")
      return [this.#layer.model === "if" ? 1 : this.#now("leak", 1), this.#now("currentGain", 1)];
    if (charge === "relax") return [1 - this.#now("rate", 1), this.#now("rate", 1)];
    const tau = this.#now("timeConstant", 1);
    return [1 - 1 / tau, charge === "relaxByTime" ? 1 / tau : 1];
  }

  #spike(h: Value): Value {
    const { surrogate, slope, isSmooth, activeWidth } = this.#tape.options;
    const { isStrict, isAdaptive } = this.#dynamics;
    const { adaptation } = this.#cell;
    const strength = isAdaptive ? this.#now("adaptationStrength", 0) : 0;
    const x = h.x - this.#now("threshold", 0) - strength * adaptation.x;
    const s: Value = {
      x: isSmooth ? surrogate.primitive(x, slope) : Number(isStrict ? x > 0 : x >= 0),
      d: 0,
    };
    const isNear = activeWidth === 0 || Math.abs(x) < activeWidth;
    const together = this.#together;
    if (isNear) together.isFar = false;
    this.#back(() => {
      const d = isNear || together.isFar || together.isOutput ? s.d * surrogate.slopeAt(x, slope) : 0;
      h.d += d;
      this.#learn("threshold", -d);
      this.#learn("adaptationStrength", -d * adaptation.x);
      adaptation.d -= strength * d;
    });
    return s;
  }

  #adapt(spike: Value): void {
    if (!this.#dynamics.isAdaptive) return;
    const { adaptation } = this.#cell;
    const leak = this.#now("adaptationLeak", 0);
    const next: Value = { x: leak * adaptation.x + spike.x, d: 0 };
    this.#back(() => {
      adaptation.d += leak * next.d;
      spike.d += next.d;
      this.#learn("adaptationLeak", next.d * adaptation.x);
    });
    this.#cell.adaptation = next;
  }

  #reset(h: Value, s: Value): Value {
    const { reset } = this.#dynamics;
    const { isDetached } = this.#tape.options;
    const theta = this.#now("threshold", 0);
    const target = this.#layer.reset === "value" ? this.#now("resetPotential", 0) : 0;
    const v: Value = { x: h.x, d: 0 };
    if (reset === "subtract") v.x = h.x - s.x * theta;
    else if (reset === "value") v.x = (1 - s.x) * h.x + s.x * target;
    this.#back(() => {
      h.d += (reset === "value" ? 1 - s.x : 1) * v.d;
      if (reset === "subtract") this.#learn("threshold", -s.x * v.d);
      if (isDetached || reset === "none") return;
      s.d += (reset === "subtract" ? -theta : target - h.x) * v.d;
    });
    return v;
  }

  #now(name: NeuronParameterName, otherwise: number): number {
    const place = this.#place(name);
    if (place === undefined) return this.#otherwise.get(name) ?? otherwise;
    return this.#tape.options.parameters[`${this.#layer.id}.${name}`][place];
  }

  #learn(name: NeuronParameterName, derivative: number): void {
    const place = this.#place(name);
    if (place !== undefined) this.#tape.gradient[`${this.#layer.id}.${name}`][place] += derivative;
  }

  #back(taken: () => void): void {
    this.#tape.back.push(taken);
  }
}
