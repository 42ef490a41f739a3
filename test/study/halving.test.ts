// A study that halves and races, stopped by force wherever it is, goes on as if it had never been stopped.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { SqliteStorage } from "../../src/node/sqlite-storage.ts";
import { spikefront as runHere } from "../cli/command-line.ts";
import { frontOf, type StopAt, spikefront, storedTrials, studyPlace } from "./explorer.ts";

const place = studyPlace();
after(() => place.remove());
const study = join(place.folder, "halving.yaml");
writeFileSync(
  study,
  readFileSync(place.study, "utf8")
    .replace("images: 1000", "images: 400")
    .replace(
      "search: { trials: 12, startTrials: 6 }",
      "search: { trials: 8, startTrials: 6, halving: { minImages: 50, factor: 2 }, racing: { designs: 4, images: 100, repeats: 4 } }",
    ),
);
const at = (name: string): string => join(place.folder, name);
const explore = (out: string, ...words: string[]) => ["explore", study, "--out", at(out), ...words];

before(async () => {
  const { status, stderr } = await runHere(explore("whole", "--workers", "1"));
  assert.equal(status, 0, stderr);
});

const outcomeOf = (name: string) =>
  [...storedTrials(at(name))].map(([number, { state, design, result }]) => ({
    number,
    state,
    design,
    result,
  }));

/** Images of every measurement that is kept, by trial. */
function keptRungs(name: string): ReadonlyMap<string, readonly number[]> {
  if (!existsSync(join(at(name), "study.sqlite"))) return new Map();
  const store = new DatabaseSync(join(at(name), "study.sqlite"), { readOnly: true });
  try {
    const rows = store.prepare("SELECT name, value FROM document WHERE name LIKE 'halving/%'").all();
    return new Map(
      rows.map(({ name: document, value }) => [
        String(document),
        JSON.parse(String(value)).evaluations.map(({ images }: { readonly images: number }) => images),
      ]),
    );
  } finally {
    store.close();
  }
}

test("designs are halved and the best are raced", () => {
  const { halving, race, trials } = frontOf(at("whole")) as unknown as {
    readonly halving: {
      readonly trials: number;
      readonly imagesSpent: number;
      readonly imagesWithout: number;
    };
    readonly race: { readonly designs: readonly number[]; readonly measurements: number };
    readonly trials: readonly unknown[];
  };
  assert.ok(halving.trials > 15 && halving.imagesSpent <= 3200 && halving.imagesWithout > 6000);
  assert.ok(trials.length >= 2 && race.designs.length >= 2 && race.measurements >= 6);
});

test("kill -9 in mid-search, in the race and after it: nothing kept is lost or measured again", async () => {
  const stops: readonly StopAt[] = [
    { phase: "search", done: 1, signal: "SIGKILL" },
    { phase: "search", done: 5.3, signal: "SIGKILL" },
    { phase: "race", done: 1, signal: "SIGKILL" },
  ];
  for (const stopAt of stops) {
    const kept = keptRungs("killed");
    const { killedBy, stderr } = await spikefront(explore("killed", "--workers", "1"), { stopAt });
    assert.equal(killedBy, "SIGKILL", stderr);
    const storage = new SqliteStorage(join(at("killed"), "study.sqlite"));
    assert.deepEqual(await storage.checkIntegrity(), []);
    await storage.close();
    const now = keptRungs("killed");
    for (const [trial, images] of kept)
      assert.deepEqual(now.get(trial)?.slice(0, images.length), images, trial);
  }
  const { status, stderr } = await runHere(explore("killed"));
  assert.equal(status, 0, stderr);
  assert.deepEqual(outcomeOf("killed"), outcomeOf("whole"));
  assert.deepEqual(keptRungs("killed"), keptRungs("whole"));
  assert.deepEqual(frontOf(at("killed")), frontOf(at("whole")));
});

test("Ctrl-C, then a budget that grows and two workers: trials and front are those of the larger budget at once on one", async () => {
  const words = explore("grown", "--trials", "5", "--workers", "1");
  const { code } = await spikefront(words, { stopAt: { phase: "search", done: 1, signal: "SIGINT" } });
  assert.equal(code, 130);
  const ended = await runHere(explore("grown", "--workers", "2"));
  assert.equal(ended.status, 0, ended.stderr);
  assert.deepEqual(outcomeOf("grown"), outcomeOf("whole"));
  assert.deepEqual(frontOf(at("grown")), frontOf(at("whole")));
});
