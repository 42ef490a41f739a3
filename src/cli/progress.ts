// The progress line: phase, trial n of N, best so far, time left.
//
// On a terminal it is rewritten in place, at most ten times a second, and cut to the terminal's width.
// Elsewhere (a file, a pipe, CI) a plain line comes when the phase changes and every few seconds after.
// The time left assumes that the rest of the phase takes as long per piece as its pieces did so far; what
// an earlier run had finished already is not counted, so the estimate is right after a restart, too.

export interface ProgressStatus {
  /** What is going on, e.g. `train mlp-256`. */
  readonly phase: string;
  /** Pieces finished, including those of an earlier run. */
  readonly done?: number;
  /** Pieces in all. */
  readonly total?: number;
  /** Name of a piece, e.g. `trial`. */
  readonly unit?: string;
  /** The best so far, as words. */
  readonly best?: string;
}

export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  /** Rewrite in place; else plain lines. */
  readonly live: boolean;
  readonly columns: () => number;
  /** Set the phase in bold. */
  readonly bold: boolean;
}

const redrawMs = 100;
const plainMs = 5000;
/** A live line is drawn again when nothing is reported, so that the clock is seen to run. */
const tickMs = 1000;

export class Progress {
  readonly #options: ProgressOptions;
  #status: ProgressStatus | null = null;
  #phaseStartMs = 0;
  #doneAtStart = 0;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #isDrawn = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  get isLive(): boolean {
    return this.#options.live;
  }

  show(status: ProgressStatus): void {
    const nowMs = this.#options.now();
    const isNewPhase = this.#status?.phase !== status.phase;
    if (isNewPhase) {
      this.#phaseStartMs = nowMs;
      this.#doneAtStart = status.done ?? 0;
    }
    this.#status = status;
    const gapMs = this.#options.live ? redrawMs : plainMs;
    if (nowMs - this.#drawnMs >= gapMs || (isNewPhase && !this.#options.live)) this.#draw(nowMs);
    if (this.#options.live && this.#timer === undefined) {
      this.#timer = setInterval(() => this.#draw(this.#options.now()), tickMs);
      this.#timer.unref();
    }
  }

  /** Take the line away, so that something else can be written; the next `show` brings it back. */
  clear(): void {
    if (!this.#isDrawn) return;
    this.#options.write("\r\x1b[K");
    this.#isDrawn = false;
    this.#drawnMs = Number.NEGATIVE_INFINITY;
  }

  /** Take the line away for good. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.clear();
    this.#status = null;
  }

  #draw(nowMs: number): void {
    const status = this.#status;
    if (status === null) return;
    this.#drawnMs = nowMs;
    const line = describeProgress(status, this.#doneAtStart, nowMs - this.#phaseStartMs);
    if (!this.#options.live) {
      this.#options.write(`${line}\n`);
      return;
    }
    // One column stays free: a line as wide as the terminal would wrap and could not be rewritten.
    const cut = [...line].slice(0, Math.max(this.#options.columns() - 1, 10)).join("");
    const { phase } = status;
    const styled =
      this.#options.bold && cut.startsWith(phase) ? `\x1b[1m${phase}\x1b[22m${cut.slice(phase.length)}` : cut;
    this.#options.write(`\r${styled}\x1b[K`);
    this.#isDrawn = true;
  }
}

/**
 * The line as text, e.g. `search: trial 12 of 64, best 97.9 % at 41 nJ, 0:23, about 1:40 left`.
 *
 * @param doneAtStart - pieces that were finished before this phase began to run
 * @param elapsedMs - time since the phase began
 */
export function describeProgress(status: ProgressStatus, doneAtStart: number, elapsedMs: number): string {
  const { phase, done, total, unit, best } = status;
  const parts: string[] = [];
  if (done !== undefined) {
    parts.push(`${unit ? `${unit} ` : ""}${done}${total === undefined ? "" : ` of ${total}`}`);
  }
  if (best) parts.push(`best ${best}`);
  parts.push(clock(elapsedMs));
  const worked = (done ?? 0) - doneAtStart;
  if (total !== undefined && done !== undefined && worked > 0 && done < total) {
    parts.push(`about ${clock((elapsedMs / worked) * (total - done))} left`);
  }
  return `${phase}: ${parts.join(", ")}`;
}

/** Minutes and seconds, with hours when there are any: `0:07`, `12:30`, `1:02:03`. */
function clock(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
