// Results in files of a folder, each by what it depends on: what was measured once is there after a crash.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";

export class KeptPieces {
  readonly #folder: string;
  readonly #source: unknown;

  /** @param source - of the code: pieces of another are not taken */
  constructor(folder: string, source: unknown) {
    this.#folder = folder;
    this.#source = source;
  }

  /** Plain data, and arrays of 32-bit floats; null where nothing is kept. */
  read<R>(what: unknown): R | null {
    const path = this.#path(what);
    if (!existsSync(path)) return null;
    return JSON.parse(new TextDecoder().decode(readFileBytes(path)), revived);
  }

  write(what: unknown, result: unknown): void {
    writeFileAtomic(this.#path(what), JSON.stringify(result, told));
  }

  #path(what: unknown): string {
    const key = createHash("sha256").update(JSON.stringify([this.#source, what]));
    return join(this.#folder, `${key.digest("hex")}.json`);
  }
}

function told(_key: string, value: unknown): unknown {
  if (!(value instanceof Float32Array)) return value;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { float32: bytes.toString("base64") };
}

function revived(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("float32" in value)) return value;
  const bytes = Buffer.from(String(value.float32), "base64");
  return new Float32Array(new Uint8Array(bytes).buffer);
}
