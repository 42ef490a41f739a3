// A study of claims about skips in a folder: `pieces/` as measured, each by what it depends on, so that a run that was
// stopped or killed goes on where it was.

import { join } from "node:path";
import { StateError } from "../base/errors.ts";
import { knownDatasets } from "../data/known-datasets.ts";
import { kernelHash } from "../kernels/load.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { isRecordedSet, loadRecordings, timedRecordings } from "../node/recorded-data.ts";
import { type SkipPool, skipPool } from "../node/skip-pool.ts";
import { sourceRevision } from "../node/source-revision.ts";
import type { ClaimsProgress } from "../study/claims/claims-ports.ts";
import type { OpenSkipNetwork, SkipClaimsPorts, SkipPiece } from "../study/claims/skips/skip-claims-ports.ts";
import { type SkipNetworkSettings, skipSettingOf } from "../study/claims/skips/skip-claims-settings.ts";
import type { SkipPieceKind, SkipTask } from "../study/claims/skips/skip-task.ts";
import type { SkipData } from "../topology/skip-setting.ts";
import { KeptPieces } from "./kept-pieces.ts";

export interface SkipClaimsFolderOptions {
  readonly folder: string;
  /** Pieces measured at the same time. */
  readonly workers: number;
  readonly memoryBytes: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ClaimsProgress) => void;
}

export function skipClaimsPorts(options: SkipClaimsFolderOptions): SkipClaimsPorts {
  const pieces = new KeptPieces(join(options.folder, "pieces"), [sourceRevision(), kernelHash("simd")]);
  return {
    open: async (network) => {
      const data = await skipData(network);
      return "missing" in data ? data : openNetwork(network, data, pieces, options);
    },
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
    onProgress: options.onProgress,
  };
}

/**
 * @returns why there are none, where the data set is not on this machine
 * @throws {StateError} for a data set that nobody knows
 */
async function skipData({
  data: name,
  steps,
  stepMs,
  pool,
}: SkipNetworkSettings): Promise<SkipData | { readonly missing: string }> {
  try {
    if (!isRecordedSet(name)) return { dataset: await loadDataset(name) };
    const stepUs = Math.round(1000 * stepMs);
    const loaded = await loadRecordings(name, { windowUs: steps * stepUs });
    const { dataset, spikes, dtMs } = timedRecordings(loaded, { steps, stepUs, pool });
    return { dataset, timed: { spikes, dtMs } };
  } catch (error) {
    const isKnown = isRecordedSet(name) || Object.hasOwn(knownDatasets, name);
    if (!(error instanceof StateError && isKnown)) throw error;
    return { missing: `The data set ${name} is not on this machine.` };
  }
}

function openNetwork(
  network: SkipNetworkSettings,
  data: SkipData,
  pieces: KeptPieces,
  { workers, memoryBytes, signal }: SkipClaimsFolderOptions,
): OpenSkipNetwork {
  const setting = skipSettingOf(network);
  // Whether skips are searched for changes no piece.
  const { isSearched: _, ...told } = network;
  const keyOf = (task: SkipTask): unknown => {
    const { shared: __, ...own } = { shared: null, ...task };
    return [told, data.dataset.sha256, own];
  };
  let pool: SkipPool | undefined;
  return {
    sha256: data.dataset.sha256,
    isRecorded: data.timed !== undefined,
    measure: async <K extends SkipPieceKind>(tasks: readonly SkipTask<K>[], onPiece: () => void) => {
      const asked = tasks as readonly SkipTask[];
      const found = asked.map((task) => pieces.read<SkipPiece>(keyOf(task)));
      for (const piece of found) if (piece !== null) onPiece();
      const lacking = found.flatMap((piece, i) => (piece === null ? [i] : []));
      if (lacking.length > 0) {
        pool ??= skipPool({ setting, data, memoryBytes, threads: workers });
        const wanted = lacking.map((i) => asked[i]);
        await pool.run(wanted, signal, (part, piece) => {
          pieces.write(keyOf(wanted[part]), piece);
          found[lacking[part]] = piece;
          onPiece();
        });
      }
      return found as SkipPiece<K>[];
    },
    close: async () => pool?.close(),
  };
}
