// What a pool that trains networks with skips tells its workers.

import type { SkipData, SkipSetting } from "../topology/skip-setting.ts";

export interface ToSkipWorker {
  readonly setting: SkipSetting;
  /** Pixels and spikes in memory that all threads share. */
  readonly data: SkipData;
  readonly memoryBytes: number;
  /** Not 0 once work is to stop. */
  readonly cancelFlag: Int32Array;
}
