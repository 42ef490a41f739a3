// The QT Database's electrocardiograms (Laguna et al. 1997) as Yin, Corradi & Bohté 2021 keep them: MAT files of x, four
// channels of level crossings at 1,301 samples of 4 ms, and y, which of six parts of a beat every sample belongs to.
//
// A label stands for one sample. A recording of ours is what comes before one: a window that ends with the sample.

import { FormatError } from "../base/errors.ts";
import type { EventRecording } from "../data/event-recording.ts";
import { type MatArray, readMat } from "../formats/mat/read-mat.ts";
import { fileNamed, type RecordingFolder } from "./recording-folder.ts";
import { pickRecordings, type RecordedDataset, type RecordingSet } from "./recording-set.ts";
import { shuffledParts } from "./shuffled-parts.ts";

const classes = ["P", "PQ", "QR", "RS", "ST", "TP"];
/** 250 Hz. */
const sampleUs = 4000;
const [windowSamples, strideSamples] = [100, 50];

/** @throws {FormatError} for files of other variables or shapes */
export async function readEcgFolder(folder: RecordingFolder): Promise<RecordedDataset> {
  const part = async (name: string): Promise<RecordingSet> => {
    const file = fileNamed(folder, new RegExp(`QTDB_${name}\\.mat$`), `QTDB_${name}.mat`);
    return ecgWindows(await folder.read(file), `${folder.where}/${file}`);
  };
  const train = await part("train");
  const test = await part("test");
  const order = shuffledParts(train.labels, 1, 0)[0];
  return {
    name: "ecg",
    classes,
    train: pickRecordings(train, order),
    test,
  };
}

/** Windows of all the file's signals, signal after signal. */
export function ecgWindows(bytes: Uint8Array, where: string): RecordingSet {
  const variables = readMat(bytes, where);
  const [x, y] = ["x", "y"].map((name) => variables.get(name));
  if (x?.kind !== "numbers" || y?.kind !== "numbers" || x.shape.length !== 3 || y.shape.length !== 3)
    throw new FormatError(where, "must hold x and y of three dimensions", [...variables.keys()]);
  const [signals, samples, channels] = x.shape;
  if (String(y.shape) !== String([signals, samples, classes.length]))
    throw new FormatError(where, `must hold y of ${signals} × ${samples} × ${classes.length}`, y.shape);
  const recordings: EventRecording[] = [];
  const labels: number[] = [];
  for (let signal = 0; signal < signals; signal++) {
    for (let end = windowSamples; end <= samples; end += strideSamples) {
      const label = labelAt(y, signal, end - 1);
      // The first and the last samples of signals may be of no part.
      if (label < 0) continue;
      recordings.push(window(x, signal, end - windowSamples, channels));
      labels.push(label);
    }
  }
  return { recordings, labels: Uint8Array.from(labels) };
}

/** Column by column: the signal runs fastest. */
function at({ shape: [signals, samples], values }: MatArray, signal: number, sample: number, last: number) {
  return values[signal + signals * (sample + samples * last)];
}

function labelAt(y: MatArray, signal: number, sample: number): number {
  return classes.findIndex((_, label) => at(y, signal, sample, label) === 1);
}

function window(x: MatArray, signal: number, first: number, channels: number): EventRecording {
  const [timeUs, channel]: [number[], number[]] = [[], []];
  for (let sample = 0; sample < windowSamples; sample++) {
    for (let c = 0; c < channels; c++) {
      if (at(x, signal, first + sample, c) !== 1) continue;
      timeUs.push(sample * sampleUs);
      channel.push(c);
    }
  }
  return {
    width: channels,
    height: 1,
    polarities: 1,
    timeUs: Uint32Array.from(timeUs),
    x: Uint16Array.from(channel),
    y: new Uint16Array(channel.length),
    polarity: new Uint8Array(channel.length),
  };
}
