// Sessions of a monkey reaching for targets (O'Doherty et al. 2017, zenodo 583331), as NeuroBench decodes them: MATLAB
// files of level 7.3, which are HDF5. Seen from HDF5, `spikes` is units × channels of references to spike times (s), `t` are
// samples' times, 250 a second, and `cursor_pos` the cursor's x and y at them (mm). Data to decode, not to classify.
//
// An empty cell of MATLAB's is its size, two whole numbers, where times are floating-point numbers.

import { FormatError } from "../base/errors.ts";
import type { EventRecording } from "../data/event-recording.ts";
import type { Hdf5Dataset, Hdf5Group } from "../formats/hdf5/open-hdf5.ts";

export interface ReachingSession {
  /** Channels as columns, units as rows, those not sorted among them; times from the first sample on. */
  readonly spikes: EventRecording;
  /** mm/s, x and y: differences to the sample before, 0 at the first. Shape [samples, 2]. */
  readonly velocities: Float64Array;
  readonly samples: number;
  readonly sampleUs: number;
}

const mostUs = 2 ** 32;

/** @throws {FormatError} for other files, and those that are torn, naming the place */
export async function readReachingSession(bytes: Uint8Array, where: string): Promise<ReachingSession> {
  const { openHdf5 } = await import("../formats/hdf5/open-hdf5.ts");
  const root = await openHdf5(bytes, where);
  const t = numbersIn(root, "t");
  const samples = t.length;
  const sampleS = (t[samples - 1] - t[0]) / (samples - 1);
  if (!(samples >= 2 && sampleS > 0 && samples * sampleS * 1e6 < mostUs))
    throw new FormatError(`${where}: /t`, "must rise for 71 minutes at most", `${samples} times`);
  const position = numbersIn(root, "cursor_pos");
  if (position.length !== 2 * samples)
    throw new FormatError(`${where}: /cursor_pos`, `must be 2 × ${samples}`, position.length);
  const velocities = new Float64Array(2 * samples);
  for (let i = 1; i < samples; i++)
    for (const axis of [0, 1])
      velocities[2 * i + axis] = (position[axis * samples + i] - position[axis * samples + i - 1]) / sampleS;
  const spikes = spikesOf(root, t[0], t[samples - 1]);
  return { spikes, velocities, samples, sampleUs: 1e6 * sampleS };
}

function spikesOf(root: Hdf5Group, fromS: number, toS: number): EventRecording {
  const cells = dataIn(root, "spikes");
  const [units, channels] = cells.shape;
  if (cells.shape.length !== 2 || units * channels === 0)
    throw new FormatError(cells.path, "must be units × channels", cells.shape);
  const byAddress = referredTo(root);
  const events: { us: number; unit: number; channel: number }[] = [];
  for (const [cell, address] of cells.readReferences().entries()) {
    const times = byAddress.get(address);
    if (times === undefined) throw new FormatError(cells.path, "must refer to data in #refs#", address);
    if (!/f\d$/.test(times.type)) continue;
    const [unit, channel] = [Math.floor(cell / channels), cell % channels];
    for (const s of times.read().values)
      if (typeof s === "number" && s >= fromS && s <= toS)
        events.push({ us: Math.round(1e6 * (s - fromS)), unit, channel });
  }
  events.sort((a, b) => a.us - b.us || a.unit - b.unit || a.channel - b.channel);
  return {
    width: channels,
    height: units,
    polarities: 1,
    timeUs: Uint32Array.from(events, ({ us }) => us),
    x: Uint16Array.from(events, ({ channel }) => channel),
    y: Uint16Array.from(events, ({ unit }) => unit),
    polarity: new Uint8Array(events.length),
  };
}

function referredTo(root: Hdf5Group): ReadonlyMap<number, Hdf5Dataset> {
  const group = root.member("#refs#");
  if (group.kind !== "group") throw new FormatError(group.path, "must be a group", "data");
  const byAddress = new Map<number, Hdf5Dataset>();
  for (const name of group.names) {
    const member = group.member(name);
    if (member.kind === "dataset") byAddress.set(member.address, member);
  }
  return byAddress;
}

function numbersIn(root: Hdf5Group, name: string): Float64Array {
  const { values, type } = dataIn(root, name).read();
  if (type === "text") throw new FormatError(`${root.path}${name}`, "must hold numbers", "text");
  return values;
}

function dataIn(group: Hdf5Group, name: string): Hdf5Dataset {
  const member = group.member(name);
  if (member.kind === "dataset") return member;
  throw new FormatError(member.path, "must hold data", "a group");
}
