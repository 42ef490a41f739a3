// A real Chromium without a window, driven by its own protocol (https://chromedevtools.github.io/devtools-protocol/)
// over Node's WebSocket: no package drives it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type BrowserFile, packedChromium } from "./packed-chromium.ts";

/** Names of the browser on systems that have one. */
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Null where there is none. CHROMIUM may name one; else the system's is taken, else the one that comes with npm. */
export async function findChromium(): Promise<BrowserFile | null> {
  const path = systemChromium();
  return path === null ? packedChromium() : { path, env: {} };
}

function systemChromium(): string | null {
  const given = process.env["CHROMIUM"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const places = [
    ...(given ? [given] : []),
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
  ];
  return places.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

interface Answer {
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A page that loads itself again in mid-question has no answer yet; whatever else is wrong stays wrong. */
function orGone(cause: Error): false {
  if (/navigated or closed|context was destroyed|Cannot find (default )?.*context/.test(cause.message))
    return false;
  throw cause;
}

export class Chromium {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #calls = 0;
  #loads = 0;
  #session: string | undefined;
  /** What the page said was wrong: exceptions, refused loads, policy reports. */
  readonly complaints: string[] = [];
  /** Addresses the page asked for. */
  readonly requests: string[] = [];

  private constructor(child: ChildProcess, folder: string, socket: WebSocket) {
    this.#process = child;
    this.#folder = folder;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(String(data))));
  }

  static async open({ path, env }: BrowserFile): Promise<Chromium> {
    const folder = mkdtempSync(join(tmpdir(), "chromium-"));
    const words = [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--remote-debugging-port=0",
    ];
    const child = spawn(path, [...words, `--user-data-dir=${folder}`, "about:blank"], {
      stdio: "ignore",
      // What it leaves when it is killed goes with its folder.
      env: { ...process.env, TMPDIR: folder, ...env },
    });
    const told = join(folder, "DevToolsActivePort");
    for (let i = 0; i < 600 && !(existsSync(told) && readFileSync(told, "utf8").includes("/")); i++) {
      if (child.exitCode !== null)
        throw new Error(`${path} ended with ${child.exitCode} before it could be driven`);
      await wait(100);
    }
    const [port, address] = readFileSync(told, "utf8").trim().split("\n");
    const socket = new WebSocket(`ws://127.0.0.1:${port}${address}`);
    await once(socket, "open");
    const browser = new Chromium(child, folder, socket);
    await browser.#attach();
    return browser;
  }

  async #attach(): Promise<void> {
    const { targetId } = await this.call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.call("Target.attachToTarget", { targetId, flatten: true });
    this.#session = String(sessionId);
    for (const part of ["Page", "Runtime", "Log", "Network"]) await this.call(`${part}.enable`);
  }

  /** @throws {Error} what the browser says is wrong */
  async call(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#calls;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(
      JSON.stringify({ id, method, params, ...(this.#session && { sessionId: this.#session }) }),
    );
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  #receive(message: Answer & { id?: number; method?: string; params?: never }): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
      return;
    }
    const params = (message.params ?? {}) as Record<string, Record<string, unknown>>;
    if (message.method === "Runtime.exceptionThrown")
      this.complaints.push(JSON.stringify(params["exceptionDetails"]));
    if (message.method === "Log.entryAdded" && params["entry"]["level"] === "error")
      this.complaints.push(`${params["entry"]["text"]} ${params["entry"]["url"] ?? ""}`);
    if (message.method === "Page.loadEventFired") this.#loads++;
    if (message.method === "Network.requestWillBeSent") this.requests.push(String(params["request"]["url"]));
  }

  /** Answered when the page stands: what is asked afterwards is asked of it, never of the one before. */
  async visit(url: string): Promise<void> {
    const loads = this.#loads;
    const { loaderId } = await this.call("Page.navigate", { url });
    if (loaderId === undefined) return; // the same page elsewhere: nothing is loaded
    for (let i = 0; i < 1200 && this.#loads === loads; i++) await wait(50);
    if (this.#loads === loads) throw new Error(`${url} was not loaded within 60 s`);
  }

  /** The value of an expression, or of what it promises. */
  async ask<T>(expression: string): Promise<T> {
    const answer = await this.call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (answer["exceptionDetails"] !== undefined) throw new Error(JSON.stringify(answer["exceptionDetails"]));
    return (answer["result"] as { value: T }).value;
  }

  /** Wait until an expression is true; one that cannot be told yet is not. @throws {Error} when it takes too long */
  async until(expression: string, seconds = 60): Promise<void> {
    const guarded = `(() => { try { return Boolean(${expression}); } catch { return false; } })()`;
    for (let i = 0; i < seconds * 20; i++) {
      if (await this.ask<boolean>(guarded).catch(orGone)) return;
      await wait(50);
    }
    throw new Error(`still not true: ${expression}`);
  }

  async resize(width: number, height: number): Promise<void> {
    await this.call("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 500,
    });
  }

  async inColours(theme: "light" | "dark"): Promise<void> {
    await this.call("Emulation.setEmulatedMedia", {
      features: [{ name: "prefers-color-scheme", value: theme }],
    });
  }

  /** PNG of the whole page. */
  async picture(): Promise<Buffer> {
    const { data } = await this.call("Page.captureScreenshot", {
      captureBeyondViewport: true,
      format: "png",
    });
    return Buffer.from(String(data), "base64");
  }

  async close(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#socket.close();
    this.#process.kill("SIGKILL");
    await ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
