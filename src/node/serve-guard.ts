// Who may ask the server, and for what: checked before anything else is looked at.
//
// A page of any other site can send requests to a local server, and can make its own name point there (DNS
// rebinding). So the host asked for must be one of ours, an origin that is told must be ours, and what browsers mark
// as coming from another site is refused. Beyond loopback a random token is asked for, once by query, then by cookie.

import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

export interface GuardOptions {
  /** Names the server goes by, e.g. `127.0.0.1:8421`. */
  readonly hosts: ReadonlySet<string>;
  /** null: none is asked for. */
  readonly token: string | null;
}

export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** The longest address, with its query. */
const longestUrl = 512;

/** Null: let it in. */
export function refuse(request: IncomingMessage, { hosts, token }: GuardOptions): Refusal | null {
  const { method, url = "", headers } = request;
  if (method !== "GET" && method !== "HEAD") return { status: 405, reason: "Only reading is possible here." };
  if (url.length > longestUrl) return { status: 414, reason: "The address is too long." };
  if (!/^\/[\x21-\x7e]*$/.test(url)) return { status: 400, reason: "The address is no path of this server." };
  // Names can be made to point here, addresses cannot: where a token is asked for, any address will do.
  const isOurs = (host: string | undefined): boolean =>
    host !== undefined && (hosts.has(host.toLowerCase()) || (token !== null && isAddress(host)));
  if (!isOurs(headers.host)) return { status: 403, reason: "This server has another name." };
  const { origin } = headers;
  if (origin !== undefined && !isOurs(/^https?:\/\/(.+)$/.exec(origin)?.[1]))
    return { status: 403, reason: "Pages of other sites may not ask." };
  const isNavigation = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  if (headers["sec-fetch-site"] === "cross-site" && !isNavigation)
    return { status: 403, reason: "Pages of other sites may not ask." };
  if (token !== null && !isSame(tokenOf(request), token))
    return { status: 401, reason: "The token is missing or wrong. Open the address that serve printed." };
  return null;
}

function isAddress(host: string): boolean {
  return isIP(host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1")) !== 0;
}

/** "" where there is none. */
export function queryToken(url: string): string {
  return new URLSearchParams(url.split("?")[1] ?? "").get("token") ?? "";
}

function tokenOf({ url = "", headers }: IncomingMessage): string {
  const cookie = /(?:^|;\s*)spikefront=([^;]*)/.exec(headers.cookie ?? "")?.[1];
  return queryToken(url) || (cookie ?? "");
}

/** Takes as long whatever is wrong. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
