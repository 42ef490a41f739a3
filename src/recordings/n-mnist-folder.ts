// N-MNIST (Orchard et al. 2015) in its two layouts: the published one, Train/0…9 and Test/0…9 full of `.bin` files, and
// SLAYER's small one, `.bs2` files with train1K.txt and test100.txt, whose lines are number and label.

import { FormatError } from "../base/errors.ts";
import type { EventRecording } from "../data/event-recording.ts";
import { readNMnist } from "../data/n-mnist.ts";
import { fileNamed, folderOf, linesOf, type RecordingFolder, tarFolder } from "./recording-folder.ts";
import { pickRecordings, type RecordedDataset, type RecordingSet } from "./recording-set.ts";
import { shuffledParts } from "./shuffled-parts.ts";

const classes = [..."0123456789"];

/** @throws {FormatError} when files of a layout are missing or damaged */
export async function readNMnistFolder(folder: RecordingFolder): Promise<RecordedDataset> {
  const archive = folder.names.find((name) => /NMNISTsmall\.tar(\.gz)?$/.test(name));
  const inside =
    archive === undefined ? folder : tarFolder(await folder.read(archive), `${folder.where}/${archive}`);
  const isSmall = inside.names.some((name) => name.endsWith(".bs2"));
  const [train, test] = isSmall
    ? [await listed(inside, /train1K\.txt$/), await listed(inside, /test100\.txt$/)]
    : [await sorted(inside, "Train"), await sorted(inside, "Test")];
  return { name: "n-mnist", classes, train, test };
}

/** In the order of a list. */
async function listed(folder: RecordingFolder, pattern: RegExp): Promise<RecordingSet> {
  const list = fileNamed(folder, pattern, `${pattern.source.replace(/\\|\$/g, "")}, the list of recordings`);
  const recordings: EventRecording[] = [];
  const labels: number[] = [];
  for (const line of await linesOf(folder, list)) {
    if (!/^\d/.test(line)) continue;
    const [id, label] = line.split(/\s+/).map(Number);
    if (!(Number.isInteger(label) && label >= 0 && label < classes.length))
      throw new FormatError(`${folder.where}/${list}`, "must have a number and a digit on every line", line);
    const name = `${folderOf(list)}${id}.bs2`;
    recordings.push(readNMnist(await folder.read(name), `${folder.where}/${name}`));
    labels.push(label);
  }
  return { recordings, labels: Uint8Array.from(labels) };
}

/** From folders named by digit; dealt, as the folders come one digit after the other. */
async function sorted(folder: RecordingFolder, part: "Train" | "Test"): Promise<RecordingSet> {
  const pattern = new RegExp(`(^|/)${part}/(\\d)/[^/]+\\.bin$`);
  const names = folder.names.filter((name) => pattern.test(name));
  if (names.length === 0)
    throw new FormatError(
      folder.where,
      `must hold ${part}/0…9 with .bin files`,
      `${folder.names.length} files`,
    );
  const recordings: EventRecording[] = [];
  for (const name of names) recordings.push(readNMnist(await folder.read(name), `${folder.where}/${name}`));
  const labels = Uint8Array.from(names, (name) => Number(pattern.exec(name)?.[2]));
  return pickRecordings({ recordings, labels }, shuffledParts(labels, 1, 0)[0]);
}
