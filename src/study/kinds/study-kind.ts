// What a trial of a study is: which designs there are, how the network of one is made, what is trained before, and what
// stands beside the front. Everything else of a study (asking, running, keeping, judging, reporting) knows no kinds.

import type { Dataset } from "../../data/dataset.ts";
import type { NetworkPlan } from "../../pipeline/evaluation-task.ts";
import type { ObjectiveName } from "../../pipeline/objectives.ts";
import type { DesignValues, Space } from "../../space/space.ts";
import type { Finalist } from "../finalists.ts";
import type { StudyPart } from "../study-ports.ts";

/** SHA-256 of what was trained before the search, by name. */
export type PartHashes = ReadonlyMap<string, string>;

/** In the search, or when it is looked at closely. */
export type Depth = "search" | "final";

/** One kind, for one study's settings. */
export interface StudyKind {
  /** As it stands in messages, e.g. `a study of skips`. */
  readonly about: string;
  /** Whether its networks have what the objective asks for. */
  readonly has: (objective: ObjectiveName) => boolean;
  /** @throws {InvalidValueError} as `studySpace` does */
  readonly space: () => Space;
  /** What is trained before the search, in order. */
  readonly parts: readonly StudyPart[];
  /** Refuse data that the parts or the trials cannot be trained on. @throws {InvalidValueError} */
  readonly requireData: (dataset: Dataset) => void;
  readonly plan: (parts: PartHashes, design: DesignValues, depth: Depth) => NetworkPlan;
  /** ANNs that a reference point may be taken from, by name; none: a study says it itself, or has none. */
  readonly referenceAnns: (
    parts: PartHashes,
    space: Space,
  ) => readonly (readonly [name: string, hash: string])[];
  /** ANNs that stand beside these designs, judged as they are. */
  readonly anns: (parts: PartHashes, designs: readonly DesignValues[]) => readonly Finalist[];
  /** What a reader compares one design with. `rivals` stand for election, too. */
  readonly controls: (
    parts: PartHashes,
    design: DesignValues,
  ) => { readonly controls: readonly Finalist[]; readonly rivals: readonly Finalist[] };
  /** The design as reports tell it. */
  readonly told: (design: DesignValues) => DesignValues;
  /** What a reader of the front must know: how its networks were made or looked at, and how to read their figures. */
  readonly notes: (designs: readonly DesignValues[]) => {
    readonly networks: readonly string[];
    readonly reading: readonly string[];
  };
}
