// Cancellation as an argument. Long loops ask it between pieces of work of at most ~100 ms.

import { CancelledError } from "./errors.ts";

/** Answers whether the user has asked to stop. Cheap: it is called often. */
export type IsCancelled = () => boolean;

export const neverCancelled: IsCancelled = () => false;

/** @throws {CancelledError} when the user has asked to stop */
export function throwIfCancelled(isCancelled: IsCancelled, what?: string): void {
  if (isCancelled()) throw new CancelledError(what);
}
