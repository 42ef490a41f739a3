// What a target of `export` is: a name, settings, and a function from a network to files.
//
// A target refuses what it cannot hold at all, by an InvalidValueError that names the layer; what it can only
// hold in part it writes and tells in the losses. It touches no disk, so that it runs in a browser, too.

import type { Loss } from "../formats/loss.ts";
import type { Model } from "../model/model.ts";
import type { Fields, Values } from "../space/field.ts";

export interface ExportTarget<O extends Fields = Fields> {
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** What the file's name ends with where none is given, e.g. `.safetensors`. */
  readonly extension: string;
  /** Whether it makes use of `pixels`. Default false. */
  readonly takesImages?: true;
  /** Settings of this target; targets that share a name share its field. */
  readonly settings: O;
  /** @throws {InvalidValueError} naming what the target cannot hold at all */
  write(model: Model, request: ExportRequest<O>): Promise<Exported>;
}

export interface ExportRequest<O extends Fields = Fields> {
  /** The file's name without its extension; further files and names in the code derive from it. */
  readonly stem: string;
  /** Checked, defaults filled in. */
  readonly settings: Values<O>;
  /** Seed of whatever is drawn, such as test vectors. */
  readonly seed: number;
  /** Images to make test vectors of, where the target has any; null: drawn ones. Shape [images, …inputShape], 0…255. */
  readonly pixels: Uint8Array | null;
}

export interface Exported {
  /** The one asked for, then those that belong to it. */
  readonly files: readonly ExportedFile[];
  readonly losses: readonly Loss[];
  /** What is worth knowing of the result, by name and unit, e.g. `ramBytes`. Plain data. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** The same and more in lines for people. */
  readonly lines: readonly string[];
}

export interface ExportedFile {
  /** Without a folder. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Check nothing, infer the types of the settings. */
export function exportTarget<const O extends Fields>(target: ExportTarget<O>): ExportTarget {
  return target as ExportTarget<Fields> & ExportTarget<O>;
}
