// The command line as a function: what it says and how it ends, without a process of its own, whose start takes longer
// than most of what is asked of it. Tests of signals, kills and what machines share start processes.

import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { commands } from "../../src/cli/commands.ts";
import { runCommandLine } from "../../src/cli/run-command-line.ts";

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  /** Folder to work in; absent: this process' own. */
  readonly cwd?: string;
  /** Variables that differ from this process' own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One at a time: folder and variables are the process'. */
export async function spikefront(words: readonly string[], { cwd, env = {} }: Place = {}): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof said): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        said[name] += chunk;
        done();
      },
    });
  const [before, own] = [process.cwd(), { ...process.env }];
  if (cwd !== undefined) process.chdir(cwd);
  Object.assign(process.env, env);
  try {
    const status = await runCommandLine({
      words,
      commands,
      version: "0",
      stdout: stream("stdout"),
      stderr: stream("stderr"),
      env: process.env,
      now: () => performance.now(),
      signals: new EventEmitter(),
      exit: () => {},
    });
    return { status, ...said };
  } finally {
    process.chdir(before);
    for (const name of Object.keys(env)) {
      const value = own[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
