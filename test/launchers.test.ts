// What starts workers elsewhere is checked as far as it can be here: its syntax, and that the command line takes the
// words it is started with.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { parseArguments } from "../src/cli/parse-arguments.ts";
import { worker } from "../src/cli/worker.ts";

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
  const values: Readonly<Record<string, string>> = { SLURM_CPUS_PER_TASK: "4", SPIKEFRONT_TAGS: "gpu" };
  const words = line
    .replaceAll(/"\$\{(\w+):-\w*\}"/g, (_, name: string) => values[name])
    .split(" ")
    .slice(2);
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

test("the Kubernetes manifest starts workers whose password comes from a secret", () => {
  const { kind, spec } = parse(read("kubernetes-workers.yaml"));
  assert.equal(kind, "Deployment");
  assert.deepEqual(spec.selector.matchLabels, spec.template.metadata.labels);
  const { containers, terminationGracePeriodSeconds } = spec.template.spec;
  const [{ args, env }] = containers;
  requireWorkerWords(args);
  assert.ok(terminationGracePeriodSeconds > Number(args[args.indexOf("--drain") + 1]));
  const password = env.find(({ name }: { name: string }) => name === "PGPASSWORD");
  assert.equal(password.value, undefined);
  assert.equal(password.valueFrom.secretKeyRef.key, "password");
});
