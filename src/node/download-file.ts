// One file of known size and SHA-256 from an HTTP server, over connections that may be cut.
//
// Bytes gather in `<path>.part`, which outlives this process; the next request asks for the rest
// (RFC 9110, section 14: Range, If-Range). Whatever a server mixes up, the checksum decides: only a
// file that passes it is renamed into place.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { CancelledError, FormatError, isExpected, StateError } from "../base/errors.ts";
import { makeFolder } from "./atomic-file.ts";
import { fileError, withPath } from "./file-errors.ts";

export interface Download {
  readonly url: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  /** Called with the bytes that are here. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How to wait between attempts. */
  readonly waitMs?: ((ms: number) => Promise<void>) | undefined;
  /** A connection that brings nothing for this long is given up. */
  readonly stallMs?: number | undefined;
}

/** Attempts in a row that bring nothing new. */
const maximumAttempts = 5;
const firstWaitMs = 500;

/** The server's answer is no use now, but may be the next time. */
class PassingTrouble extends Error {}

/**
 * @returns whether anything was downloaded: a sound file that is here already is left alone
 * @throws {StateError} when the server does not have the file or cannot be reached
 * @throws {FormatError} when it serves other bytes than the published ones
 * @throws {CancelledError} after `signal`; what has come so far is kept
 */
export async function downloadFile(download: Download): Promise<boolean> {
  const { url, path, sizeBytes, signal } = download;
  const waitMs = download.waitMs ?? ((ms: number) => wait(ms, signal));
  if (isSound(path, download)) return false;
  const part = `${path}.part`;
  withPath(part, () => {
    makeFolder(dirname(path));
    if (sizeOf(part) > sizeBytes) rmSync(part);
  });
  let isMixed = sizeOf(part) > 0; // of more than one connection
  let isSecondTry = false;
  const seen = { etag: "" };
  let most = sizeOf(part);
  let attempts = 0;
  for (;;) {
    try {
      if (sizeOf(part) < sizeBytes) await fetchRest(download, part, seen);
      if (isSound(part, download)) break;
      const got = sizeOf(part);
      withPath(part, () => rmSync(part, { force: true }));
      if (!isMixed || isSecondTry) throw otherBytes(download, got);
      isMixed = false; // the seam may have been at fault: once more from the start
      isSecondTry = true;
      most = 0;
    } catch (error) {
      if (signal?.aborted) throw new CancelledError(`the download of ${url}`);
      if (error instanceof FormatError) withPath(part, () => rmSync(part, { force: true }));
      if (!(error instanceof PassingTrouble)) throw error;
      const size = sizeOf(part);
      isMixed = size > 0;
      attempts = size > most ? 1 : attempts + 1;
      most = Math.max(most, size);
      if (attempts >= maximumAttempts) {
        throw new StateError(
          `${url} must be served whole, but after ${attempts} attempts ${error.message}. ` +
            "Check the connection and run the same command again: it continues where it stopped.",
        );
      }
      await waitMs(firstWaitMs * 2 ** (attempts - 1));
    }
  }
  withPath(path, () => renameSync(part, path));
  return true;
}

/** Ask for what is missing and append it; `seen` keeps the server's tag, to ask for the rest of the same file. */
async function fetchRest(download: Download, part: string, seen: { etag: string }): Promise<void> {
  const { url, sizeBytes, stallMs = 30_000 } = download;
  const from = sizeOf(part);
  const stalled = new AbortController();
  const setAlarm = () => setTimeout(() => stalled.abort(), stallMs);
  let alarm = setAlarm();
  // Without "identity" a server may pack the packed file once more, and fetch would unpack both.
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (from > 0) headers["range"] = `bytes=${from}-`;
  if (from > 0 && seen.etag !== "") headers["if-range"] = seen.etag;
  let file: FileHandle | undefined;
  try {
    const signals = [stalled.signal, ...(download.signal ? [download.signal] : [])];
    const response = await fetch(url, { headers, signal: AbortSignal.any(signals) });
    const start = startOf(response, from, download);
    if (start === null) {
      withPath(part, () => rmSync(part, { force: true }));
      throw new PassingTrouble("the server did not continue where it was asked to");
    }
    const tag = response.headers.get("etag") ?? "";
    seen.etag = tag.startsWith("W/") ? "" : tag; // a weak tag promises no equal bytes
    file = await onFile(part, () => open(part, start === 0 ? "w" : "a"));
    let size = start;
    for await (const bytes of response.body ?? []) {
      clearTimeout(alarm);
      alarm = setAlarm();
      size += bytes.length;
      if (size > sizeBytes) throw otherBytes(download, "more");
      await onFile(part, () => (file as FileHandle).writeFile(bytes));
      download.onBytes?.(size);
    }
    await onFile(part, () => (file as FileHandle).sync());
    if (size < sizeBytes) throw new PassingTrouble(`it ended after ${size} of ${sizeBytes} bytes`);
  } catch (error) {
    if (isExpected(error) || error instanceof PassingTrouble) throw error;
    throw new PassingTrouble(
      stalled.signal.aborted ? `it brought nothing for ${stallMs / 1000} s` : reasonOf(error),
    );
  } finally {
    clearTimeout(alarm);
    stalled.abort(); // lets go of a body that was not read to its end
    await file?.close();
  }
}

/**
 * Where the body begins in the file, or null when that is not where it was asked for.
 *
 * @throws {StateError | FormatError} for an answer that another attempt would not change
 */
function startOf({ status, headers }: Response, from: number, download: Download): number | null {
  const { url, sizeBytes } = download;
  const length = headers.get("content-length");
  if (status === 200 && length !== null && Number(length) !== sizeBytes) {
    throw otherBytes(download, Number(length)); // often a page that asks for a login
  }
  if (status === 200) return 0;
  if (status === 206) {
    const [, start, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
    return Number(start) === from && (size === "*" || Number(size) === sizeBytes) ? from : null;
  }
  if (status === 416) return null;
  if (status >= 500 || status === 408 || status === 429) throw new PassingTrouble(`it answered ${status}`);
  throw new StateError(
    `${url} must be there, but the server answered ${status}. Try again later, or put the file there by hand.`,
  );
}

function otherBytes({ url, sizeBytes, sha256 }: Download, got: number | "more"): FormatError {
  return new FormatError(
    url,
    `must serve the published file (${sizeBytes} bytes, sha256 ${sha256})`,
    got === sizeBytes ? "other bytes" : `${got} bytes`,
    "Try again later, or put the file there by hand.",
  );
}

async function onFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(path, error);
  }
}

function isSound(path: string, { sizeBytes, sha256 }: Download): boolean {
  if (sizeOf(path) !== sizeBytes) return false;
  const bytes = withPath(path, () => readFileSync(path));
  return createHash("sha256").update(bytes).digest("hex") === sha256;
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** The innermost reason: fetch says only "fetch failed". */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || message || String(error);
}

function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}
