// The way in: the launcher (bin/spikefront.cjs) calls `main` with the words of the command line.

import { readFileSync } from "node:fs";
import { commands } from "./commands.ts";
import { runCommandLine } from "./run-command-line.ts";

/** Run the command line and end the process with its exit code. */
export async function main(words: readonly string[]): Promise<void> {
  hushSqliteWarning();
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const code = await runCommandLine({
    words,
    commands,
    version: manifest.version,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    now: () => performance.now(),
    signals: process,
    exit: (exitCode) => process.exit(exitCode),
  });
  process.exit(code);
}

/** node:sqlite still announces itself as experimental; that is a decision of ours, not news for the user. */
function hushSqliteWarning(): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (/SQLite is an experimental feature/.test(String(warning))) return;
    (emitWarning as (...all: unknown[]) => void)(warning, ...rest);
  }) as typeof process.emitWarning;
}
