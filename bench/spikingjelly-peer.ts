// SpikingJelly's converter in a Python process, given an ANN with its batch norms, calibration images and test
// images: network.json beside raw float32 tensors and uint8 pixels.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageSet } from "../src/data/dataset.ts";
import type { Model, TensorData } from "../src/model/model.ts";
import { sizeOf } from "../src/model/shapes.ts";
import { type PeerFailure, PeerProcess } from "./peer-process.ts";
import type { PeerMode } from "./spikingjelly-modes.ts";

export interface PeerRun {
  /** Class with the largest sum so far. Shape [images][steps]. */
  readonly decisions: readonly (readonly number[])[];
  /** Accumulated output. Shape [steps, images, classes]. */
  readonly scores: Float32Array;
}

/** What one layer of neurons has done with some images. Shapes [steps, images, neurons]. */
export interface LayerTrace {
  /** Spikes up to and with the step. */
  readonly counts: Int32Array;
  /** After the step, as a share of the threshold. */
  readonly potentials: Float32Array;
  readonly neurons: number;
}

export class SpikingJelly {
  readonly #process: PeerProcess;

  /** @returns undefined where no Python with it is named */
  static start(): SpikingJelly | undefined {
    const started = PeerProcess.start("conversion.py");
    return started === undefined ? undefined : new SpikingJelly(started);
  }

  private constructor(started: PeerProcess) {
    this.#process = started;
  }

  /** @returns versions, or why it cannot be run */
  load(
    ann: Model,
    calibration: ImageSet,
    test: ImageSet,
    threads: number,
  ): Promise<{ readonly version: string; readonly torch: string } | PeerFailure> {
    const { folder } = this.#process;
    const save = (file: string, data: TensorData, shape: readonly number[]): object => {
      writeFileSync(join(folder, file), data);
      return { file, shape };
    };
    const layers = ann.network.layers.map((layer) => {
      const own = Object.entries(ann.tensors).filter(([name]) => name.startsWith(`${layer.id}.`));
      const tensors = own.map(([name, { data, shape }]) => [
        name.slice(layer.id.length + 1),
        save(name, data, shape),
      ]);
      return { ...layer, tensors: Object.fromEntries(tensors) };
    });
    const images = (file: string, { pixels, imageShape, count }: ImageSet): object =>
      save(file, pixels.subarray(0, count * sizeOf(imageShape)), [count, ...imageShape]);
    const described = { layers, calibration: images("calibration", calibration), test: images("test", test) };
    writeFileSync(join(folder, "network.json"), JSON.stringify(described));
    return this.#process.ask({ op: "load", folder, threads });
  }

  /** @param batch - images of a calibration batch. @returns the bounds of every relu in order: [1] or [channels] */
  convert(
    mode: PeerMode,
    batch: number,
  ): Promise<{ readonly scales: readonly (readonly number[])[] } | PeerFailure> {
    return this.#process.ask({ op: "convert", ...mode, batch });
  }

  /** Run all test images. */
  async run(steps: number): Promise<PeerRun | PeerFailure> {
    const file = "scores";
    const answer = await this.#process.ask<Pick<PeerRun, "decisions">>({
      op: "run",
      steps,
      batch: 100,
      file,
    });
    if ("error" in answer) return answer;
    return { ...answer, scores: new Float32Array(this.#read(file)) };
  }

  /** Look at some test images again. @returns layer by layer */
  async trace(images: readonly number[], steps: number): Promise<readonly LayerTrace[] | PeerFailure> {
    const answer = await this.#process.ask<{
      readonly layers: readonly {
        readonly counts: string;
        readonly potentials: string;
        readonly neurons: number;
      }[];
    }>({ op: "trace", images, steps });
    if ("error" in answer) return answer;
    return answer.layers.map(({ counts, potentials, neurons }) => ({
      counts: new Int32Array(this.#read(counts)),
      potentials: new Float32Array(this.#read(potentials)),
      neurons,
    }));
  }

  close(): void {
    this.#process.close();
  }

  #read(file: string): ArrayBuffer {
    const bytes = readFileSync(join(this.#process.folder, file));
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  }
}

/** @throws {Error} with what the peer says */
export function orThrow<A extends object>(answer: A | PeerFailure): A {
  if ("error" in answer) throw new Error(`SpikingJelly could not be run: ${answer.error}`);
  return answer;
}
