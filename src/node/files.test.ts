import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readFileBytes, writeFileAtomic } from "./atomic-file.ts";
import { fileError } from "./file-errors.ts";
import { FolderBlobs } from "./folder-blobs.ts";
import { lockFolder } from "./folder-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "spikefront-files-"));
after(() => rmSync(folder, { recursive: true }));

test("a file is replaced whole and nothing is left beside it", () => {
  const path = join(folder, "deep", "file.txt");
  writeFileAtomic(path, "one");
  writeFileAtomic(path, new TextEncoder().encode("two"));
  assert.equal(readFileSync(path, "utf8"), "two");
  assert.deepEqual(readdirSync(join(folder, "deep")), ["file.txt"]);
});

test("a link stays a link, to a file and to a device, which nothing takes the place of", () => {
  const [file, link] = [join(folder, "linked.txt"), join(folder, "link")];
  writeFileSync(file, "old");
  symlinkSync(file, link);
  writeFileAtomic(link, "new");
  assert.equal(readFileSync(file, "utf8"), "new");
  // Behind links, so that a mistake here costs no machine its devices.
  const [nowhere, full] = [join(folder, "nowhere"), join(folder, "full")];
  symlinkSync("/dev/null", nowhere);
  symlinkSync("/dev/full", full);
  writeFileAtomic(nowhere, "x");
  assert.throws(() => writeFileAtomic(full, "x"), {
    name: "ResourceError",
    message: /full could not be written/,
  });
  for (const path of [link, nowhere, full]) assert.ok(lstatSync(path).isSymbolicLink(), path);
});

test("devices, which may never end, and files beyond what one read takes are not read", () => {
  assert.throws(() => readFileBytes("/dev/zero"), {
    name: "StateError",
    message: /it is a device, not a file/,
  });
  const large = join(folder, "large");
  writeFileSync(large, "");
  // Sparse: it takes no room.
  truncateSync(large, 3 * 2 ** 30);
  assert.throws(() => readFileBytes(large), {
    name: "StateError",
    message: /it has 3.0 GiB, and 2 can be read/,
  });
  rmSync(large);
  assert.throws(() => readFileBytes(join(folder, "none")), {
    name: "StateError",
    message: /it does not exist/,
  });
});

test("a full disk is a resource error that says nothing finished is lost", () => {
  const error = fileError("runs/x/front.json", Object.assign(new Error("no space"), { code: "ENOSPC" }));
  assert.equal(error.name, "ResourceError");
  assert.match(error.message, /^runs\/x\/front.json could not be written: the disk is full/);
});

test("a file where a folder is wanted is said with its path", () => {
  writeFileSync(join(folder, "plain"), "");
  assert.throws(() => writeFileAtomic(join(folder, "plain", "x"), "x"), {
    name: "StateError",
    message: /plain\/x could not be used: .*--out/,
  });
});

test("blobs are kept by their hash, and a damaged one is not returned", async () => {
  const blobs = new FolderBlobs(join(folder, "blobs"), "bin");
  const hash = await blobs.put(Uint8Array.of(1, 2, 3));
  assert.deepEqual(await blobs.get(hash), Uint8Array.of(1, 2, 3));
  assert.equal(await blobs.get("0".repeat(64)), undefined);
  writeFileSync(blobs.pathOf(hash), "damaged");
  assert.equal(await blobs.get(hash), undefined);
});

test("a folder is locked for one living process, and a dead one's lock is taken over", () => {
  const place = join(folder, "locked");
  const release = lockFolder(place);
  const code = `import { lockFolder } from ${JSON.stringify(new URL("./folder-lock.ts", import.meta.url).href)};
    try { lockFolder(${JSON.stringify(place)}); console.log("locked"); } catch (error) { console.log(error.message); }`;
  const tryElsewhere = (): string =>
    spawnSync(process.execPath, ["--input-type=module-typescript", "-e", code], { encoding: "utf8" }).stdout;
  assert.match(tryElsewhere(), new RegExp(`process ${process.pid} is using it`));
  release();
  assert.match(tryElsewhere(), /^locked/);
  lockFolder(place)(); // that process ended without giving it back
  writeFileSync(join(place, "lock"), `${process.pid} 1`); // our number, another process
  lockFolder(place)();
  writeFileSync(join(place, "lock"), "torn");
  lockFolder(place)();
});

test("of processes that find a dead one's lock at once, one gets the folder", async () => {
  const place = join(folder, "contended");
  lockFolder(place)();
  writeFileSync(join(place, "lock"), "999999999 1");
  const code = `import { lockFolder } from ${JSON.stringify(new URL("./folder-lock.ts", import.meta.url).href)};
    try { lockFolder(${JSON.stringify(place)}); console.log("locked"); } catch { console.log("refused"); }
    process.stdin.resume();`; // holds it until all have tried
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ["--input-type=module-typescript", "-e", code], {
      stdio: ["pipe", "pipe", "inherit"],
    }),
  );
  const words = await Promise.all(
    children.map(async ({ stdout }) => String((await once(stdout, "data"))[0]).trim()),
  );
  const ends = children.map((child) => once(child, "close"));
  for (const { stdin } of children) stdin.end();
  await Promise.all(ends);
  assert.deepEqual(words.sort(), ["locked", "refused", "refused", "refused"]);
  assert.deepEqual(readdirSync(place), ["lock"]);
});
