// The long tests: three processes that hammer one store, killed at random moments, must lose and repeat no
// trial; four workers on PostgreSQL must end every trial once, whatever happens to them; a study killed at random
// moments again and again must end in the front of one never stopped; and random spiking networks must do what their
// scalar twin does, bit for bit. Before all that, mutated files of every kind must be read or refused. Seeded and
// resumable: each finished round is written to runs/soak.json and not done again.
// Use: npm run soak [-- --rounds 50 --kills 100 --storms 3 --files 10000 --seed 1]; with --only files or --only workers
// nothing but those. A small fixed share of this runs in `npm test`.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { Random } from "../src/base/random.ts";
import { loadKernels } from "../src/kernels/load.ts";
import { runCampaignInFolder } from "../src/node/campaign-folder.ts";
import { sourceRevision } from "../src/node/source-revision.ts";
import { SqliteStorage } from "../src/node/sqlite-storage.ts";
import { simulateScalar } from "../src/simulate/scalar-simulator.ts";
import { createSimulator } from "../src/simulate/simulator.ts";
import { hammer } from "../test/hammer.ts";
import { campaignFiles, interruptedCampaign, madeCampaign } from "../test/made-campaign.ts";
import { readMutations } from "../test/mutated-files.ts";
import { noPostgres, TestPostgres } from "../test/postgres.ts";
import { singleOutcome, storm, workedOutcome } from "../test/postgres-workers.ts";
import { randomCase } from "../test/random-spiking.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "30" },
    kills: { type: "string", default: "100" },
    storms: { type: "string", default: "3" },
    files: { type: "string", default: "10000" },
    only: { type: "string", default: "" },
    seed: { type: "string", default: "1" },
  },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "runs", "soak");
const log = join(root, "runs", "soak.json");
/** Of the campaign in a storm: some hundred shards. */
const shardTrials = 8000;
const study = join(folder, "study.yaml");
const commit = sourceRevision();

mkdirSync(folder, { recursive: true });
writeFileSync(
  study,
  `schema: spikefront.study/1
name: soak
networks: [{ hidden: [16] }]
training: { epochs: 2 }
search: { trials: 40 }
evaluation: { images: 2000, faultSeeds: 3 }
confirm: { images: 1000 }
final: { images: 1000, faultImages: 500, faultSeeds: 3, points: 4 }
`,
);

/** Run the study in `name`; killed after `afterMs` if it is given. */
function explore(name, afterMs) {
  const words = [join(root, "bin", "spikefront.cjs"), "explore", study, "--out", join(folder, name)];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const timer = afterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), afterMs);
  return new Promise((resolve, reject) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code === 0 || afterMs !== undefined) resolve(code);
      else reject(new Error(`explore ended with ${code}: ${errors}`));
    });
  });
}

function frontOf(name) {
  const { testUses: _, ...front } = JSON.parse(readFileSync(join(folder, name, "front.json"), "utf8"));
  return JSON.stringify(front);
}

async function completeOf(name) {
  const file = join(folder, name, "study.sqlite");
  if (!existsSync(file)) return new Map();
  const storage = new SqliteStorage(file);
  const faults = await storage.checkIntegrity();
  if (faults.length > 0) throw new Error(`${file}: ${faults.join("; ")}`);
  const trials = await storage.listTrials("soak");
  await storage.close();
  return new Map(
    trials.filter(({ state }) => state === "complete").map((trial) => [trial.number, JSON.stringify(trial)]),
  );
}

const kernels = await loadKernels();

/** A round's random networks; returns how many. */
function compareNetworks(round) {
  let networks = 0;
  for (let k = 0; k < 150; k++) {
    const caseSeed = 1000 * (seed + 1000 * round) + k;
    const one = randomCase(caseSeed);
    if (one === undefined) continue;
    const { model, request, maximumBatch } = one;
    const result = createSimulator(kernels, model, { maximumBatch }).run(request);
    if (!isDeepStrictEqual(result, simulateScalar(model, request)))
      throw new Error(
        `round ${round}: the random network of seed ${caseSeed} does not do what its twin does`,
      );
    networks++;
  }
  return networks;
}

/** Searches on PostgreSQL by four workers that are killed, stopped, cut off and told twice; time passes by itself. */
async function storms(count) {
  const server = await TestPostgres.start();
  try {
    const single = await singleOutcome();
    for (let round = 0; round < count; round++) {
      const random = new Random({ seed, trial: round, purpose: "soak-storm", index: 0 });
      const { outcome, ...told } = await storm(server, `storm ${round}`, {
        work: workedOutcome,
        random,
        pauseMs: 300,
        events: 40,
      });
      if (!isDeepStrictEqual(outcome, single)) throw new Error(`storm ${round}: the trials differ`);
      console.log(`workers: every trial as on one machine after ${JSON.stringify(told)}`);
      await shardStorm(server, round);
    }
  } finally {
    await server.stop();
  }
}

/** The same with a campaign's shards, and the command itself stopped three times. */
async function shardStorm(server, round) {
  const place = join(folder, `campaign ${round}`);
  rmSync(place, { recursive: true, force: true });
  await runCampaignInFolder(madeCampaign(join(place, "here"), { count: shardTrials }));
  const { outcome: _, ...told } = await storm(server, `shards ${round}`, {
    work: (address) => interruptedCampaign(address, join(place, "far"), shardTrials),
    random: new Random({ seed, trial: round, purpose: "soak-shard-storm", index: 0 }),
    pauseMs: 300,
    events: 40,
  });
  if (!isDeepStrictEqual(campaignFiles(join(place, "far")), campaignFiles(join(place, "here"))))
    throw new Error(`shard storm ${round}: the campaigns differ`);
  console.log(`workers: a campaign as on one machine after ${JSON.stringify(told)}`);
}

if (values.only === "workers") {
  await storms(Number(values.storms));
  process.exit();
}
const mutations = await readMutations({ seed, count: Number(values.files) });
console.log(
  `files: ${mutations.read} mutated ones read, ${mutations.refused} refused in words; the slowest ${mutations.slowest}`,
);
if (values.only === "files") process.exit();

const hammered = join(folder, "hammered.sqlite");
for (const end of ["", "-wal", "-shm"]) rmSync(hammered + end, { force: true });
const told = await hammer(
  hammered,
  Number(values.kills),
  new Random({ seed, trial: 0, purpose: "soak-hammer", index: 0 }),
);
console.log(
  `store: ${told.kills} kills, each of ${told.acknowledged} acknowledged trials there once (${told.complete} complete), the file sound`,
);

if (noPostgres === false) await storms(Number(values.storms));
else console.log(`workers: skipped, ${noPostgres}`);

let state = { seed, commit, finished: [] };
if (existsSync(log)) {
  const kept = JSON.parse(readFileSync(log, "utf8"));
  if (kept.seed === seed && kept.commit === commit) state = kept;
}
rmSync(join(folder, "whole"), { recursive: true, force: true });
await explore("whole");
for (let round = 0; round < rounds; round++) {
  if (state.finished.some((done) => done.round === round)) continue;
  const random = new Random({ seed, trial: round, purpose: "soak", index: 0 });
  rmSync(join(folder, "killed"), { recursive: true, force: true });
  let kills = 0;
  let before = new Map();
  while (!existsSync(join(folder, "killed", "front.json"))) {
    const code = await explore("killed", 300 + random.integer(3000));
    if (code !== 0) kills++;
    const now = await completeOf("killed");
    for (const [number, trial] of before) {
      if (now.get(number) !== trial)
        throw new Error(`round ${round}: finished trial ${number} was lost or done again`);
    }
    before = now;
    if (kills > 200) throw new Error(`round ${round}: no end after ${kills} kills`);
  }
  if (frontOf("killed") !== frontOf("whole"))
    throw new Error(`round ${round}: another front after ${kills} kills`);
  const networks = compareNetworks(round);
  state.finished.push({ round, kills, networks });
  writeFileSync(log, JSON.stringify(state));
  console.log(
    `round ${round + 1} of ${rounds}: ${kills} kills, same front; ${networks} networks like their twins`,
  );
}
const total = (name) => state.finished.reduce((sum, done) => sum + done[name], 0);
console.log(
  `soak: ${state.finished.length} rounds, ${total("kills")} kills, every front the same; ${total("networks")} random networks like their twins`,
);
