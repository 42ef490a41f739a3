// Networks of a served study, from what the study has kept: evaluations in its store, network files beside it, and
// the front when it has ended. Nothing is run.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { readNetworkFile } from "../formats/network-file.ts";
import { inferShapes } from "../model/shapes.ts";
import type { Evaluation } from "../pipeline/evaluation.ts";
import type { EvaluationTask } from "../pipeline/evaluation-task.ts";
import type { Explanation } from "../pipeline/explanation.ts";
import type { Front, NetworkFigures } from "../study/front.ts";
import type { LiveFinalists, LiveGraph, LiveTrialNetwork } from "../study/live-network.ts";
import { type FiguresOptions, networkFigures } from "../study/network-figures.ts";
import { readFileBytes } from "./atomic-file.ts";
import type { OpenStudy } from "./serve-store.ts";
import { studyPaths } from "./study-folder.ts";

/** A file that is larger is not opened to be drawn. */
const largestNetworkBytes = 256 * 1024 * 1024;

/** Of trials that are measured; others are left out. */
export function trialNetworks(open: OpenStudy, numbers: readonly number[]): readonly LiveTrialNetwork[] {
  const { database, key } = open;
  return numbers.flatMap((trial) => {
    const [row] = database.all(
      "SELECT result, design FROM trial WHERE study_key = ? AND number = ? AND state = 'complete'",
      key,
      trial,
    );
    const evaluation = row === undefined ? null : (JSON.parse(String(row["result"])) as Evaluation | null);
    if (evaluation === null) return [];
    const figures = figuresOf(open, {
      id: `p${trial}`,
      label: `Trial ${trial}`,
      role: "snn",
      plan: open.judge.planOf(JSON.parse(String(row["design"])), "search"),
      evaluation,
    });
    const graph = graphOf(open, evaluation.network);
    return [
      {
        trial,
        figures,
        energy: decidingEnergy(open, figures),
        graph,
        explanation: explanationOf(open, trial),
      },
    ];
  });
}

/** ANNs measured on the search's images, for the reference point. */
export function referenceNetworks(open: OpenStudy): readonly NetworkFigures[] {
  return documentsOf(open, "reference/").map(({ name, value }) => {
    const { evaluation } = value as { evaluation: Evaluation };
    return figuresOf(open, { id: `${name}-int8`, label: `ANN ${name}, int8`, role: "ann", evaluation });
  });
}

/** Null while nothing is confirmed. */
export function finalists(open: OpenStudy): LiveFinalists | null {
  const path = studyPaths(open.folder).front;
  const front = existsSync(path) ? readFront(path) : null;
  if (front !== null && front.study === open.key) {
    const { networks, points, recommendation } = front;
    return { split: "test", networks, points, recommendation: { choice: recommendation.choice } };
  }
  const kept = documentsOf(open, "confirm/").map(({ name: id, value }) => {
    const { task, evaluation } = value as { task: string; evaluation: Evaluation };
    const { network: plan } = JSON.parse(task) as EvaluationTask;
    const role = plan.kind !== "ann" ? "snn" : plan.design === null ? "ann" : "control";
    return figuresOf(open, { id, label: role === "snn" ? `SNN ${id}` : id, role, plan, evaluation });
  });
  if (kept.length === 0) return null;
  return {
    split: "validation",
    networks: kept.filter(({ role }) => role !== "snn"),
    points: kept.filter(({ role }) => role === "snn"),
    recommendation: { choice: null },
  };
}

/** SHA-256 of a trial's network file; null: it is not measured. */
export function networkHash({ database, key }: OpenStudy, trial: number): string | null {
  const [row] = database.all(
    "SELECT json_extract(result, '$.network') AS hash FROM trial WHERE study_key = ? AND number = ? AND state = 'complete'",
    key,
    trial,
  );
  return row?.["hash"] == null ? null : String(row["hash"]);
}

/** Path of a network file of the study's, null where there is none. */
export function networkPath({ folder }: OpenStudy, hash: string): string | null {
  if (!/^[0-9a-f]{64}$/.test(hash)) return null;
  const path = join(studyPaths(folder).networks, `${hash}.safetensors`);
  return existsSync(path) && statSync(path).size <= largestNetworkBytes ? path : null;
}

/** Documents by what their names have behind the prefix. */
function documentsOf(
  { database, key }: OpenStudy,
  prefix: string,
): readonly { readonly name: string; readonly value: unknown }[] {
  return database
    .all(
      "SELECT name, value FROM document WHERE study_key = ? AND name LIKE ? ORDER BY name",
      key,
      `${prefix}%`,
    )
    .map(({ name, value }) => ({
      name: String(name).slice(prefix.length),
      value: JSON.parse(String(value)),
    }));
}

type Named = Pick<FiguresOptions, "id" | "label" | "role" | "evaluation" | "plan">;

/** Without a real-valued input all accountings agree, and only the first is given. */
function decidingEnergy(
  { judge: { profiles, settings } }: OpenStudy,
  { energy }: NetworkFigures,
): LiveTrialNetwork["energy"] {
  const own = energy.filter(({ profile }) => profile === profiles[0]?.name);
  return own.find(({ accounting }) => accounting === settings.accounting) ?? own[0] ?? null;
}

function figuresOf({ judge }: OpenStudy, named: Named): NetworkFigures {
  const { profiles, objectives, context } = judge;
  return networkFigures({ ...named, profiles, objectives, context });
}

const graphs = new Map<string, LiveGraph | null>();
const mostGraphs = 50;

function graphOf(open: OpenStudy, hash: string): LiveGraph | null {
  const known = graphs.get(hash);
  if (known !== undefined) return known;
  const path = networkPath(open, hash);
  if (path === null) return null; // it may come later
  const graph = readGraph(path);
  if (graphs.size >= mostGraphs) graphs.clear();
  graphs.set(hash, graph);
  return graph;
}

/** Null for a file that is no network: what the store knows of it is still shown. */
function readGraph(path: string): LiveGraph | null {
  try {
    const { network } = readNetworkFile(readFileBytes(path), path);
    const shapes = inferShapes(network);
    return {
      inputShape: network.inputShape,
      layers: network.layers.map(({ id, kind, inputs }) => ({
        id,
        kind,
        inputs,
        shape: shapes.get(id) ?? [],
      })),
      output: network.output,
    };
  } catch {
    return null;
  }
}

function explanationOf({ database, key }: OpenStudy, trial: number): Explanation | null {
  const [row] = database.all(
    "SELECT value FROM document WHERE study_key = ? AND name = ?",
    key,
    `confirm/p${trial}`,
  );
  if (row === undefined) return null;
  const { evaluation } = JSON.parse(String(row["value"])) as { evaluation: Evaluation };
  return evaluation.explanation ?? null;
}

/** Null while it is being replaced. */
function readFront(path: string): Front | null {
  try {
    return JSON.parse(new TextDecoder().decode(readFileBytes(path))) as Front;
  } catch {
    return null;
  }
}
