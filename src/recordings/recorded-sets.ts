// The sets of recordings known by name: what they are, what their files must be, and how they are read.

import { brailleRecordings, brailleSamples, readBraille } from "./braille.ts";
import { readCifar10DvsFolder } from "./cifar10-dvs.ts";
import { readMazeFolder, readReachingFolder } from "./decoded-reaches.ts";
import { readDvsGestureFolder } from "./dvs-gesture.ts";
import { readNMnistFolder } from "./n-mnist-folder.ts";
import { fileNamed, type RecordingFolder } from "./recording-folder.ts";
import { pickRecordings, type RecordedDataset } from "./recording-set.ts";
import { shuffledParts } from "./shuffled-parts.ts";

export interface RecordedSet {
  readonly about: string;
  /** Names its folder goes by besides its own. */
  readonly folders: readonly string[];
  /** The files wanted, for messages. */
  readonly wanted: string;
  /** What is made of a recording unless told otherwise: so many steps of so long. */
  readonly steps: number;
  readonly stepUs: number;
  /**
   * @param windowUs - longest part of a recording that is wanted; of what is to be decoded, the length of all parts
   * @throws {FormatError} when files are missing or damaged
   */
  readonly read: (folder: RecordingFolder, windowUs: number) => Promise<RecordedDataset>;
}

/** A taxel's units, of 255: a touch gives some 225 events. */
const touchThreshold = 2;

/** What unpacks MAT files and HDF5 is loaded when it is needed. */
export const recordedSets: Readonly<Record<string, RecordedSet>> = {
  "n-mnist": {
    about: "digits seen by a moving event camera (Orchard et al. 2015)",
    folders: ["n-mnist-small", "N-MNIST", "NMNIST"],
    wanted: "Train/ and Test/ with folders 0…9 of .bin files, or NMNISTsmall.tar.gz",
    steps: 15,
    stepUs: 20_000,
    read: readNMnistFolder,
  },
  braille: {
    about: "27 letters felt by a fingertip of 12 taxels (Müller-Cleve et al. 2022)",
    folders: ["braille-tactile"],
    wanted: "a pickle of trials, .pkl or .pkl.gz",
    steps: brailleSamples,
    stepUs: 25_000,
    read: readBrailleFolder,
  },
  ecg: {
    about: "the part of a heartbeat, from windows of level crossings (QT Database; Yin et al. 2021)",
    folders: ["ecg-qtdb"],
    wanted: "QTDB_train.mat and QTDB_test.mat",
    steps: 100,
    stepUs: 4000,
    read: async (folder) => (await import("./ecg.ts")).readEcgFolder(folder),
  },
  shd: {
    about: "spoken digits as an ear's spikes (Cramer et al. 2020)",
    folders: ["SHD", "hdspikes"],
    wanted: "shd_train.h5 and shd_test.h5, each may end in .gz",
    steps: 100,
    stepUs: 10_000,
    read: async (folder) => (await import("./shd.ts")).readShdFolder(folder),
  },
  "dvs-gesture": {
    about: "eleven gestures before an event camera (Amir et al. 2017)",
    folders: ["DvsGesture"],
    wanted: "trials_to_train.txt, trials_to_test.txt, and the .aedat and _labels.csv files they name",
    steps: 25,
    stepUs: 20_000,
    read: readDvsGestureFolder,
  },
  "cifar10-dvs": {
    about: "moving photographs of ten kinds before an event camera (Li et al. 2017)",
    folders: ["CIFAR10DVS"],
    wanted: "folders airplane … truck of .aedat files",
    steps: 10,
    stepUs: 100_000,
    read: readCifar10DvsFolder,
  },
  "mc-maze": {
    about: "a hand's velocity from 182 neurons of a macaque, to decode (Churchland et al. 2010)",
    folders: ["mc-maze-trials"],
    wanted: "tables of trials, .csv or .csv.gz",
    steps: 25,
    stepUs: 20_000,
    read: readMazeFolder,
  },
  reaching: {
    about: "a cursor's velocity from a macaque's neurons, to decode (O'Doherty et al. 2017)",
    folders: ["PrimateReachingDataset"],
    wanted: "one session, .mat",
    steps: 50,
    stepUs: 20_000,
    read: readReachingFolder,
  },
};

/** Published without a split: of every letter a fifth, dealt by chance of seed 0, is the test part. */
async function readBrailleFolder(folder: RecordingFolder): Promise<RecordedDataset> {
  const file = fileNamed(folder, /\.pkl(\.gz)?$/, "a pickle of trials");
  const trials = readBraille(await folder.read(file), `${folder.where}/${file}`);
  const all = brailleRecordings(trials, touchThreshold);
  const [test, ...train] = shuffledParts(trials.labels, 5, 0);
  return {
    name: "braille",
    classes: trials.classes,
    train: pickRecordings(
      all,
      train.flatMap((part) => [...part]),
    ),
    test: pickRecordings(all, test),
  };
}
