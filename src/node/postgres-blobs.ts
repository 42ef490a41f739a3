// Bytes by the SHA-256 of their contents in a PostgreSQL database, in pieces that no statement is too large for.

import { createHash } from "node:crypto";
import type { BlobStore } from "../study/study-ports.ts";
import type { PostgresDatabase } from "./postgres-database.ts";
import { all, run } from "./sql-steps.ts";

const pieceBytes = 8 * 2 ** 20;

export class PostgresBlobs implements BlobStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async put(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const hash = sha256(bytes);
    if (await this.has(hash)) return hash;
    await this.#database.transaction(async (transaction) => {
      const pieces = Math.max(1, Math.ceil(bytes.length / pieceBytes));
      for (let piece = 0; piece < pieces; piece++) {
        const part = bytes.subarray(piece * pieceBytes, (piece + 1) * pieceBytes);
        const sql =
          "INSERT INTO blob (hash, piece, bytes) VALUES (?, ?, ?) ON CONFLICT (hash, piece) DO NOTHING";
        await transaction.perform(run(sql, hash, piece, part));
      }
    });
    return hash;
  }

  async has(hash: string): Promise<boolean> {
    const sql = "SELECT piece FROM blob WHERE hash = ? AND piece = 0";
    return (await this.#database.perform(() => all(sql, hash))).length > 0;
  }

  async get(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const parts: Uint8Array[] = [];
    for (;;) {
      const sql = "SELECT bytes FROM blob WHERE hash = ? AND piece = ?";
      const [row] = await this.#database.perform(() => all(sql, hash, parts.length));
      if (row === undefined) break;
      parts.push(row["bytes"] as unknown as Uint8Array);
    }
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let end = 0;
    for (const part of parts) {
      bytes.set(part, end);
      end += part.length;
    }
    return parts.length > 0 && sha256(bytes) === hash ? bytes : undefined;
  }
}

/** Bytes that are fetched once and then kept near. */
export class NearBlobs implements BlobStore {
  readonly #far: BlobStore;
  readonly #near: BlobStore;

  constructor(far: BlobStore, near: BlobStore) {
    this.#far = far;
    this.#near = near;
  }

  put(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    return this.#far.put(bytes);
  }

  async get(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const near = await this.#near.get(hash);
    if (near !== undefined) return near;
    const far = await this.#far.get(hash);
    if (far !== undefined) await this.#near.put(far);
    return far;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
