// front.json as it is read back: what another release wrote is refused.

import { FormatError } from "../base/errors.ts";
import { readFileBytes } from "../node/atomic-file.ts";
import type { Front } from "../study/front.ts";

/** @throws {FormatError} for other files and unknown versions */
export function readFrontFile(path: string): Front {
  let front: Partial<Front>;
  try {
    front = JSON.parse(new TextDecoder().decode(readFileBytes(path)));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new FormatError(
        path,
        "must be JSON",
        error.message,
        "Run explore again: it writes the file anew.",
      );
    throw error;
  }
  if (front?.schema !== "spikefront.front" || front.version !== 1) {
    throw new FormatError(
      path,
      "must be version 1 of spikefront.front",
      `${front?.schema} ${front?.version}`,
      "Was it written by another release?",
    );
  }
  return front as Front;
}
