// Braille letters felt by a robot's fingertip (Müller-Cleve et al. 2022): 27 letters × 50 slides over them, twelve
// taxels of 0…255 sampled at 40 Hz, as SpyTorch's fifth tutorial keeps them: a pickle, gzipped or not, of a list of
// {letter, repetition, taxel_data}. 255 is an untouched taxel, so events begin there.

import { FormatError } from "../base/errors.ts";
import { NumpyArray, readNumpyPickle } from "../formats/numpy-pickle.ts";
import { levelCrossings } from "./level-crossings.ts";
import type { RecordingSet } from "./recording-set.ts";

const [taxels, sampleUs, untouched] = [12, 25_000, 255];
/** Longest of the published ones, samples. */
export const brailleSamples = 77;

export interface BrailleTrials {
  readonly classes: readonly string[];
  readonly labels: Uint8Array;
  /** Of every trial, 0…255. Shape [samples, 12]. */
  readonly frames: readonly Float64Array[];
}

/**
 * @param bytes - the pickle, unpacked
 * @throws {FormatError} naming the trial that is none
 */
export function readBraille(bytes: Uint8Array, where: string): BrailleTrials {
  const list = readNumpyPickle(bytes, where);
  if (!Array.isArray(list) || list.length === 0)
    throw new FormatError(where, "must hold a list of trials", typeof list);
  const trials = list.map((entry, i) => {
    const here = `${where} trial ${i}`;
    const [letter, data] =
      entry instanceof Map ? [entry.get("letter"), entry.get("taxel_data")] : [undefined, undefined];
    if (typeof letter !== "string") throw new FormatError(here, "must have a letter", String(letter));
    const frames = data instanceof NumpyArray ? data : stacked(data, here);
    if (frames.shape.length !== 2 || frames.shape[1] !== taxels || frames.shape[0] === 0)
      throw new FormatError(`${here} taxel_data`, `must be of shape samples × ${taxels}`, frames.shape);
    const stray = frames.values.find((value) => !(value >= 0 && value <= 255));
    if (stray !== undefined) throw new FormatError(`${here} taxel_data`, "must be from 0 to 255", stray);
    return { letter, frames: frames.values };
  });
  const classes = [...new Set(trials.map(({ letter }) => letter))].sort();
  return {
    classes,
    labels: Uint8Array.from(trials, ({ letter }) => classes.indexOf(letter)),
    frames: trials.map(({ frames }) => frames),
  };
}

/** A list of rows as an array. */
function stacked(data: unknown, here: string): NumpyArray {
  if (!Array.isArray(data) || !data.every(Array.isArray))
    throw new FormatError(`${here} taxel_data`, "must be rows of numbers", typeof data);
  const array = new NumpyArray();
  array.values = Float64Array.from(data.flat());
  array.shape = [data.length, taxels];
  if (array.values.length !== data.length * taxels || array.values.some((value) => Number.isNaN(value)))
    throw new FormatError(`${here} taxel_data`, `must be rows of ${taxels} numbers`, array.values.length);
  return array;
}

/** Trials as events: one for every so many units that a taxel has moved. */
export function brailleRecordings({ labels, frames }: BrailleTrials, threshold: number): RecordingSet {
  const recordings = frames.map((values) =>
    levelCrossings({ values, channels: taxels, sampleUs }, { threshold, start: untouched }),
  );
  return { recordings, labels };
}
