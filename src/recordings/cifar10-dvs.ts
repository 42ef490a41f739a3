// CIFAR10-DVS (Li et al. 2017): a folder of AEDAT 2 recordings for each class, 1,000 each. There is no published split:
// of every class the last tenth by number is the test part, as most papers have it.

import { FormatError } from "../base/errors.ts";
import { cifar10DvsLayout, readAedat2 } from "../data/aedat.ts";
import { cifar10Classes } from "../data/cifar10.ts";
import type { EventRecording } from "../data/event-recording.ts";
import type { RecordingFolder } from "./recording-folder.ts";
import { pickRecordings, type RecordedDataset, type RecordingSet } from "./recording-set.ts";
import { shuffledParts } from "./shuffled-parts.ts";

/**
 * @param windowUs - what is kept of a recording from its beginning on
 * @throws {FormatError} when a class is missing or a file damaged
 */
export async function readCifar10DvsFolder(
  folder: RecordingFolder,
  windowUs: number,
): Promise<RecordedDataset> {
  const numeric = new Intl.Collator("en", { numeric: true });
  const parts: Record<"train" | "test", { name: string; label: number }[]> = { train: [], test: [] };
  for (const [label, word] of cifar10Classes.entries()) {
    const pattern = new RegExp(`(^|/)${word}/[^/]+\\.aedat$`);
    const names = folder.names.filter((name) => pattern.test(name)).sort(numeric.compare);
    const held = Math.floor(names.length / 10);
    if (held === 0)
      throw new FormatError(folder.where, `must hold ten recordings of ${word} at least`, names.length);
    for (const [i, name] of names.entries())
      parts[i < names.length - held ? "train" : "test"].push({ name, label });
  }
  const read = async (files: readonly { name: string; label: number }[]): Promise<RecordingSet> => {
    const recordings: EventRecording[] = [];
    for (const { name } of files) {
      const where = `${folder.where}/${name}`;
      recordings.push(upright(readAedat2(await folder.read(name), where, cifar10DvsLayout), windowUs));
    }
    return { recordings, labels: Uint8Array.from(files, ({ label }) => label) };
  };
  const train = await read(parts.train);
  return {
    name: "cifar10-dvs",
    classes: cifar10Classes,
    train: pickRecordings(train, shuffledParts(train.labels, 1, 0)[0]),
    test: await read(parts.test),
  };
}

/** The camera lay on its side, and its polarity bit is 0 where it got brighter. */
function upright(recording: EventRecording, windowUs: number): EventRecording {
  const end = recording.timeUs.findIndex((us) => us >= windowUs);
  const count = end < 0 ? recording.timeUs.length : end;
  const last = recording.width - 1;
  return {
    ...recording,
    timeUs: recording.timeUs.slice(0, count),
    x: recording.y.slice(0, count).map((y) => last - y),
    y: recording.x.slice(0, count).map((x) => last - x),
    polarity: recording.polarity.slice(0, count).map((bit) => 1 - bit),
  };
}
