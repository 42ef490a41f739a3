// The web server of a study's folder: a page, its scripts, and events as the study goes on. It only reads, answers
// only what is on its list, and sends nobody anywhere else: pages, scripts and styles come from here alone.

import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { ResourceError } from "../base/errors.ts";
import { RasterDesk } from "./raster-desk.ts";
import { queryToken, refuse } from "./serve-guard.ts";
import { bytesType, ServedPlay } from "./serve-play.ts";
import { statusOf, viewOf, viewPaths } from "./serve-views.ts";
import { ServedFolderStudies } from "./served-folder.ts";

export interface ServeOptions {
  readonly folder: string;
  /** Address to listen on, e.g. 127.0.0.1; any other than loopback asks for a token. */
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  /** The page, its style, and its scripts by address: `/`, `/style.css`, `/app/…`. */
  readonly files: ServedFiles;
  /** The page with the result of the study that has finished in a folder, null while there is none. */
  readonly report: (folder: string) => string | null;
  /** The playground's files, made when the first of them is asked for. */
  readonly playFiles?: () => ServedFiles;
  /** Name of the playground's data set, "": the study's. */
  readonly data?: string;
}

export interface ServedFile {
  readonly type: string;
  readonly text: string;
  /** Whether it may compile WebAssembly, which no other may. */
  readonly isWasm?: boolean;
}

/** By address. */
export type ServedFiles = ReadonlyMap<string, ServedFile>;

export interface ServedFolder {
  /** With the token, where one is asked for. */
  readonly url: string;
  close(): Promise<void>;
}

const loopback: readonly string[] = ["127.0.0.1", "localhost", "::1"];

const policy = (scripts: string): string =>
  `default-src 'none'; script-src 'self'${scripts}; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const headers: Readonly<Record<string, string>> = {
  "content-security-policy": policy(""),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** @throws {ResourceError} when the port cannot be had */
export async function serveFolder(options: ServeOptions): Promise<ServedFolder> {
  const studies = new ServedFolderStudies(options.folder);
  const desk = new RasterDesk();
  const token = loopback.includes(options.host) ? null : randomBytes(24).toString("base64url");
  const hosts = new Set<string>();
  const play = new ServedPlay({ folder: options.folder, data: options.data ?? "", studies });
  const answers = answersOf(options.files);
  let playAnswers: ReadonlyMap<string, Answer> | null = null;
  const fileAt = (path: string): Answer | undefined => {
    const known = answers.get(path);
    if (known !== undefined || !/^\/(app|play)\b/.test(path)) return known;
    playAnswers ??= answersOf(options.playFiles?.() ?? new Map());
    return playAnswers.get(path);
  };
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000 }, (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    try {
      const refusal = refuse(request, { hosts, token });
      if (refusal !== null) say(response, refusal.status, refusal.reason);
      else answer(request, response, { options, fileAt, studies, desk, play, token });
    } catch (error) {
      say(response, 500, (error as Error).message);
    }
  });
  server.maxConnections = 512;
  const { port } = await listen(server, options);
  const name = options.host.includes(":") ? `[${options.host}]` : options.host;
  const names = token === null ? loopback.map((one) => (one === "::1" ? "[::1]" : one)) : [name];
  for (const one of names) hosts.add(`${one}:${port}`);
  return {
    url: `http://${name}:${port}/${token === null ? "" : `?token=${token}`}`,
    close: async () => {
      studies.close();
      await desk.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Answering {
  readonly options: ServeOptions;
  readonly fileAt: (path: string) => Answer | undefined;
  readonly studies: ServedFolderStudies;
  readonly desk: RasterDesk;
  readonly play: ServedPlay;
  readonly token: string | null;
}

function answer(request: IncomingMessage, response: ServerResponse, answering: Answering): void {
  const { options, fileAt, studies, desk, play, token } = answering;
  const { url = "/" } = request;
  const path = url.split("?")[0];
  if (token !== null && queryToken(url) !== "") {
    // The token leaves the address, where it could be seen or shared.
    response.setHeader("set-cookie", `spikefront=${token}; HttpOnly; SameSite=Strict; Path=/`);
    response.writeHead(303, { location: path }).end();
    return;
  }
  if (viewPaths.includes(path)) {
    viewOf(url, { folder: options.folder, studies, desk }).then(
      (data) => send(request, response, answerOf("application/json", JSON.stringify(data))),
      (error) => say(response, statusOf(error), (error as Error).message),
    );
    return;
  }
  if (path.startsWith("/play/")) {
    play.answer(path, new URLSearchParams(url.split("?")[1])).then(
      (found) => {
        if (found === null) say(response, 404, "There is nothing here.");
        else send(request, response, answerOf(found.type, found.body));
      },
      (error) => say(response, statusOf(error), (error as Error).message),
    );
    return;
  }
  const isOfStudy = path === "/events" || path === "/report";
  const found = isOfStudy ? studies.of(new URLSearchParams(url.split("?")[1]).get("study") ?? "") : null;
  if (isOfStudy && found === null) {
    say(response, 404, "There is no such study here.");
    return;
  }
  if (path === "/events") {
    if (!found?.lines.open(request, response)) say(response, 503, "Too many pages listen already.");
    return;
  }
  const folder = found?.study.reach()?.folder ?? options.folder;
  const report = path === "/report" ? options.report(folder) : null;
  const known = report === null ? fileAt(path) : answerOf("text/html", report);
  if (known !== undefined) send(request, response, known);
  else say(response, 404, path === "/report" ? "The study has no report yet." : "There is nothing here.");
}

function send(request: IncomingMessage, response: ServerResponse, found: Answer): void {
  const { type, plain, zipped, isWasm = false } = found;
  if (isWasm) response.setHeader("content-security-policy", policy(" 'wasm-unsafe-eval'"));
  const isZipped = /\bgzip\b/.test(request.headers["accept-encoding"]?.toString() ?? "");
  const body = isZipped ? zipped() : plain;
  response.writeHead(200, {
    "content-type": type === bytesType ? type : `${type}; charset=utf-8`,
    "content-length": body.length,
    vary: "accept-encoding",
    ...(isZipped && { "content-encoding": "gzip" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

interface Answer {
  readonly type: string;
  readonly plain: Buffer;
  readonly zipped: () => Buffer;
  readonly isWasm?: boolean;
}

function answerOf(type: string, body: string | Uint8Array): Answer {
  const plain =
    typeof body === "string" ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.length);
  let zipped: Buffer | null = null;
  return {
    type,
    plain,
    zipped: () => {
      zipped ??= gzipSync(plain);
      return zipped;
    },
  };
}

function answersOf(files: ServedFiles): ReadonlyMap<string, Answer> {
  return new Map(
    [...files].map(([path, { type, text, isWasm = false }]) => [path, { ...answerOf(type, text), isWasm }]),
  );
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

async function listen(server: Server, { host, port }: ServeOptions): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new ResourceError(
          `${host}:${port} could not be listened on (${error.code ?? error.message}). Choose another with --port, or 0 for one that is free.`,
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}
