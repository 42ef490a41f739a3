// What starts workers elsewhere is checked as far as it can be here: its syntax, and that the command line takes the
// words it is started with.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { launchers, launcherText } from "../src/cli/launchers.ts";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { worker } from "../src/cli/worker.ts";

/** Options of `sbatch` that take a value, and those that take none; from its manual, Slurm 24.05. */
const valued = ["job-name", "ntasks", "cpus-per-task", "mem-per-cpu", "time", "signal"];
const bare = ["requeue"];

const folder = join(import.meta.dirname, "../launchers");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

/** Refused by the parser of the command line where an option or a value does not exist. */
function requireWorkerWords(words: readonly string[]): void {
  const at = words.indexOf("worker");
  assert.equal(words[at - 1], "spikefront");
  parseArguments(worker.options, words.slice(at + 1));
}

test("the Slurm script is a script, names no password and starts a worker", () => {
  execFileSync("bash", ["-n", join(folder, "slurm-workers.sh")]);
  const text = read("slurm-workers.sh");
  const [line] = text.split("\n").filter((one) => one.startsWith("exec "));
  const asked = text.split("\n").filter((one) => one.startsWith("#SBATCH "));
  assert.ok(asked.length >= 6);
  for (const one of asked) {
    const [, name, value] = /^#SBATCH --([a-z-]+)(?:=(\S+))?$/.exec(one) ?? [];
    assert.ok((value === undefined ? bare : valued).includes(name), one);
  }
  assert.match(line, /^exec srun --cpus-per-task="\$\{SLURM_CPUS_PER_TASK:-1\}" spikefront/);
  const values: Readonly<Record<string, string>> = { SLURM_CPUS_PER_TASK: "4", SPIKEFRONT_TAGS: "gpu" };
  const words = line
    .replaceAll(/"\$\{(\w+):-\w*\}"/g, (_, name: string) => values[name])
    .split(" ")
    .slice(3);
  requireWorkerWords(words);
  assert.ok(Number(words[words.indexOf("--drain") + 1]) < 60, "must drain before Slurm kills");
});

test("the systemd unit starts a worker again whatever happens to it, and waits until it has drained", () => {
  const settings = Object.fromEntries(
    read("spikefront-worker.service")
      .split("\n")
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const words = settings["ExecStart"].split(" ");
  requireWorkerWords(words);
  assert.ok(Number(settings["TimeoutStopSec"]) > Number(words[words.indexOf("--drain") + 1]));
  assert.equal(settings["Restart"], "always");
});

test("systemd finds no fault with the unit", (context) => {
  const unit = join(folder, "spikefront-worker.service");
  const { status, stderr, error } = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
  if (error !== undefined) return context.skip("no systemd-analyze here");
  assert.deepEqual([status, stderr], [0, ""]);
});

test("the command prints each of them as it is", async () => {
  const files = Object.values(launchers).map((place) => basename(place.pathname));
  for (const [i, name] of Object.keys(launchers).entries()) {
    const file = files[i];
    const text = launcherText(name as keyof typeof launchers);
    assert.equal(text, read(file).trimEnd());
    assert.ok(text.includes(`spikefront worker --launcher ${name} > `), `${file} must say how it is had`);
  }
  assert.deepEqual(files.toSorted(), readdirSync(folder).toSorted());
});

test("the Kubernetes manifest starts workers whose password comes from a secret", () => {
  const { kind, spec } = parse(read("kubernetes-workers.yaml"));
  assert.equal(kind, "Deployment");
  assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels);
  const { containers, terminationGracePeriodSeconds } = spec.template.spec;
  const [{ command, env }] = containers;
  requireWorkerWords(command);
  assert.ok(terminationGracePeriodSeconds > Number(command[command.indexOf("--drain") + 1]));
  const password = env.find(({ name }: { name: string }) => name === "PGPASSWORD");
  assert.equal(password.value, undefined);
  assert.equal(password.valueFrom.secretKeyRef.key, "password");
});
