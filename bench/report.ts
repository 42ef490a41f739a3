// What a benchmark hands back: one row per case, ours beside a peer measured on the same machine in the
// same run, or beside a stated limit. `npm run bench -- NAME` prints it as a table and as one JSON line.

import os from "node:os";

export interface BenchRow {
  readonly case: string;
  /** Unit of `ours`, `peer` and `goal`, e.g. `ms`, `GFLOP/s`. */
  readonly unit: string;
  readonly ours: number;
  /** The same by somebody else, or null when there is nobody to compare with on this machine. */
  readonly peer: number | null;
  /** How many times better than the peer, above 1 is better; null without a peer. */
  readonly ratio: number | null;
  /** What we aim for, in `unit`, or null when the row only informs. */
  readonly goal: number | null;
  /** Whether the goal is met; null without a goal. */
  readonly pass: boolean | null;
  /** Spread, conditions, what the peer is. */
  readonly note?: string;
}

export interface BenchReport {
  readonly name: string;
  readonly machine: string;
  readonly threads: number;
  /** Versions of what was measured: node, spikefront, the peer. */
  readonly versions: Readonly<Record<string, string>>;
  /** A quick run checks that the benchmark works; its numbers are not to be quoted. */
  readonly quick: boolean;
  readonly rows: readonly BenchRow[];
  readonly pass: boolean;
}

/** A row; `better` tells which side of the goal is the good one. */
export function benchRow(row: {
  readonly case: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer?: number | undefined;
  readonly goal?: number | undefined;
  readonly better: "lower" | "higher";
  readonly note?: string;
}): BenchRow {
  const { ours, better } = row;
  const peer = row.peer ?? null;
  const goal = row.goal ?? null;
  const isMet = goal === null ? null : better === "lower" ? ours <= goal : ours >= goal;
  return {
    case: row.case,
    unit: row.unit,
    ours,
    peer,
    ratio: peer === null ? null : better === "lower" ? peer / ours : ours / peer,
    goal,
    pass: isMet,
    ...(row.note === undefined ? {} : { note: row.note }),
  };
}

/** A report of this machine; it passes when no row misses its goal. */
export function benchReport(report: {
  readonly name: string;
  readonly quick: boolean;
  readonly threads: number;
  readonly versions?: Readonly<Record<string, string>>;
  readonly rows: readonly BenchRow[];
}): BenchReport {
  const cores = os.cpus();
  const load = os.loadavg()[0].toFixed(1);
  return {
    name: report.name,
    machine: `${cores[0]?.model.trim() ?? process.arch}, ${os.availableParallelism()} cores, load ${load}`,
    threads: report.threads,
    versions: { node: process.versions.node, ...report.versions },
    quick: report.quick,
    rows: report.rows,
    pass: report.rows.every((row) => row.pass !== false),
  };
}
