import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { StudyInFolder } from "../../test/served-study.ts";
import type { LiveChange, LiveStudy } from "../study/live-study.ts";
import { readLiveStudy } from "../study/live-study-text.ts";
import { type ServedFolder, serveFolder } from "./serve.ts";

const files = new Map([["/", { type: "text/html", text: "<p>page</p>" }]]);
const made = new StudyInFolder();
let served: ServedFolder;

before(async () => {
  await made.begin(60);
  await made.finish(0, 10);
  served = await open();
});
after(async () => {
  await served.close();
  made.remove();
});

function open(host = "127.0.0.1", report: string | null = null): Promise<ServedFolder> {
  return serveFolder({ folder: made.folder, host, port: 0, files, report: () => report });
}

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** The path is sent as it stands: nothing tidies it up. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  url = served.url,
  method = "GET",
): Promise<Got> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = get({ hostname, port, path, headers, method, agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    request.on("error", reject);
    request.end();
  });
}

interface Told {
  readonly kind: string;
  readonly id: string;
  readonly data: unknown;
}

/** Listens to events until `isEnough`. */
async function listen(
  isEnough: (told: readonly Told[]) => boolean,
  {
    headers = {},
    url = served.url,
    path = "/events",
  }: { headers?: Record<string, string>; url?: string; path?: string } = {},
): Promise<readonly Told[]> {
  const response = await fetch(new URL(path, url), { headers });
  assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const told: Told[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
      const [kind, data] = [field("event"), field("data")];
      if (kind !== "")
        told.push({ kind, id: field("id"), data: kind === "study" ? readLiveStudy(data) : JSON.parse(data) });
    }
    if (isEnough(told)) break;
  }
  return told;
}

test("the page is served under a policy that lets nothing come from elsewhere", async () => {
  const { status, headers, body } = await ask("/");
  assert.deepEqual([status, body], [200, "<p>page</p>"]);
  const policy = String(headers["content-security-policy"]);
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
});

for (const host of ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.1:1"]) {
  test(`a request for the host ${host} is refused, as when its name was made to point here`, async () => {
    assert.equal((await ask("/", { host })).status, 403);
    assert.equal((await ask("/events", { host })).status, 403);
  });
}

test("requests of other sites' pages are refused, and those of our own are not", async () => {
  const { host } = new URL(served.url);
  assert.equal((await ask("/", { origin: "https://evil.example" })).status, 403);
  assert.equal((await ask("/", { origin: "null" })).status, 403);
  assert.equal((await ask("/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" })).status, 403);
  assert.equal((await ask("/", { origin: `http://${host}` })).status, 200);
});

test("paths are names on a list: tricks with them find nothing", async () => {
  const tricks = [
    "/../study.sqlite",
    "/app/../../etc/passwd",
    "/%2e%2e/study.sqlite",
    "/app/%2e%2e%2f",
    "//etc/passwd",
    "/study.sqlite",
    "/front.json",
    "/__proto__",
    "/constructor",
  ];
  for (const path of tricks) assert.equal((await ask(path)).status, 404, path);
  assert.equal((await ask("http://evil.example/")).status, 400);
});

test("only reading is possible, and only with addresses of a sane length", async () => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
    assert.equal((await ask("/", {}, served.url, method)).status, 405);
  assert.equal((await ask(`/?${"x".repeat(600)}`)).status, 414);
  assert.equal((await ask("/", { padding: "x".repeat(40_000) })).status, 431);
});

test("beyond loopback a token is asked for, which leaves the address for a cookie", async () => {
  const wide = await open("0.0.0.0");
  try {
    const { port, search } = new URL(wide.url);
    const local = `http://127.0.0.1:${port}/`;
    assert.equal((await ask("/", {}, local)).status, 401);
    assert.equal((await ask("/?token=wrong", {}, local)).status, 401);
    const entered = await ask(`/${search}`, {}, local);
    assert.deepEqual([entered.status, entered.headers.location], [303, "/"]);
    const [cookie] = String(entered.headers["set-cookie"]).split(";");
    assert.equal((await ask("/", { cookie }, local)).status, 200);
    assert.equal((await ask("/", { cookie, host: "evil.example" }, local)).status, 403);
  } finally {
    await wide.close();
  }
});

test("the report may run what the page may and nothing of its own", async () => {
  assert.equal((await ask("/report")).status, 404);
  const other = await open("127.0.0.1", "<p>report</p><script>1</script>");
  try {
    const { status, headers } = await ask("/report", {}, other.url);
    assert.equal(status, 200);
    assert.match(String(headers["content-security-policy"]), /script-src 'self'; style-src 'self';/);
  } finally {
    await other.close();
  }
});

test("a watcher gets the whole study first, and what finishes later by itself", async () => {
  const told = await listen((all) => {
    if (all.length === 1) void made.finish(10, 12);
    return all.some(
      ({ data }) => (data as LiveChange).trials.some(({ number }) => number === 11) && all.length > 1,
    );
  });
  const [first] = told;
  const study = first.data as LiveStudy;
  assert.equal(first.kind, "study");
  assert.deepEqual(
    study.trials.map(({ number }) => number),
    [...Array(10).keys()],
  );
  assert.deepEqual(
    study.objectives.map(({ name, limit }) => [name, limit]),
    [
      ["accuracy", 0.9],
      ["energy", null],
      ["drop", null],
    ],
  );
  assert.deepEqual(study.untested, ["maxLatencySteps"]);
  const { accuracy } = study.trials[0].figures;
  assert.ok(Math.abs(accuracy.high - accuracy.value - 1.96 * 0.004) < 1e-12);
  assert.ok(told.slice(1).every(({ kind }) => kind === "change"));
});

test("a watcher that comes back to a server started anew gets what it missed, and not the whole", async () => {
  const [{ id }] = await listen((all) => all.length > 0);
  await made.finish(12, 20);
  const next = await open();
  try {
    for (const path of ["/events", `/events?after=${id}`]) {
      const headers: Record<string, string> = path === "/events" ? { "last-event-id": id } : {};
      const [told] = await listen((all) => all.length > 0, { url: next.url, headers, path });
      const numbers = (told.data as LiveChange).trials.map(({ number }) => number);
      assert.equal(told.kind, "change");
      for (let number = 12; number < 20; number++) assert.ok(numbers.includes(number), `trial ${number}`);
      assert.ok(!numbers.includes(3), "what was known before is not told again");
    }
  } finally {
    await next.close();
  }
});

test("an id that belongs to no state of this store brings the whole study", async () => {
  for (const id of ["99999-1", "nonsense", "1-99999999999999", "1"]) {
    const [told] = await listen((all) => all.length > 0, { headers: { "last-event-id": id } });
    assert.equal(told.kind, "study", id);
  }
});

test("fifty watchers are told the same", async () => {
  const last = (all: readonly Told[]): boolean =>
    all.some(({ data }) => (data as LiveChange).trials.some(({ number }) => number === 21));
  const begun = new Set<number>();
  const lines = Array.from({ length: 50 }, (_, line) =>
    listen((all) => {
      if (!begun.has(line) && begun.add(line).size === 50) void made.finish(20, 22);
      return last(all);
    }),
  );
  for (const told of await Promise.all(lines)) assert.ok(last(told));
});

test("a folder without a study says so, and shows the study when it begins", async () => {
  const empty = new StudyInFolder();
  const other = await serveFolder({
    folder: empty.folder,
    host: "127.0.0.1",
    port: 0,
    files,
    report: () => null,
  });
  try {
    const told = await listen(
      (all) => {
        if (all.length === 1) void empty.begin(4);
        return all.some(({ kind }) => kind === "study");
      },
      { url: other.url },
    );
    assert.equal(told[0].kind, "empty");
    assert.equal((told[told.length - 1].data as LiveStudy).trials.length, 0);
  } finally {
    await other.close();
    empty.remove();
  }
});

test("a store of another version, or none, is told as a problem with its cure, and left as it is", async () => {
  const odd = new StudyInFolder();
  await odd.begin(4);
  const path = join(odd.folder, "study.sqlite");
  const database = new DatabaseSync(path);
  database.exec("UPDATE store_version SET version = 1; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  const other = await serveFolder({
    folder: odd.folder,
    host: "127.0.0.1",
    port: 0,
    files,
    report: () => null,
  });
  try {
    const before = readFileSync(path);
    const [old] = await listen((all) => all.length > 0, { url: other.url });
    assert.equal(old.kind, "problem");
    assert.match((old.data as { message: string }).message, /version 2 .* 1.*study check/);
    assert.deepEqual(readFileSync(path), before);
    rmSync(path);
    writeFileSync(path, "no database at all, and long enough to be looked at".repeat(40));
    const [garbage] = await listen((all) => all.length > 0, { url: other.url });
    assert.match((garbage.data as { message: string }).message, /a study store/);
  } finally {
    await other.close();
    odd.remove();
  }
});
