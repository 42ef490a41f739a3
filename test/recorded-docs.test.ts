// What pages quote of benchmarks is what was recorded.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

interface Row {
  readonly case: string;
  readonly ours: number;
  readonly peer: number | null;
  readonly note?: string;
}

const root = path.resolve(import.meta.dirname, "..");
/** Its lines joined, so that a phrase may be broken anywhere. */
const page = (name: string): string =>
  readFileSync(path.join(root, "docs", name), "utf8").replaceAll("\n", " ");

function recorded(name: string): (words: string) => Row {
  const { rows }: { readonly rows: readonly Row[] } = JSON.parse(
    readFileSync(path.join(root, "docs/results", `${name}.json`), "utf8"),
  );
  return (words) => {
    const row = rows.find((candidate) => candidate.case.includes(words));
    assert.ok(row !== undefined, `${name} has no row "${words}"`);
    return row;
  };
}

function quotes(name: string, phrases: readonly string[]): void {
  const text = page(name);
  for (const phrase of phrases) assert.ok(text.includes(phrase), `${name} must say "${phrase}"`);
}

test("steps of event-based training are told as recorded", () => {
  const row = recorded("event-gradient");
  const step = row("mnist-count, batch 50, one step of training on one core");
  const spikes = ["mnist-count", "mnist-ttfs"].map((name) => row(`${name}, batch 50, spikes heard`).ours);
  const added = ["mnist-count", "mnist-ttfs"].map((name) => row(`${name}, batch 50, forward, weights added`));
  const shares = added.map(({ note }) => /(\d+) % of the core's/.exec(note ?? "")?.[1]);
  const memory = row("mnist-count, batch 50, memory");
  quotes("event-gradient.md", [
    `takes ${step.ours.toFixed(1)} ms on one core`,
    `${step.peer?.toFixed(0)} ms for the same network`,
    `takes ${row("mnist-count, an epoch").ours.toFixed(1)} s on two cores`,
    `with one spike a neuron ${row("mnist-ttfs, an epoch").ours.toFixed(1)} s`,
    `${spikes.map((rate) => rate.toFixed(1)).join(" and ")} million spikes a second`,
    `${shares.join(" and ")} % of what the core`,
    `${memory.ours.toFixed(1)} MiB besides`,
    `PyTorch's ${memory.peer?.toFixed(0)} MiB`,
  ]);
});

test("what the live page takes is told as recorded", () => {
  const row = recorded("web");
  quotes("live-page.md", [
    `first load is ${row("first load").ours.toFixed(0)} KiB`,
    `at most ${row("a filter is typed").ours.toFixed(1)} ms while a filter`,
    `${row("a range is drawn").ours.toFixed(0)} ms while a range was drawn`,
    `showed the study ${(row("first view").ours / 1000).toFixed(1)} s after`,
    `after ${(row("a trial's result").ours / 1000).toFixed(2)} s`,
    `have it after ${(row("whole study").ours / 1000).toFixed(0)} s`,
  ]);
});

test("what many machines take is told as recorded", () => {
  const row = recorded("scale-out");
  const rates = [1, 2, 4].map((count) => row(`${count} workers, trials of 50 ms`).ours.toFixed(0));
  const [few, most] = [row("4 at once").ours, row("16 at once").ours];
  quotes("many-machines.md", [
    `cost ${row("store and queue, per trial").ours.toFixed(1)} ms a trial and ${row("store and queue, per shard").ours.toFixed(1)} ms a shard`,
    `${few.toFixed(0)} trials a second are taken and told over 4 connections, ${most.toFixed(0)} over 16`,
    `run ${rates[0]}, ${rates[1]} and ${rates[2]} a second`,
    `${row("lost worker").ours.toFixed(0)} s pass`,
    `1,000 workers are carried where trials take ${((2 * 1000) / most).toFixed(0)} s or more`,
  ]);
  assert.ok(most > few);
});

test("what halving gains is told as recorded", () => {
  const row = recorded("search-halving");
  const cells = (sampler: string, way: string): readonly string[] =>
    [20, 60].flatMap((budget) => {
      const { ours, note } = row(`${sampler}, ${budget} full evaluations, ${way}:`);
      const lead = / by (\S+) \[(\S+), (\S+)\]/.exec(note ?? "");
      const [mean, low, high] = (lead ?? []).slice(1).map((n) => Number(n).toFixed(1).replace("-", "−"));
      return [`${ours.toFixed(1)} %`, lead === null ? "" : `${mean} [${low}, ${high}] `];
    });
  for (const sampler of ["nsga2", "tpe"]) {
    for (const way of ["whole", "from 1/4, by 4", "from 1/9, by 3", "from 1/16, by 4"]) {
      const [few, fewLead, more, moreLead] = cells(sampler, way);
      const name = `\`${sampler}\`, ${way.replace("by", "factor")}`;
      quotes("search.md", [`| ${name} | ${few} | ${fewLead}| ${more} | ${moreLead}|`]);
    }
  }
});

test("what a search by all methods found is told as recorded", () => {
  const record = JSON.parse(readFileSync(path.join(root, "docs/results/all-methods.json"), "utf8"));
  const share = (value: number): string => (100 * value).toFixed(2);
  const interval = ({ value, low, high }: Readonly<Record<"value" | "low" | "high", number>>): string =>
    `${share(value)} % (${share(low)} to ${share(high)})`;
  const { choice } = record.recommendation;
  const ids = ["ann-int8", "ann-int8-skip", choice, "p48", "p67", "p78", "p44", "best-ttfs"];
  const rows = ids.map((id) => {
    const { label, accuracy, energyPj, drops, steps } = record.networks.find(
      (one: { id: string }) => one.id === id,
    );
    const { drop } = drops.find((one: { bitErrorRate: number }) => one.bitErrorRate === 0.002);
    const [compute, memory] = ["compute", "memory"].map((part) => energyPj[`horowitz-45nm-${part}`] / 1000);
    const energies = `${compute.toPrecision(3)} nJ | ${memory.toPrecision(3)} nJ`;
    return `| ${id}${id === choice ? " (recommended)" : ""} | ${label} | ${interval(accuracy)} | ${energies} | ${interval(drop)} | ${steps} |`;
  });
  const { convert, skips, ttfs } = record.trialsByMethod;
  quotes("search.md", [
    ...rows,
    `${record.processorSeconds} seconds of processor time, ${Math.round(record.seconds / 60)} minutes on two cores`,
    `${convert} of its ${convert + skips + ttfs} trials convert, ${skips} train skips and ${ttfs} event networks`,
  ]);
});

test("samplers on the table of all matrices are told as recorded", () => {
  const row = recorded("skip-samplers");
  const signed = (value: string): string => value.replaceAll("-", "−");
  for (const sampler of ["gp", "evolution"]) {
    const told = ["evaluations until", "test error"].map((figure) => {
      const { ours, note = "" } = row(`${sampler}: ${figure}`);
      return `${ours.toFixed(2)} | ${signed(/difference ([^)]*\))/.exec(note)?.[1] ?? "")}`;
    });
    quotes("skips.md", [`| \`${sampler}\` | ${told.join(" | ")} |`]);
  }
  const random = ["evaluations until", "test error"].map((figure) => row(`gp: ${figure}`).peer?.toFixed(2));
  quotes("skips.md", [`| \`random\` | ${random[0]} | | ${random[1]} | |`]);
});
