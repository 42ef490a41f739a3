// What Ctrl-C means: the first asks the work to stop and keep what is finished, the second ends at once.
//
// One key press often arrives twice: from the terminal, which sends it to every process in the foreground,
// and from npm or the launcher, which pass it on. Signals within a moment of the first are that same one.

export interface InterruptOptions {
  /** Where signals come from: `process`, or a stand-in. */
  readonly source: {
    on(signal: string, listener: () => void): unknown;
    off(signal: string, listener: () => void): unknown;
  };
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  /** Called at the first signal, to say that the work is stopping. */
  readonly onFirst: () => void;
  /** Called at the second: must end the process. */
  readonly exit: (code: number) => void;
}

const samePressMs = 400;
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof exitCodes;

export class Interrupt {
  readonly #controller = new AbortController();
  readonly #stops: (() => void)[] = [];
  #first: { readonly signal: Signal; readonly atMs: number } | null = null;

  constructor(options: InterruptOptions) {
    for (const signal of Object.keys(exitCodes) as Signal[]) {
      const listener = () => this.#receive(signal, options);
      options.source.on(signal, listener);
      this.#stops.push(() => options.source.off(signal, listener));
    }
  }

  /** Aborted at the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code once the work has stopped, or null when nobody asked for it. */
  get exitCode(): number | null {
    return this.#first === null ? null : exitCodes[this.#first.signal];
  }

  /** Stop listening. */
  close(): void {
    for (const stop of this.#stops) stop();
  }

  #receive(signal: Signal, { now, onFirst, exit }: InterruptOptions): void {
    if (this.#first === null) {
      this.#first = { signal, atMs: now() };
      onFirst();
      this.#controller.abort();
    } else if (now() - this.#first.atMs > samePressMs) {
      exit(exitCodes[signal]);
    }
  }
}
