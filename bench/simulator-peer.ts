// A peer, asked to run the same network on the same inputs. Networks and inputs travel as files: network.json
// beside raw float32 weights, and inputs as float32 images [images, …] or uint8 spikes [steps, images, …].

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InputSpikes } from "../src/coding/input-spikes.ts";
import { type Model, tensorOf } from "../src/model/model.ts";
import { inferShapes, sizeOf } from "../src/model/shapes.ts";
import { type PeerFailure, PeerProcess } from "./peer-process.ts";

export interface PeerCheck {
  readonly predictions: readonly number[];
  /** Of each layer of neurons, over all images. */
  readonly spikes: readonly number[];
  readonly note: string;
}

export type PeerName = "spikingjelly" | "snntorch";

/** What is simulated: real-valued images, or spikes. */
export type PeerInput =
  | { readonly kind: "constant"; readonly values: Float32Array; readonly images: number }
  | { readonly kind: "spikes"; readonly spikes: InputSpikes };

export class Peer {
  readonly #process: PeerProcess;

  /** @returns undefined where no Python with the peers is named */
  static start(): Peer | undefined {
    const started = PeerProcess.start("simulator.py");
    return started === undefined ? undefined : new Peer(started);
  }

  private constructor(started: PeerProcess) {
    this.#process = started;
  }

  /** @returns versions, or why it cannot be run */
  async load(
    peer: PeerName,
    model: Model,
    input: PeerInput,
    threads: number,
  ): Promise<{ readonly version: string; readonly torch: string } | PeerFailure> {
    const { folder } = this.#process;
    writeNetwork(folder, model, input);
    return this.#process.ask({ op: "load", peer, folder, threads });
  }

  /** Run once to compare, and find the peer's fastest way. */
  check(): Promise<PeerCheck | PeerFailure> {
    return this.#process.ask({ op: "check" });
  }

  /** Seconds of a run in the fastest way: the mean of as many as take the time given. */
  run(leastMs: number): Promise<{ readonly seconds: number } | PeerFailure> {
    return this.#process.ask({ op: "run", leastSeconds: leastMs / 1000 });
  }

  close(): void {
    this.#process.close();
  }
}

function writeNetwork(folder: string, model: Model, input: PeerInput): void {
  const shapes = inferShapes(model.network);
  const save = (file: string, values: ArrayLike<number>, shape: readonly number[]): object => {
    writeFileSync(join(folder, file), Float32Array.from(values));
    return { file, shape };
  };
  const layers = model.network.layers.map((layer) => {
    const tensor = (name: string): ArrayLike<number> => tensorOf(model, layer.id, name)?.data ?? [];
    const described: Record<string, unknown> = { ...layer };
    if (layer.kind === "dense" || layer.kind === "conv2d") {
      const shape = tensorOf(model, layer.id, "weight")?.shape ?? [];
      described["weight"] = save(`${layer.id}.weight`, tensor("weight"), shape);
      described["bias"] = save(`${layer.id}.bias`, tensor("bias"), [shape[0]]);
    }
    if (layer.kind === "neuron") {
      described["threshold"] = tensor("threshold")[0];
      described["initial"] = tensor("initialPotential")[0] ?? 0;
      described["leak"] = layer.model === "lif" ? tensor("leak")[0] : 1;
      described["size"] = sizeOf(shapes.get(layer.id) ?? []);
    }
    return described;
  });
  const steps = model.inference?.steps ?? 0;
  const network = { steps, layers, input: saveInput(folder, model, input) };
  writeFileSync(join(folder, "network.json"), JSON.stringify(network));
}

function saveInput(folder: string, model: Model, input: PeerInput): object {
  const { inputShape } = model.network;
  if (input.kind === "constant") {
    writeFileSync(join(folder, "input"), input.values);
    return { kind: "constant", file: "input", shape: [input.images, ...inputShape] };
  }
  const { samples, steps, inputs, events, ends } = input.spikes;
  const dense = new Uint8Array(samples * steps * inputs);
  for (let s = 0, at = 0; s < ends.length; s++) {
    const row = (s % steps) * samples + Math.floor(s / steps);
    for (; at < ends[s]; at++) dense[row * inputs + events[at]]++;
  }
  writeFileSync(join(folder, "input"), dense);
  return { kind: "spikes", file: "input", shape: [steps, samples, ...inputShape] };
}
