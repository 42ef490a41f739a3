// What a study of claims about skips needs from the outside world, as arguments.

import type { ClaimsPorts } from "../claims-ports.ts";
import type { SkipNetworkSettings } from "./skip-claims-settings.ts";
import type { SkipPieceKind, SkipPieces, SkipTask } from "./skip-task.ts";

export interface SkipPiece<K extends SkipPieceKind = SkipPieceKind> {
  readonly result: SkipPieces[K];
  /** Of its thread, when it was measured. */
  readonly cpuSeconds: number;
}

/** A network's data are there: it can be trained. */
export interface OpenSkipNetwork {
  readonly sha256: string;
  readonly isRecorded: boolean;
  /**
   * Pieces in the order of the tasks; those that are kept are not measured again.
   *
   * @throws {CancelledError} when cancelled; what was measured is kept
   */
  readonly measure: <K extends SkipPieceKind>(
    tasks: readonly SkipTask<K>[],
    onPiece: () => void,
  ) => Promise<readonly SkipPiece<K>[]>;
  readonly close: () => Promise<void>;
}

export interface SkipClaimsPorts extends Pick<ClaimsPorts, "onProgress"> {
  /** @returns why it cannot be trained, where its data are not on this machine */
  readonly open: (network: SkipNetworkSettings) => Promise<OpenSkipNetwork | { readonly missing: string }>;
  /** Processor time of this thread so far. */
  readonly cpuSeconds: () => number;
}
