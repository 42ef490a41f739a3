// Where the command line speaks: results on stdout, everything else on stderr.
//
//   plain      stdout: lines for people                stderr: notes and the progress line
//   --json     stdout: exactly one JSON object         stderr: as above
//   --events   stdout: as above                        stderr: one JSON object per line, nothing else
//
// A reader that has gone away (EPIPE, as after `| head`) is no error: what would be said is dropped. A result that
// cannot be written for another reason, as on a full disk, is one: `lost` says so at the end.

import type { Writable } from "node:stream";
import { Progress, type ProgressStatus } from "./progress.ts";

/** The parts of a stream the terminal uses; a TTY also tells its width. */
export type TerminalStream = Pick<Writable, "write" | "on"> & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

export interface TerminalOptions {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly json: boolean;
  readonly events: boolean;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
}

export class Terminal {
  readonly #options: TerminalOptions;
  readonly #progress: Progress | null;
  readonly #startMs: number;
  readonly #gone = new Set<TerminalStream>();
  #lost: Error | null = null;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#startMs = options.now();
    for (const stream of [options.stdout, options.stderr]) {
      stream.on("error", (error: NodeJS.ErrnoException) => {
        this.#gone.add(stream);
        if (stream === options.stdout && error.code !== "EPIPE" && error.code !== "EIO") this.#lost ??= error;
      });
    }
    this.#progress = options.events
      ? null
      : new Progress({
          write: (text) => this.#put(options.stderr, text),
          now: options.now,
          live: options.stderr.isTTY === true && !options.env["CI"] && options.env["TERM"] !== "dumb",
          // A terminal that does not know its width says 0.
          columns: () => options.stderr.columns || 80,
          bold: isColourful(options.stderr, options.env),
        });
  }

  /** A line of the result, for people; silent under --json. */
  write(line: string): void {
    if (this.#options.json) return;
    this.#progress?.clear();
    this.#put(this.#options.stdout, `${line}\n`);
  }

  /** A line beside the result: a warning, a hint, where something was put. */
  note(line: string): void {
    this.event("note", { message: line });
    if (this.#options.events) return;
    this.#progress?.clear();
    this.#put(this.#options.stderr, `${line}\n`);
  }

  /** Tell how far the work is. Call it as often as you like: it draws at most ten times a second. */
  progress(status: ProgressStatus): void {
    if (this.#options.events) this.event("progress", { ...status });
    else this.#progress?.show(status);
  }

  /** A line of --events: `{"event": kind, "elapsedMs": ..., ...data}`. Silent without --events. */
  event(kind: string, data: Readonly<Record<string, unknown>>): void {
    if (!this.#options.events) return;
    const elapsedMs = Math.round(this.#options.now() - this.#startMs);
    this.#put(this.#options.stderr, `${JSON.stringify({ event: kind, elapsedMs, ...data })}\n`);
  }

  /** The one JSON object of --json; silent without it. Called once, at the end. */
  result(value: unknown): void {
    if (this.#options.json) this.#put(this.#options.stdout, `${JSON.stringify(value)}\n`);
  }

  /** Whether progress is drawn in place, so that a command need not say the same again. */
  get isLive(): boolean {
    return this.#progress?.isLive ?? false;
  }

  /** Why results could not be written, known once the terminal is closed; null where all were, or nobody reads. */
  get lost(): Error | null {
    return this.#lost;
  }

  /** Take the progress line away and wait until everything has been handed over. */
  async close(): Promise<void> {
    this.#progress?.end();
    for (const stream of [this.#options.stdout, this.#options.stderr]) {
      if (this.#gone.has(stream)) continue;
      await new Promise<void>((resolve) => {
        stream.on("error", () => resolve());
        stream.write("", () => resolve());
      });
    }
  }

  #put(stream: TerminalStream, text: string): void {
    if (!this.#gone.has(stream)) stream.write(text);
  }
}

/** https://no-color.org: any non-empty NO_COLOR switches colours off. */
function isColourful(stream: TerminalStream, env: TerminalOptions["env"]): boolean {
  return stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}
