// A real PostgreSQL for tests, on a free port, in a folder of its own, by an unprivileged user; gone with the tests.
// Tests skip with a reason where this machine has none; with SPIKEFRONT_TESTS_NEED=postgres that is an error instead.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { freePort } from "./free-port.ts";

const programs = findPrograms();
/** Who runs servers: PostgreSQL does not run as root. */
export const testAccount: { uid?: number; gid?: number } | null =
  process.getuid?.() === 0 ? unprivileged() : {};

/** Why no test may ask for a server, false where one can be had. */
export const noPostgres: string | false = whyNone();

function whyNone(): string | false {
  const reason =
    programs === null
      ? "no PostgreSQL here: Debian's package is postgresql"
      : testAccount === null
        ? "PostgreSQL does not run as root, and there is no user postgres or nobody"
        : false;
  if (reason !== false && process.env["SPIKEFRONT_TESTS_NEED"]?.split(",").includes("postgres"))
    throw new Error(`PostgreSQL must be here for these tests: ${reason}`);
  return reason;
}

function findPrograms(): string | null {
  const versions = "/usr/lib/postgresql";
  const installed = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(versions, version, "bin"))
    : [];
  const folders = [...installed, ...(process.env["PATH"] ?? "").split(delimiter)];
  return (
    folders.find((folder) => ["initdb", "postgres"].every((name) => existsSync(join(folder, name)))) ?? null
  );
}

function unprivileged(): { readonly uid: number; readonly gid: number } | null {
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
    if (uid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

export const testPassword = "a secret / of:tests@home";

export class TestPostgres {
  readonly port: number;
  readonly #folder: string;
  #server: ChildProcess | undefined;

  /** Its user's password goes into PGPASSWORD of this process and of those it starts. */
  static async start(): Promise<TestPostgres> {
    const folder = newFolder(tmpdir());
    cpSync(emptyCluster(), join(folder, "data"), { recursive: true, preserveTimestamps: true });
    chmodSync(join(folder, "data"), 0o700); // as PostgreSQL wants it
    own(join(folder, "data"));
    process.env["PGPASSWORD"] = testPassword;
    const server = new TestPostgres(folder, await freePort());
    await server.resume();
    return server;
  }

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
    process.once("exit", () => this.#server?.kill("SIGKILL"));
  }

  /** Of a database. */
  address(name: string): string {
    return `postgres://tester@127.0.0.1:${this.port}/${encodeURIComponent(name)}`;
  }

  /** Make a database. @returns its address */
  async create(name: string, options = ""): Promise<string> {
    await this.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} ${options}`);
    return this.address(name);
  }

  /** Make a schema, a place of its own within a database. @returns its address */
  async schema(name: string, database = "postgres"): Promise<string> {
    await this.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(name)}`, database);
    const options = encodeURIComponent(`-c search_path=${pg.escapeIdentifier(name).replaceAll(" ", "\\ ")}`);
    return `${this.address(database)}?options=${options}`;
  }

  /** One statement of the administrator's. */
  async query(sql: string, database = "postgres"): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.address(database) });
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** End every connection to a database but the asker's. @returns how many */
  async cutConnections(database: string): Promise<number> {
    const rows = await this.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = ${pg.escapeLiteral(database)} AND pid <> pg_backend_pid()`,
    );
    return rows.length;
  }

  /** Stop at once, as a crash does: what is committed comes back from the log. */
  async crash(): Promise<void> {
    const server = this.#server as ChildProcess;
    const ended = once(server, "exit");
    server.kill("SIGQUIT");
    await ended;
    this.#server = undefined;
  }

  async resume(): Promise<void> {
    const settings = {
      listen_addresses: "127.0.0.1",
      port: String(this.port),
      unix_socket_directories: "",
      fsync: "off",
      max_connections: "100",
      shared_buffers: "32MB",
    };
    const words = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    this.#server = spawn(join(programs as string, "postgres"), ["-D", join(this.#folder, "data"), ...words], {
      ...testAccount,
      cwd: this.#folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let log = "";
    this.#server.stderr?.on("data", (chunk: Buffer) => {
      log = (log + chunk).slice(-4000);
    });
    for (let turn = 0; ; turn++) {
      if (this.#server.exitCode !== null || turn > 600) throw new Error(`PostgreSQL does not start: ${log}`);
      try {
        await this.query("SELECT 1");
        return;
      } catch {
        await wait(50);
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#server !== undefined) await this.crash();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The files of a server with nothing in it. Making them takes a second, so they are kept for the next. */
function emptyCluster(): string {
  const { size, mtimeMs } = statSync(join(programs as string, "postgres"));
  const cache = join(import.meta.dirname, "../node_modules/.cache");
  const kept = join(cache, `postgres-${testAccount?.uid ?? "me"}-${size}-${Math.round(mtimeMs)}`);
  if (existsSync(kept)) return kept;
  const folder = newFolder(tmpdir());
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, testPassword);
  own(passwordFile);
  execFileSync(
    join(programs as string, "initdb"),
    ["-D", join(folder, "data"), "-U", "tester", "-A", "scram-sha-256", `--pwfile=${passwordFile}`].concat([
      "-E",
      "UTF8",
      "--no-locale",
      "--no-sync",
    ]),
    { ...testAccount, stdio: ["ignore", "ignore", "inherit"], cwd: folder },
  );
  mkdirSync(cache, { recursive: true });
  const whole = mkdtempSync(`${kept}-`);
  cpSync(join(folder, "data"), join(whole, "data"), { recursive: true });
  rmSync(folder, { recursive: true });
  try {
    renameSync(join(whole, "data"), kept);
  } catch {
    // Another process was first.
  }
  rmSync(whole, { recursive: true, force: true });
  return kept;
}

/** Of the user who runs the server. */
function newFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, "spikefront-postgres-"));
  own(folder);
  return folder;
}

/** Give what is there to the user who runs the server. */
export function own(path: string): void {
  const { uid, gid } = testAccount as { uid?: number; gid?: number };
  if (uid === undefined || gid === undefined) return;
  chownSync(path, uid, gid);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) own(join(path, name));
}
