// A peer in a Python process of its own: it reads one JSON object a line and answers each with one. What is
// large travels as files in a folder of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface PeerFailure {
  readonly error: string;
}

export class PeerProcess {
  /** For files, until the process is closed. */
  readonly folder: string;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  /** What to tell of a process that ends. */
  #complaint = "";

  /**
   * @param script - in the folder peers
   * @returns undefined where no Python with the peers is named
   */
  static start(script: string): PeerProcess | undefined {
    const python = process.env["SPIKEFRONT_PEERS_PYTHON"];
    return python === undefined ? undefined : new PeerProcess(python, script);
  }

  private constructor(python: string, script: string) {
    this.folder = mkdtempSync(join(tmpdir(), "spikefront-peer-"));
    this.#process = spawn(python, [join(import.meta.dirname, "peers", script)], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, OMP_WAIT_POLICY: "passive" },
    });
    this.#process.on("error", ({ message }) => {
      this.#complaint = message;
    });
    const { stdin, stdout, stderr } = this.#process;
    if (stdin === null || stdout === null || stderr === null) throw new Error("the peer has no pipes");
    // A process that could not be started or has ended takes no commands; asking it tells so.
    stdin.on("error", () => {});
    stderr.on("data", (text: Buffer) => {
      this.#complaint = text.toString().trim().split("\n").at(-1) ?? "";
    });
    this.#lines = createInterface(stdout)[Symbol.asyncIterator]();
  }

  async ask<A>(command: object): Promise<A | PeerFailure> {
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.#lines.next();
    return done ? { error: `its Python ended (${this.#complaint})` } : JSON.parse(value);
  }

  close(): void {
    this.#process.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
