// PgBouncer before a test's PostgreSQL, in transaction mode: few connections to the server for any number of clients, none
// of which keeps one longer than a transaction. Tests skip with a reason where this machine has none.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { freePort } from "./free-port.ts";
import { noPostgres, own, type TestPostgres, testAccount, testPassword } from "./postgres.ts";

const program = ["/usr/sbin", "/usr/bin", "/usr/local/bin"]
  .map((folder) => join(folder, "pgbouncer"))
  .find((path) => existsSync(path));

/** Why no test may ask for one, false where it can be had. */
export const noPgBouncer: string | false =
  noPostgres || (program === undefined ? "no PgBouncer here: Debian's package is pgbouncer" : false);

export class TestPgBouncer {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #port: number;

  /** @param connections - to the server, for each database */
  static async start(server: TestPostgres, connections: number): Promise<TestPgBouncer> {
    const folder = mkdtempSync(join(tmpdir(), "spikefront-pgbouncer-"));
    const port = await freePort();
    writeFileSync(join(folder, "users"), `"tester" "${testPassword}"\n`);
    const settings = {
      listen_addr: "127.0.0.1",
      listen_port: port,
      unix_socket_dir: "",
      auth_type: "scram-sha-256",
      auth_file: join(folder, "users"),
      pool_mode: "transaction",
      default_pool_size: connections,
      max_client_conn: 200,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
    const databases = `[databases]\n* = host=127.0.0.1 port=${server.port}\n`;
    writeFileSync(join(folder, "pgbouncer.ini"), `${databases}[pgbouncer]\n${lines.join("")}`);
    own(folder);
    const child = spawn(program as string, ["-q", join(folder, "pgbouncer.ini")], {
      ...testAccount,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let log = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      log = (log + chunk).slice(-2000);
    });
    const bouncer = new TestPgBouncer(child, folder, port);
    for (let turn = 0; ; turn++) {
      const client = new pg.Client({ connectionString: bouncer.address("postgres") });
      client.on("error", () => {});
      try {
        await client.connect();
        await client.end();
        return bouncer;
      } catch (error) {
        if (child.exitCode !== null || turn > 600)
          throw new Error(`PgBouncer does not start: ${error} ${log}`);
        await wait(50);
      }
    }
  }

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.#port = port;
    process.once("exit", () => child.kill("SIGKILL"));
  }

  /** Of a database, through it. */
  address(name: string): string {
    return `postgres://tester@127.0.0.1:${this.#port}/${encodeURIComponent(name)}`;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
