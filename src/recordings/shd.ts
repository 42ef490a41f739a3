// Spiking Heidelberg Digits (Cramer et al. 2020): shd_train.h5 and shd_test.h5, ears' 700 channels firing while a digit
// is spoken, in German or English. Of every recording `spikes/times` (s) and `spikes/units`, of all `labels`, and
// `extra/keys`, the digits' words.

import { FormatError } from "../base/errors.ts";
import type { EventRecording } from "../data/event-recording.ts";
import { type Hdf5Dataset, type Hdf5Group, openHdf5 } from "../formats/hdf5/open-hdf5.ts";
import { fileNamed, type RecordingFolder } from "./recording-folder.ts";
import { pickRecordings, type RecordedDataset, type RecordingSet } from "./recording-set.ts";
import { shuffledParts } from "./shuffled-parts.ts";

const [channels, digits] = [700, 20];

/** @throws {FormatError} when files are missing or damaged */
export async function readShdFolder(folder: RecordingFolder): Promise<RecordedDataset> {
  const open = async (part: string): Promise<Hdf5Group> => {
    const file = fileNamed(folder, new RegExp(`shd_${part}\\.h5(\\.gz)?$`), `shd_${part}.h5`);
    return openHdf5(await folder.read(file), `${folder.where}/${file}`);
  };
  const root = await open("train");
  const train = recordingsOf(root);
  const test = recordingsOf(await open("test"));
  return {
    name: "shd",
    classes: wordsOf(root),
    train: pickRecordings(train, shuffledParts(train.labels, 1, 0)[0]),
    test,
  };
}

function recordingsOf(root: Hdf5Group): RecordingSet {
  const spikes = groupIn(root, "spikes");
  const [times, units] = [dataIn(spikes, "times").readSequences(), dataIn(spikes, "units").readSequences()];
  const found = dataIn(root, "labels").read();
  if (found.type === "text" || found.values.length !== times.length || units.length !== times.length) {
    const counts = `${found.values.length} and ${units.length}`;
    throw new FormatError(root.path, `must have a label and units for each of ${times.length} times`, counts);
  }
  const labels = Uint8Array.from(found.values, (label, i) => {
    if (Number.isInteger(label) && label >= 0 && label < digits) return label;
    throw new FormatError(`${root.path} label ${i}`, `must be a whole number below ${digits}`, label);
  });
  const recordings = Array.from(labels, (_, i) =>
    recordingOf(times.at(i), units.at(i), `${root.path} recording ${i}`),
  );
  return { recordings, labels };
}

function recordingOf(seconds: Float64Array, units: Float64Array, where: string): EventRecording {
  if (seconds.length !== units.length)
    throw new FormatError(where, `must have a unit for each of ${seconds.length} times`, units.length);
  const stray = [...seconds.keys()].find(
    (i) => !(seconds[i] >= 0 && seconds[i] < 4000) || !(units[i] < channels),
  );
  if (stray !== undefined) {
    const got = `unit ${units[stray]} at ${seconds[stray]} s`;
    throw new FormatError(`${where} spike ${stray}`, `must be of units 0…${channels - 1}, in seconds`, got);
  }
  // Times of 16 bits are coarse: spikes of one time stand in the order of the file.
  const order = Uint32Array.from(seconds, (_, i) => i).sort((a, b) => seconds[a] - seconds[b] || a - b);
  return {
    width: channels,
    height: 1,
    polarities: 1,
    timeUs: Uint32Array.from(order, (i) => Math.round(1e6 * seconds[i])),
    x: Uint16Array.from(order, (i) => units[i]),
    y: new Uint16Array(units.length),
    polarity: new Uint8Array(units.length),
  };
}

/** The digits' words where the file has them all, else their numbers. */
function wordsOf(root: Hdf5Group): readonly string[] {
  const numbers = Array.from({ length: digits }, (_, i) => String(i));
  if (!root.names.includes("extra")) return numbers;
  const extra = groupIn(root, "extra");
  if (!extra.names.includes("keys")) return numbers;
  const keys = dataIn(extra, "keys").read();
  return keys.type === "text" && keys.values.length === digits ? keys.values : numbers;
}

function groupIn(group: Hdf5Group, name: string): Hdf5Group {
  const member = group.member(name);
  if (member.kind === "group") return member;
  throw new FormatError(member.path, "must be a group", "data");
}

function dataIn(group: Hdf5Group, name: string): Hdf5Dataset {
  const member = group.member(name);
  if (member.kind === "dataset") return member;
  throw new FormatError(member.path, "must hold data", "a group");
}
