// The same faults injected by hand in PyTorch: outcomes of a shared list, and the time of one fault on all images.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageSet } from "../src/data/dataset.ts";
import type { Fault } from "../src/fault/fault.ts";
import { writeNetworkFile } from "../src/formats/network-file.ts";
import type { Model } from "../src/model/model.ts";
import { sizeOf } from "../src/model/shapes.ts";
import { type PeerFailure, PeerProcess } from "./peer-process.ts";

/** By fault: images that are right, whose class is another than without faults, or any of whose scores is. */
export interface PeerOutcomes {
  /** Images that are right without faults. */
  readonly golden: number;
  readonly correct: readonly number[];
  readonly changed: readonly number[];
  readonly touched: readonly number[];
}

export class CampaignPeer {
  readonly #process: PeerProcess;

  /** @returns undefined where no Python with the peers is named */
  static start(): CampaignPeer | undefined {
    const started = PeerProcess.start("campaign.py");
    return started === undefined ? undefined : new CampaignPeer(started);
  }

  private constructor(started: PeerProcess) {
    this.#process = started;
  }

  /** @returns versions, or why it cannot be run */
  load(
    model: Model,
    { pixels, labels, count }: ImageSet,
    threads: number,
  ): Promise<{ readonly spikingjelly: string; readonly torch: string } | PeerFailure> {
    const { folder } = this.#process;
    writeFileSync(join(folder, "network.safetensors"), writeNetworkFile(model));
    writeFileSync(join(folder, "images"), pixels.subarray(0, count * sizeOf(model.network.inputShape)));
    writeFileSync(join(folder, "labels"), labels.subarray(0, count));
    return this.#process.ask({ op: "load", folder, threads });
  }

  /** Of single flipped bits. */
  outcomes(faults: readonly Fault[]): Promise<PeerOutcomes | PeerFailure> {
    return this.#process.ask({ op: "outcomes", faults: faults.map(asList), batch: 250 });
  }

  /** Seconds of a campaign of these faults in the fastest way found. */
  time(faults: readonly Fault[]): Promise<{ readonly seconds: number; readonly note: string } | PeerFailure> {
    return this.#process.ask({ op: "time", faults: faults.map(asList) });
  }

  close(): void {
    this.#process.close();
  }
}

/** Layer, target, element, bit and step, or null where permanent. */
function asList({ layer, target, element, change, steps }: Fault): readonly unknown[] {
  if (change.kind !== "flip") throw new RangeError("only flips are compared");
  return [layer, target, element, change.bit, steps?.[0] ?? null];
}
