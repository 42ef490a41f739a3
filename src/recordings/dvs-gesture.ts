// DVS128 Gesture (Amir et al. 2017): recordings of several gestures each, AEDAT 3.1, beside a list of their classes and
// times (class 1…11, first and last microsecond). trials_to_train.txt and trials_to_test.txt name the recordings.

import { FormatError } from "../base/errors.ts";
import { readAedat31 } from "../data/aedat.ts";
import type { EventRecording } from "../data/event-recording.ts";
import { fileNamed, folderOf, linesOf, type RecordingFolder } from "./recording-folder.ts";
import { pickRecordings, type RecordedDataset, type RecordingSet } from "./recording-set.ts";
import { shuffledParts } from "./shuffled-parts.ts";

const classes = [
  "hand clapping",
  "right hand wave",
  "left hand wave",
  "right arm clockwise",
  "right arm counter clockwise",
  "left arm clockwise",
  "left arm counter clockwise",
  "arm roll",
  "air drums",
  "air guitar",
  "other gestures",
];
const camera = { width: 128, height: 128 };
const head = "class,startTime_usec,endTime_usec";

/**
 * @param windowUs - what is kept of a gesture from its beginning on
 * @throws {FormatError} when files are missing or damaged
 */
export async function readDvsGestureFolder(
  folder: RecordingFolder,
  windowUs: number,
): Promise<RecordedDataset> {
  const part = (name: string): Promise<RecordingSet> => readTrials(folder, name, windowUs);
  const train = await part("trials_to_train.txt");
  const test = await part("trials_to_test.txt");
  const order = shuffledParts(train.labels, 1, 0)[0];
  return {
    name: "dvs-gesture",
    classes,
    train: pickRecordings(train, order),
    test,
  };
}

async function readTrials(folder: RecordingFolder, list: string, windowUs: number): Promise<RecordingSet> {
  const listed = fileNamed(folder, new RegExp(`(^|/)${list}$`), list);
  const recordings: EventRecording[] = [];
  const labels: number[] = [];
  for (const line of await linesOf(folder, listed)) {
    const name = `${folderOf(listed)}${line}`;
    if (!name.endsWith(".aedat"))
      throw new FormatError(`${folder.where}/${listed}`, "must list .aedat files", line);
    const bytes = await folder.read(name);
    const times = await linesOf(folder, name.replace(/\.aedat$/, "_labels.csv"));
    for (const { label, fromUs, toUs } of gestures(times, `${folder.where}/${name}`)) {
      const range = { fromUs, toUs: Math.min(toUs, fromUs + windowUs) };
      recordings.push(readAedat31(bytes, `${folder.where}/${name}`, camera, range));
      labels.push(label);
    }
  }
  return { recordings, labels: Uint8Array.from(labels) };
}

function gestures(
  [first, ...rows]: readonly string[],
  where: string,
): readonly { readonly label: number; readonly fromUs: number; readonly toUs: number }[] {
  if (first !== head)
    throw new FormatError(`${where}'s labels`, `must begin with ${head}`, first ?? "nothing");
  return rows.map((row, i) => {
    const [number, fromUs, toUs] = row.split(",").map(Number);
    const isGesture =
      Number.isInteger(number) && number >= 1 && number <= classes.length && fromUs >= 0 && toUs > fromUs;
    if (!isGesture)
      throw new FormatError(`${where}'s labels, row ${i}`, "must be class 1…11, beginning, end", row);
    return { label: number - 1, fromUs, toUs };
  });
}
