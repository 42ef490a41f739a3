// What the playground is played with: spiking networks of a study's folder, and images of its data. Only files that
// were listed are read, by a name of the list; images are validation images, as what is tried out on images is
// tuned to them, and test images are for final figures.

import { closeSync, existsSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { InvalidValueError, StateError } from "../base/errors.ts";
import type { Dataset, ImageSet } from "../data/dataset.ts";
import { splitOf } from "../data/image-set.ts";
import type { Front } from "../study/front.ts";
import type { PlayData, PlayFolder, PlayNetworkFile } from "../study/play-folder.ts";
import type { StudySettings } from "../study/study-settings.ts";
import { readFileBytes } from "./atomic-file.ts";
import { loadDataset } from "./dataset-files.ts";
import { dataHash } from "./raster-desk.ts";
import type { ServedFolderStudies } from "./served-folder.ts";
import { studyPaths } from "./study-folder.ts";

/** Of one request. */
const mostImages = 1_000;
/** Of all requests. */
const mostOfSplit = 10_000;
const mostNetworks = 300;
const mostNetworkBytes = 512 * 1024 * 1024;
/** A header says little; what is longer is no network of ours. */
const mostHeaderBytes = 4 * 1024 * 1024;

export interface PlayOptions {
  readonly folder: string;
  /** The data set's name, "": the study's. */
  readonly data: string;
  readonly studies: ServedFolderStudies;
}

/** What is no text. */
export const bytesType = "application/octet-stream";

export interface PlayAnswer {
  readonly type: string;
  readonly body: string | Uint8Array;
}

type StudySide = Pick<StudySettings, "name" | "data" | "profile" | "accounting">;

/** Whose networks and data are asked for. */
interface Place {
  readonly folder: string;
  /** null: no study is there. */
  readonly study: StudySide | null;
  /** SHA-256 of the data it ran on. */
  readonly dataSha256: string;
}

export class ServedPlay {
  readonly #options: PlayOptions;
  /** Promises, so that two who ask at once do not load twice. */
  readonly #datasets = new Map<string, Promise<Dataset>>();
  readonly #headers = new Map<string, { readonly stamp: string; readonly about: string | null }>();

  constructor(options: PlayOptions) {
    this.#options = options;
  }

  /** Answers `/play/study.json`, `/play/network?id=…` and `/play/images?from=…&count=…`. */
  async answer(path: string, query: URLSearchParams): Promise<PlayAnswer | null> {
    const place = this.#placeOf(query.get("study") ?? "");
    if (place === null) return null;
    switch (path) {
      case "/play/study.json":
        return { type: "application/json", body: JSON.stringify(await this.#about(place)) };
      case "/play/network":
        return this.#network(place.folder, query.get("id") ?? "");
      case "/play/images":
        return this.#images(place, wholeNumber(query, "from"), wholeNumber(query, "count"));
      default:
        return null;
    }
  }

  /** @param id - of the study, "": the first; null: there is no such one */
  #placeOf(id: string): Place | null {
    const found = this.#options.studies.of(id);
    if (found === null) return null;
    const open = found.study.reach();
    return open === null
      ? { folder: this.#options.folder, study: null, dataSha256: "" }
      : { folder: open.folder, study: open.judge.settings, dataSha256: dataHash(open) };
  }

  async #about(place: Place): Promise<PlayFolder> {
    const { study, folder } = place;
    const { data, problem } = await this.#data(place).then(
      (found) => ({ data: found.about, problem: "" }),
      (error: Error) => ({ data: null, problem: error.message }),
    );
    return {
      study: study?.name ?? "",
      profile: study?.profile ?? "",
      accounting: study?.accounting ?? "mac-once",
      networks: this.#networks(folder),
      data,
      dataProblem: problem,
    };
  }

  /** SNN files of the folder: those of the front first, by their names there. */
  #networks(folder: string): readonly PlayNetworkFile[] {
    const points = pointsOf(folder);
    const ids = [
      ...networksIn(folder),
      ...networksIn(studyPaths(folder).networks).map((name) => `networks/${name}`),
    ];
    const files = ids.flatMap((id) => {
      const about = this.#aboutOf(join(folder, id));
      if (about === null) return [];
      const hash = id.slice(id.lastIndexOf("/") + 1, -".safetensors".length);
      const point = points.get(hash);
      const name = point?.name ?? (id.startsWith("networks/") ? hash.slice(0, 12) : id);
      return [{ id, name, about, place: point?.place ?? points.size }];
    });
    return files
      .sort((a, b) => a.place - b.place)
      .slice(0, mostNetworks)
      .map(({ id, name, about }) => ({ id, name, about }));
  }

  /** null: no SNN. */
  #aboutOf(path: string): string | null {
    const { mtimeMs, size } = lstatSync(path);
    const stamp = `${mtimeMs} ${size}`;
    const known = this.#headers.get(path);
    if (known?.stamp === stamp) return known.about;
    const about = size > mostNetworkBytes ? null : aboutSnn(path);
    this.#headers.set(path, { stamp, about });
    return about;
  }

  #network(folder: string, id: string): PlayAnswer | null {
    if (!this.#networks(folder).some((file) => file.id === id)) return null;
    return { type: bytesType, body: readFileBytes(join(folder, id)) };
  }

  /** Pixels of all images, then their classes. */
  async #images(place: Place, from: number, count: number): Promise<PlayAnswer> {
    const { images, about } = await this.#data(place);
    const most = Math.min(mostImages, about.images - from);
    if (count < 1 || count > most)
      throw new InvalidValueError(
        "count",
        `must be from 1 to ${Math.max(0, most)} from image ${from}`,
        count,
      );
    const size = images.pixels.length / images.count;
    const body = new Uint8Array(count * (size + 1));
    body.set(images.pixels.subarray(from * size, (from + count) * size));
    body.set(images.labels.subarray(from, from + count), count * size);
    return { type: bytesType, body };
  }

  async #data({
    study,
    dataSha256,
  }: Place): Promise<{ readonly images: ImageSet; readonly about: PlayData }> {
    const name = this.#options.data || (study?.data ?? "mnist");
    const loaded = this.#datasets.get(name) ?? loadDataset(name);
    this.#datasets.set(name, loaded);
    loaded.catch(() => this.#datasets.delete(name)); // it may be fetched meanwhile
    const dataset = await loaded;
    if (this.#options.data === "" && study !== null && dataset.sha256 !== dataSha256)
      throw new StateError(
        `data set ${name} must be the one the study ran on (SHA-256 ${dataSha256.slice(0, 12)}…), but is ${dataset.sha256.slice(0, 12)}…. To play with it nevertheless, name it: --data ${name}.`,
      );
    const images = splitOf(dataset, "validation");
    const { classes } = dataset;
    const about = {
      name,
      split: "validation" as const,
      images: Math.min(images.count, mostOfSplit),
      imageShape: images.imageShape,
      classes,
    };
    return { images, about };
  }
}

function wholeNumber(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidValueError(name, "must be a whole number of 0 or more", text);
}

/** Points of the front by the hash of their network. */
function pointsOf(folder: string): ReadonlyMap<string, { readonly name: string; readonly place: number }> {
  const path = studyPaths(folder).front;
  if (!existsSync(path)) return new Map();
  const { points } = readFront(path);
  return new Map(
    points.map(({ network, id, label }, place) => [network, { name: `${id}: ${label}`, place }] as const),
  );
}

/** Without points while it is being replaced. */
function readFront(path: string): Pick<Front, "points"> {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { points: [] };
  }
}

function networksIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".safetensors"))
    .map(({ name }) => name)
    .sort();
}

/** A line about an SNN file, null for any other: from its header alone, as files may be large. */
function aboutSnn(path: string): string | null {
  try {
    const { __metadata__: metadata } = JSON.parse(headerOf(path));
    if (JSON.parse(metadata.kind) !== "snn") return null;
    const { steps, coding } = JSON.parse(metadata.inference);
    const { name } = JSON.parse(metadata.network);
    const format = JSON.parse(metadata.weightFormat);
    return `${name}, ${format.kind === "int" ? `int${format.bits}` : format.kind}, ${steps} steps, ${coding}`;
  } catch {
    return null; // some other file
  }
}

/** The JSON at the start of a safetensors file: eight bytes say how long it is. */
function headerOf(path: string): string {
  const file = openSync(path, "r");
  try {
    const length = Buffer.alloc(8);
    readSync(file, length);
    const bytes = Number(length.readBigUInt64LE());
    if (bytes > mostHeaderBytes) return "";
    const header = Buffer.alloc(bytes);
    readSync(file, header, { position: 8 });
    return header.toString("utf8");
  } finally {
    closeSync(file);
  }
}
