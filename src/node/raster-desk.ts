// Rasters for whoever watches: one image at a time in a thread of its own, so that events go on meanwhile. The thread
// starts when it is first asked for and ends when nobody has asked for a while.

import { InvalidValueError, ResourceError, StateError } from "../base/errors.ts";
import { validationCount } from "../data/dataset.ts";
import type { LiveRaster } from "../study/live-network.ts";
import { PartPool } from "./part-pool.ts";
import type { RasterPart } from "./raster-messages.ts";
import { networkHash, networkPath } from "./serve-networks.ts";
import type { OpenStudy } from "./serve-store.ts";

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
const memoryBytes = 512 * 1024 * 1024;
const idleMs = 60_000;
/** An image of a large network takes a second or two; reading the data comes on top the first time. */
const longestMs = 60_000;
/** Questions that wait; more are refused. */
const mostWaiting = 8;
const mostKept = 64;

export class RasterDesk {
  #pool: PartPool<RasterPart, LiveRaster> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idle: NodeJS.Timeout | undefined;
  readonly #kept = new Map<string, LiveRaster>();

  /**
   * @throws {InvalidValueError} for an image that is not of the validation split
   * @throws {StateError} when the trial has no network file, or the data are not those of the study
   * @throws {ResourceError} when too many wait
   */
  async raster(open: OpenStudy, trial: number, image: number): Promise<LiveRaster> {
    if (!(Number.isInteger(image) && image >= 0 && image < validationCount))
      throw new InvalidValueError("image", `must be a whole number from 0 to ${validationCount - 1}`, image);
    const hash = networkHash(open, trial);
    const path = hash === null ? null : networkPath(open, hash);
    if (path === null) throw new StateError(`trial ${trial} must have a network file in the study's folder.`);
    const { settings } = open.judge;
    const part = {
      ...{ trial, path, image, seed: settings.seed },
      data: settings.data,
      dataSha256: dataHash(open),
    };
    const name = JSON.stringify(part);
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    if (this.#waiting >= mostWaiting)
      throw new ResourceError("Too many rasters are being made. Ask again later.");
    this.#waiting++;
    try {
      const made = this.#last.then(() => this.#run(part));
      this.#last = made.catch(() => {});
      const raster = await made;
      if (this.#kept.size >= mostKept) this.#kept.clear();
      this.#kept.set(name, raster);
      return raster;
    } finally {
      this.#waiting--;
    }
  }

  async #run(part: RasterPart): Promise<LiveRaster> {
    clearTimeout(this.#idle);
    this.#pool ??= new PartPool<RasterPart, LiveRaster>({
      job: "raster",
      worker: new URL(`./raster-worker.${extension}`, import.meta.url),
      threads: 1,
      workerData: { memoryBytes },
    });
    const late = setTimeout(() => void this.close(), longestMs);
    try {
      const [raster] = await this.#pool.run([part]);
      return raster;
    } finally {
      clearTimeout(late);
      this.#idle = setTimeout(() => void this.close(), idleMs).unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }
}

/** Of the images and labels the study ran on. */
export function dataHash({ database, key }: OpenStudy): string {
  const [row] = database.all("SELECT settings FROM study WHERE study_key = ?", key);
  return String((JSON.parse(String(row["settings"])) as { data?: unknown }).data ?? "");
}
