// Server-sent events: every watcher gets the whole study, then what changes, a few times a second at most.
//
// The id of an event is the cursor of the store (serve-store.ts). A watcher that comes back tells the last it has
// seen and gets what followed, from this server or the next. One that reads too slowly is passed over until it
// has read: then it gets all that it missed at once.

import type { IncomingMessage, ServerResponse } from "node:http";
import { liveStudyText } from "../study/live-study-text.ts";
import type { ServedStudy } from "./serve-store.ts";

/** How often the store is asked: at most four events a second. */
const pollMs = 250;
/** How often a silent line is told to be alive, so that nothing between closes it. */
const heartbeatMs = 15_000;
const retryMs = 2_000;
const mostWatchers = 200;

interface Watcher {
  readonly response: ServerResponse;
  /** How far it has been told; "": nothing yet. */
  cursor: string;
  isBehind: boolean;
}

export class EventLines {
  readonly #study: ServedStudy;
  readonly #watchers = new Set<Watcher>();
  #timer: NodeJS.Timeout | undefined;
  #version = "";
  #spokenMs = 0;
  /** Messages by the cursor they follow, for all who ask before the store is looked at again. */
  #told = new Map<string, Message>();

  constructor(study: ServedStudy) {
    this.#study = study;
  }

  /** Keep the answer open and tell it what happens. @returns false when too many listen already */
  open(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#watchers.size >= mostWatchers) return false;
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.write(`retry: ${retryMs}\n\n`);
    // A browser that reconnects by itself tells its last event; a page that comes back says it in the address.
    const given =
      request.headers["last-event-id"] ?? new URLSearchParams(request.url?.split("?")[1]).get("after");
    const watcher: Watcher = { response, cursor: typeof given === "string" ? given : "", isBehind: false };
    this.#watchers.add(watcher);
    response.on("close", () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#stop();
    });
    response.on("drain", () => {
      if (watcher.isBehind) this.#tell(watcher);
    });
    if (this.#timer === undefined) {
      this.#version = this.#versionNow(); // before it is told: what comes in between is told again
      this.#timer = setInterval(() => this.#look(), pollMs);
    }
    this.#tell(watcher);
    return true;
  }

  /** End every line: watchers will try again. */
  close(): void {
    this.#stop();
    for (const { response } of this.#watchers) response.end();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#told.clear();
  }

  #look(): void {
    this.#told.clear();
    const version = this.#versionNow();
    const nowMs = performance.now();
    if (version !== this.#version) {
      this.#version = version;
      for (const watcher of this.#watchers) this.#tell(watcher);
      this.#spokenMs = nowMs;
    } else if (nowMs - this.#spokenMs > heartbeatMs) {
      for (const { response } of this.#watchers) response.write(": alive\n\n");
      this.#spokenMs = nowMs;
    }
  }

  #versionNow(): string {
    try {
      return this.#study.version();
    } catch (error) {
      return `problem ${(error as Error).message}`;
    }
  }

  #tell(watcher: Watcher): void {
    if (watcher.response.writableNeedDrain) {
      watcher.isBehind = true;
      return;
    }
    watcher.isBehind = false;
    const message = this.#told.get(watcher.cursor) ?? this.#messageAfter(watcher.cursor);
    this.#told.set(watcher.cursor, message);
    watcher.cursor = message.cursor;
    watcher.response.write(message.bytes);
  }

  #messageAfter(cursor: string): Message {
    try {
      const since = cursor === "" ? null : this.#study.since(cursor);
      if (since !== null) return messageOf("change", since.cursor, JSON.stringify(since.change));
      const whole = this.#study.read();
      return whole === null
        ? messageOf("empty", "", "{}")
        : messageOf("study", whole.cursor, liveStudyText(whole.study));
    } catch (error) {
      return messageOf("problem", "", JSON.stringify({ message: (error as Error).message }));
    }
  }
}

interface Message {
  readonly cursor: string;
  /** Not text, of which every line would make bytes of its own. */
  readonly bytes: Uint8Array;
}

/** @param data - of one line, as JSON is */
function messageOf(event: string, cursor: string, data: string): Message {
  return { cursor, bytes: Buffer.from(`event: ${event}\nid: ${cursor}\ndata: ${data}\n\n`) };
}
