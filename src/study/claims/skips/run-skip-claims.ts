// A study of claims about skips from its settings to its answers. Everything random is keyed by the settings: but for
// the times, the same study gives the same result on any number of threads and however often it was stopped.

import { judgeSkipClaims } from "./judge-skip-claims.ts";
import { runSkipSearches, type SkipSearches } from "./run-skip-searches.ts";
import type { OpenSkipNetwork, SkipClaimsPorts, SkipPiece } from "./skip-claims-ports.ts";
import type {
  MeasuredSkipNetwork,
  MeasuredSkips,
  MissingSkipNetwork,
  SkipClaimsResult,
} from "./skip-claims-result.ts";
import {
  type ArmName,
  faultLists,
  matrixOf,
  type SkipClaimsSettings,
  type SkipNetworkSettings,
  searchedBy,
} from "./skip-claims-settings.ts";
import type { SkipTask } from "./skip-task.ts";

/** @throws {CancelledError} when cancelled; every piece that was measured is kept */
export async function runSkipClaims(
  ports: SkipClaimsPorts,
  settings: SkipClaimsSettings,
  isQuick: boolean,
): Promise<SkipClaimsResult> {
  const networks: MeasuredSkipNetwork[] = [];
  const missing: MissingSkipNetwork[] = [];
  let cpuSeconds = 0;
  for (const [i, network] of settings.networks.entries()) {
    const { name, data } = network;
    const onProgress = (share: number, doing: string): void =>
      ports.onProgress({ share: (i + share) / settings.networks.length, doing: `${name}, ${doing}` });
    onProgress(0, "data");
    const open = await ports.open(network);
    if ("missing" in open) {
      missing.push({ name, data, missing: open.missing });
      continue;
    }
    try {
      const run = new SkipNetworkRun({ ports, settings, network, open, onProgress });
      networks.push(await run.measure());
      cpuSeconds += run.cpuSeconds;
    } finally {
      await open.close();
    }
  }
  ports.onProgress({ share: 1, doing: "judging" });
  return {
    schema: "spikefront.claims-result",
    version: 1,
    kind: "skips",
    name: settings.name,
    isQuick,
    settings,
    cpuHours: cpuSeconds / 3600,
    networks,
    missing,
    claims: judgeSkipClaims(settings, networks, missing),
  };
}

interface RunOptions {
  readonly ports: SkipClaimsPorts;
  readonly settings: SkipClaimsSettings;
  readonly network: SkipNetworkSettings;
  readonly open: OpenSkipNetwork;
  readonly onProgress: (share: number, doing: string) => void;
}

const fixedArms = ["none", "add", "concat"] as const satisfies readonly ArmName[];

/** Parts of a searched network's work, about; for the time left only. */
const [searchShare, foundShare] = [0.55, 0.1];

class SkipNetworkRun {
  readonly #options: RunOptions;
  readonly #seeds: readonly number[];
  cpuSeconds = 0;

  constructor(options: RunOptions) {
    this.#options = options;
    const { seed, trained } = options.settings;
    this.#seeds = Array.from({ length: trained }, (_, k) => seed + k);
  }

  async measure(): Promise<MeasuredSkipNetwork> {
    const { network, open } = this.#options;
    const { name, data, isSearched } = network;
    const anns = open.isRecorded ? null : await this.#anns();
    const fixedShare = isSearched ? 1 - searchShare - foundShare : 1;
    const fixed = fixedArms.flatMap((arm) =>
      this.#seeds.map((seed) => ({ arm, seed, matrix: matrixOf(network, arm) })),
    );
    const trained = await this.#trainings(fixed, 0, fixedShare);
    const of = (arm: ArmName): readonly MeasuredSkips[] => trained.filter((_, i) => fixed[i].arm === arm);
    const { searches, candidates } = isSearched
      ? await this.#searches(fixedShare)
      : { searches: [], candidates: 0 };
    const wanted = searches.filter(({ sampler }) => sampler === "gp");
    const found = await this.#trainings(wanted, 1 - foundShare, foundShare);
    return {
      name,
      data,
      sha256: open.sha256,
      anns,
      arms: { none: of("none"), add: of("add"), concat: of("concat"), found },
      searches,
      candidates,
    };
  }

  async #anns(): Promise<readonly number[]> {
    const tasks = this.#seeds.map((seed) => ({ kind: "ann", seed }) as const);
    const pieces = await this.#options.open.measure<"ann">(tasks, () => {});
    this.#spend(pieces);
    return pieces.map(({ result }) => result.test);
  }

  async #searches(begun: number): Promise<SkipSearches> {
    const { ports, onProgress, settings } = this.#options;
    const all = searchedBy.length * settings.trained * settings.search.trials;
    let done = 0;
    const found = await runSkipSearches({
      ...this.#options,
      cpuSeconds: ports.cpuSeconds,
      onTrial: () => onProgress(begun + (searchShare * ++done) / all, "searches"),
    });
    this.cpuSeconds += found.cpuSeconds;
    return found;
  }

  async #trainings(
    wanted: readonly { readonly matrix: string; readonly seed: number }[],
    begun: number,
    share: number,
  ): Promise<readonly MeasuredSkips[]> {
    const { settings, open, onProgress } = this.#options;
    const { images: faultImages, draws, ...lists } = settings.faults;
    const chances = Object.fromEntries(
      Object.entries(faultLists).map(([list, fault]) => [fault, lists[list as keyof typeof faultLists]]),
    ) as SkipTask<"training">["faults"]["chances"];
    const tasks = wanted.map(
      ({ matrix, seed }) =>
        ({ kind: "training", matrix, seed, faultImages, faults: { draws, chances } }) as const,
    );
    let done = 0;
    const pieces = await open.measure<"training">(tasks, () =>
      onProgress(begun + (share * ++done) / tasks.length, "trainings"),
    );
    this.#spend(pieces);
    return pieces.map(({ result }, i) => ({ ...result, seed: wanted[i].seed, matrix: wanted[i].matrix }));
  }

  #spend(pieces: readonly SkipPiece[]): void {
    for (const { cpuSeconds } of pieces) this.cpuSeconds += cpuSeconds;
  }
}
