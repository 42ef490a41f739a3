// Bytes by the SHA-256 of their contents, one file each, in a folder.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BlobStore } from "../study/study-ports.ts";
import { readFileBytes, writeFileAtomic } from "./atomic-file.ts";

export class FolderBlobs implements BlobStore {
  readonly #folder: string;
  readonly #extension: string;

  constructor(folder: string, extension: string) {
    this.#folder = folder;
    this.#extension = extension;
  }

  async put(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const hash = sha256(bytes);
    if (!existsSync(this.pathOf(hash))) writeFileAtomic(this.pathOf(hash), bytes);
    return hash;
  }

  async get(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!existsSync(this.pathOf(hash))) return undefined;
    const bytes = readFileBytes(this.pathOf(hash));
    return sha256(bytes) === hash ? bytes : undefined;
  }

  pathOf(hash: string): string {
    return join(this.#folder, `${hash}.${this.#extension}`);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
