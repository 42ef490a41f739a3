// A folder's live page while some work goes on in it, by the same process: it ends with the work, or stays until it
// is sent away.

import { type ServedFolder, serveFolder } from "../node/serve.ts";
import { flag, int } from "../space/field.ts";
import { pageFiles, playFiles, reportOf } from "./page-files.ts";
import type { Terminal } from "./terminal.ts";

/** Options of commands that can show what they do. */
export const serveOptions = {
  serve: flag({ about: "show the study as a live page meanwhile, on this machine alone", default: false }),
  port: int({
    about: "with --serve: port to listen on; 0: one that is free",
    unit: "1",
    low: 0,
    high: 65_535,
    default: 8421,
  }),
  stay: flag({ about: "with --serve: keep the page when all is done, until Ctrl-C", default: false }),
};

export interface ServeWhileOptions {
  /** Of the study; it need not be there yet. */
  readonly folder: string;
  readonly options: { readonly serve: boolean; readonly port: number; readonly stay: boolean };
  readonly terminal: Pick<Terminal, "note">;
  readonly signal: AbortSignal;
}

/**
 * @param work - begun when the page can be opened; with `stay`, whatever it has to say is said before the page ends
 * @returns what the work returns
 * @throws {ResourceError} when the port cannot be had: then no work is begun
 */
export async function serveWhile<T>(
  { folder, options, terminal, signal }: ServeWhileOptions,
  work: () => Promise<T>,
): Promise<T> {
  if (!options.serve) return work();
  const served: ServedFolder = await serveFolder({
    folder,
    host: "127.0.0.1",
    port: options.port,
    files: pageFiles(),
    playFiles,
    report: reportOf,
  });
  terminal.note(`page: ${served.url}`);
  try {
    const result = await work();
    if (options.stay && !signal.aborted) {
      terminal.note(`The page stays at ${served.url}. Ctrl-C ends it.`);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
    return result;
  } finally {
    await served.close();
  }
}
