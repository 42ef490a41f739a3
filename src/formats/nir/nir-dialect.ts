// What a tool makes of NIR's neurons, and how a neuron must be written so that the tool makes it of it.
//
// NIR gives differential equations; every tool has its own way from them to steps, and reads some fields, ignores
// others. A dialect is one tool's way, in both directions.

import type { Shape } from "../../model/network.ts";
import type { NeuronForm } from "../../neuron/neuron-form.ts";
import type { NeuronParameterName } from "../../neuron/neuron-parameters.ts";
import type { Loss } from "../loss.ts";
import type { NirNeuronType } from "./nir-graph.ts";

export interface NirDialect {
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** Length of a step where nothing else is said, s. */
  readonly dtS: number;
  /** Whether that is the only one the tool knows. */
  readonly hasFixedStep: boolean;
  /** Whether a layer has one threshold for all its neurons. */
  readonly hasOneThreshold: boolean;
  /** What goes wrong with recurrent connections; null: nothing. */
  readonly recurrence: string | null;
  /** What goes wrong where several edges lead to a node; null: nothing. */
  readonly sums: string | null;
  /** Kinds of nodes its reader takes, besides Input, Output, Affine, Linear, Conv2d and Flatten. */
  readonly takes: ReadonlySet<string>;
  /** @throws {InvalidValueError} naming a field that the tool, or a neuron here, cannot take */
  read(neuron: NeuronFields): NeuronRead;
  write(neuron: NeuronWanted): NeuronWritten;
}

/** A neuron node of a file. */
export interface NeuronFields {
  readonly type: NirNeuronType;
  /** The node, for messages. */
  readonly where: string;
  readonly neurons: number;
  readonly dtS: number;
  /** A field's values; `otherwise` where the file leaves it out. Shape [neurons]. */
  values(field: string, otherwise?: number): Float64Array;
}

export type NeuronTensors = Readonly<Partial<Record<NeuronParameterName, Float64Array>>>;

export interface NeuronRead {
  readonly form: NeuronForm;
  /** Each of shape [neurons]; those at their default may be left out. */
  readonly tensors: NeuronTensors;
}

/** A layer of neurons to be written. */
export interface NeuronWanted {
  readonly form: NeuronForm;
  /** The layer, for messages. */
  readonly where: string;
  readonly neurons: number;
  readonly shape: Shape;
  readonly dtS: number;
  /** Shape [neurons]. */
  values(parameter: NeuronParameterName): Float64Array;
}

export interface NeuronWritten {
  readonly type: NirNeuronType;
  /** Each of shape [neurons]. */
  readonly fields: Readonly<Record<string, Float64Array>>;
  readonly losses: readonly Loss[];
}
