// Reaches to decode: sessions of spikes and a hand's or cursor's velocity, cut into windows that networks see one by
// one. The last quarter of every session's windows tests, as its units may not be those of another.

import { FormatError } from "../base/errors.ts";
import type { EventRecording } from "../data/event-recording.ts";
import { readMazeTrial } from "./maze-trial.ts";
import { readReachingSession } from "./reaching-session.ts";
import type { RecordingFolder } from "./recording-folder.ts";
import type { RecordedDataset, RecordingSet, TargetSeries } from "./recording-set.ts";

interface Session {
  readonly spikes: EventRecording;
  /** mm/s, x and y. Shape [samples, 2]. */
  readonly velocities: Float64Array;
  readonly sampleUs: number;
}

/** What targets are told in, so that they are about 1. */
const unitMmPerS = 100;

/** Trials of MC_Maze, which share their units. @throws {FormatError} for tables that are torn, or too short */
export async function readMazeFolder(folder: RecordingFolder, windowUs: number): Promise<RecordedDataset> {
  const names = namesIn(folder, /\.csv(\.gz)?$/, "tables of trials, .csv or .csv.gz");
  const sessions: Session[] = [];
  for (const name of names) {
    const table = new TextDecoder().decode(await folder.read(name));
    sessions.push({ ...readMazeTrial(table, `${folder.where}/${name}`), sampleUs: 1000 });
  }
  return decodedReaches("mc-maze", sessions, windowUs, folder.where);
}

/** One session. @throws {FormatError} where there is not one, or it is damaged */
export async function readReachingFolder(
  folder: RecordingFolder,
  windowUs: number,
): Promise<RecordedDataset> {
  const names = namesIn(folder, /\.mat$/, "a session, .mat");
  if (names.length > 1)
    throw new FormatError(folder.where, "must hold one session, whose units no other has", names.join(", "));
  const session = await readReachingSession(await folder.read(names[0]), `${folder.where}/${names[0]}`);
  return decodedReaches("reaching", [session], windowUs, folder.where);
}

/** @param windowUs - length of a window; infinite: a session is one */
export function decodedReaches(
  name: string,
  sessions: readonly Session[],
  windowUs: number,
  where: string,
): RecordedDataset {
  const [train, test]: [Window[], Window[]] = [[], []];
  for (const session of sessions) {
    const windows = windowsOf(session, windowUs);
    const tested = Math.ceil(windows.length / 4);
    train.push(...windows.slice(0, -tested));
    test.push(...windows.slice(windows.length - tested));
  }
  if (train.length === 0)
    throw new FormatError(where, "must hold sessions of at least two windows", `windows of ${windowUs} µs`);
  return { name, classes: ["x", "y"], train: setOf(train), test: setOf(test) };
}

interface Window {
  readonly recording: EventRecording;
  readonly series: TargetSeries;
}

/** A session's windows, side by side; what is left at its end is left out. */
function windowsOf({ spikes, velocities, sampleUs }: Session, windowUs: number): readonly Window[] {
  const { timeUs, x, y, polarity } = spikes;
  const lengthUs = (velocities.length / 2) * sampleUs;
  const us = Math.min(windowUs, lengthUs);
  let from = 0;
  return Array.from({ length: Math.floor(lengthUs / us + 1e-9) }, (_, window) => {
    const startUs = window * us;
    let to = from;
    while (to < timeUs.length && timeUs[to] < startUs + us) to++;
    const recording: EventRecording = {
      ...spikes,
      timeUs: timeUs.slice(from, to).map((time) => time - startUs),
      x: x.slice(from, to),
      y: y.slice(from, to),
      polarity: polarity.slice(from, to),
    };
    from = to;
    const at = (boundaryUs: number): number => 2 * Math.round(boundaryUs / sampleUs);
    const values = velocities.slice(at(startUs), at(startUs + us)).map((mmPerS) => mmPerS / unitMmPerS);
    return { recording, series: { values, sampleUs } };
  });
}

function setOf(windows: readonly Window[]): RecordingSet {
  return {
    recordings: windows.map(({ recording }) => recording),
    labels: new Uint8Array(windows.length),
    series: windows.map(({ series }) => series),
  };
}

function namesIn({ names, where }: RecordingFolder, pattern: RegExp, wanted: string): readonly string[] {
  const found = names.filter((name) => pattern.test(name));
  if (found.length === 0) throw new FormatError(where, `must hold ${wanted}`, `${names.length} other files`);
  return found;
}
