// Some samples of a batch forward: events in, events out layer by layer, and what the way back needs.

import { InvalidValueError } from "../base/errors.ts";
import { eventForward, eventLanes, spikeWords } from "../kernels/event-forward.ts";
import { eventGroups, groupWords } from "../kernels/event-groups.ts";
import type { EventLists } from "../kernels/event-lists.ts";
import { eventSort, eventSortScratch } from "../kernels/event-sort.ts";
import { eventPatches, eventPool, windowsOver } from "../kernels/event-windows.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { BatchArena } from "./batch-arena.ts";
import { type PlannedNeurons, type PlannedPool, type PlannedStage, tilesOf } from "./batch-plan.ts";
import type { SpikeTrains } from "./spike-trains.ts";

/** Replaces what the layers behind a layer hear. @param layer - index in the network, never the last */
export type AlterSpikes = (spikes: SpikeTrains, layer: number) => SpikeTrains;

export interface BatchPlace {
  readonly kernels: Kernels;
  readonly arena: BatchArena;
  readonly windowS: number;
}

/** What some samples did in a network. */
export interface Chunk {
  readonly samples: number;
  /** Slots number the events within the chunk. */
  readonly inputs: EventLists;
  /** Of every stage; undefined for pools. */
  readonly runs: readonly (NeuronRun | undefined)[];
  /** What leaves every stage. */
  readonly lists: readonly EventLists[];
  /** Whether events between layers were replaced: there is no way back then. */
  readonly isAltered: boolean;
}

/** What a layer of neurons did with a batch. */
export interface NeuronRun {
  /** The events it heard, by row. Shape of `groupStarts` [rows + 1]. */
  readonly rows: number;
  readonly heard: EventLists;
  readonly groupStarts: Int32Array;
  readonly groups: Float32Array;
  readonly ends: Int32Array;
  readonly spikes: Float32Array;
  readonly count: number;
  /** ∂L/∂t of every spike, for the way back. Shape [spikes]. */
  readonly errors: Float32Array;
  /** Its spikes by time; slots are spikes of this layer. */
  readonly fired: EventLists;
}

/**
 * Fire all stages for samples [from, to) of the trains.
 *
 * @param weights - of all layers, in tiles
 * @throws {ResourceError} naming the layer, when the arena is too small
 */
export function forwardChunk(
  place: BatchPlace,
  stages: readonly PlannedStage[],
  weights: Float32Array,
  trains: SpikeTrains,
  [from, to]: readonly [from: number, to: number],
  alter?: AlterSpikes,
): Chunk {
  const samples = to - from;
  const inputs = stageInputs(place.arena, trains, from, to);
  const runs: (NeuronRun | undefined)[] = [];
  const lists: EventLists[] = [];
  for (const [l, stage] of stages.entries()) {
    const heard = l === 0 ? inputs : alteredLists(place, stages[l - 1], samples, lists[l - 1], l - 1, alter);
    if (stage.kind === "pool") {
      runs.push(undefined);
      lists.push(runPool(place, stage, samples, heard));
    } else {
      const run = runNeurons(place, stage, samples, tilesOf(weights, stage), heard);
      runs.push(run);
      lists.push(run.fired);
    }
  }
  return { samples, inputs, runs, lists, isAltered: alter !== undefined };
}

function alteredLists(
  { arena, windowS }: BatchPlace,
  stage: PlannedStage,
  samples: number,
  lists: EventLists,
  layer: number,
  alter: AlterSpikes | undefined,
): EventLists {
  if (alter === undefined) return lists;
  const given = trainsOfLists(stage, samples, lists, windowS);
  const altered = alter(given, layer);
  requireTrains(`altered spikes of layer ${JSON.stringify(stage.id)}`, altered, given);
  return stageInputs(arena, altered, 0, samples);
}

/** Copied. @param windowS - what rounding may take a digit past the window's end stays within it */
export function trainsOfLists(
  stage: PlannedStage,
  samples: number,
  { starts, times, units }: EventLists,
  windowS: number,
): SpikeTrains {
  const timeS = new Float64Array(times.subarray(0, starts[samples]));
  for (let e = 0; e < timeS.length; e++) if (timeS[e] > windowS) timeS[e] = windowS;
  return {
    samples,
    neurons: stage.kind === "pool" ? stage.units : stage.outputs * stage.positions,
    offsets: new Uint32Array(starts),
    neuron: new Uint32Array(units.subarray(0, timeS.length)),
    timeS,
  };
}

/** @throws {InvalidValueError} when trains are of another number of samples or neurons */
function requireTrains(where: string, found: SpikeTrains, expected: SpikeTrains): void {
  for (const name of ["samples", "neurons"] as const) {
    if (found[name] === expected[name]) continue;
    throw new InvalidValueError(where, `must be of ${expected[name]} ${name}`, found[name]);
  }
}

/** The input's events in kernel memory. */
function stageInputs(arena: BatchArena, trains: SpikeTrains, from: number, to: number): EventLists {
  const { offsets, timeS, neuron } = trains;
  const [first, end] = [offsets[from], offsets[to]];
  const lists = takeListsOf(arena, "the input", to - from, end - first);
  for (let s = from; s <= to; s++) lists.starts[s - from] = offsets[s] - first;
  lists.times.set(timeS.subarray(first, end));
  lists.units.set(neuron.subarray(first, end));
  for (let e = 0; e < end - first; e++) lists.slots[e] = e;
  return lists;
}

function runNeurons(
  { kernels, arena, windowS }: BatchPlace,
  planned: PlannedNeurons,
  samples: number,
  weights: Float32Array,
  lists: EventLists,
): NeuronRun {
  const { neurons, inputs, outputs, positions, window, id } = planned;
  const who = `layer ${JSON.stringify(id)}`;
  const rows = samples * positions;
  const heard =
    window === undefined ? lists : takeLists(arena, who, rows, lists, samples, windowsOver(window));
  if (window !== undefined) eventPatches(kernels, { samples, window, lists, rows: heard });
  const groupStarts = arena.int32(who, rows + 1);
  const ends = arena.int32(who, Math.ceil(outputs / eventLanes) * rows);
  const { starts: eventStarts, times } = heard;
  const openGroups = arena.open(groupWords * heard.starts[rows]);
  if (openGroups.length < groupWords * heard.starts[rows]) throw arena.full(who);
  const grouped = eventGroups(kernels, {
    rows,
    eventStarts,
    times,
    ...neurons,
    // As the times are rounded: an event at the window's end is within it.
    windowS: Math.fround(windowS),
    groupStarts,
    groups: openGroups,
  });
  const groups = arena.close(openGroups, groupWords * grouped);
  const openSpikes = arena.open(spikeWords * rows * outputs * neurons.maxSpikes);
  const layer = { rows, groupStarts, groups, events: heard.units, inputs, outputs, weights, neurons, ends };
  const count = eventForward(kernels, { ...layer, spikes: openSpikes });
  if (count < 0) throw arena.full(who);
  const spikes = arena.close(openSpikes, spikeWords * count);
  const errors = arena.float32(who, count);
  const fired = takeListsOf(arena, who, samples, count);
  const mark = arena.mark();
  const scratch = arena.int32(who, eventSortScratch(count));
  eventSort(kernels, { samples, positions, outputs, ends, spikes, lists: fired, scratch });
  arena.release(mark);
  return { rows, heard, groupStarts, groups, ends, spikes, count, errors, fired };
}

/** A pool's events: their slots are those of the layer below. */
function runPool(
  { kernels, arena }: BatchPlace,
  { window, id }: PlannedPool,
  samples: number,
  lists: EventLists,
): EventLists {
  const pooled = takeLists(
    arena,
    `layer ${JSON.stringify(id)}`,
    samples,
    lists,
    samples,
    windowsOver(window),
  );
  eventPool(kernels, { samples, window, lists, pooled });
  return pooled;
}

/** Lists with room for every event so many times. */
function takeLists(
  arena: BatchArena,
  who: string,
  rows: number,
  { starts }: EventLists,
  samples: number,
  times: number,
): EventLists {
  return takeListsOf(arena, who, rows, starts[samples] * times);
}

function takeListsOf(arena: BatchArena, who: string, rows: number, events: number): EventLists {
  return {
    starts: arena.int32(who, rows + 1),
    times: arena.float32(who, events),
    slots: arena.int32(who, events),
    units: arena.int32(who, events),
  };
}
