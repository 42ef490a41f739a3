// `export`: a network into another tool's format, or into source code for hardware, and what is lost on the way.

import path from "node:path";
import { UsageError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { splitOf } from "../data/image-set.ts";
import type { Exported } from "../deploy/export-target.ts";
import { exportTargets } from "../deploy/export-targets.ts";
import { sizeOf } from "../model/shapes.ts";
import { writeFileAtomic } from "../node/atomic-file.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { choice, type Fields, text } from "../space/field.ts";
import { resolve } from "../space/resolve.ts";
import { command } from "./command.ts";
import { kebab } from "./parse-arguments.ts";
import { readNetwork } from "./read-network.ts";

const names = Object.keys(exportTargets);

/** Settings of all targets: one option each, wherever several have it. */
const settings: Fields = Object.assign({}, ...Object.values(exportTargets).map((target) => target.settings));

const options = {
  target: choice({
    about: "what to write",
    options: names,
    default: names[0],
  }),
  vectorData: text({
    about: "c99: data set whose test images are the test vectors; empty: drawn images",
    default: "",
  }),
  ...settings,
};

export const exportNetwork = command({
  name: "export",
  about: "Write a network for another tool or as source code, and tell what is lost.",
  out: "file to write [default: the network's name with the target's extension]",
  operands: [{ name: "network", about: "network file of an ANN or SNN, or any file that import reads" }],
  options,
  resources: [],
  details: [
    `Targets: ${Object.values(exportTargets)
      .map(({ name, about }) => `${name}: ${about}`)
      .join("; ")}.`,
    "What a target cannot hold at all is refused, naming the layer, and nothing is written; what it holds in part is listed: where, what, and what that means.",
  ],
  examples: [
    "spikefront export snn.safetensors --target safetensors --out copy.safetensors",
    "spikefront export ann.safetensors --target safetensors --weights float32 --json",
    "spikefront export snn.safetensors --target c99 --out build/net.c --vector-data mnist",
  ],
  async run({ operands, options, given, out, seed = 0, terminal }) {
    const { target: name, vectorData, ...all } = options;
    const target = exportTargets[name];
    refuseStray(name, given);
    const place = out ?? `${path.parse(operands[0]).name}${target.extension}`;
    refuseSelf(operands[0], place);
    const { model } = await readNetwork(operands[0]);
    const [folder, stem] = placeOf(place);
    const own = resolve("export", target.settings, pick(all, Object.keys(target.settings)));
    const pixels = vectorData === "" ? null : await imagesOf(vectorData, sizeOf(model.network.inputShape));
    const exported = await target.write(model, { stem, settings: own, seed, pixels });
    if (out !== undefined && exported.files.length > 1) requireExtension(out, target.extension, name);
    const files = await write(exported, folder, out);
    for (const line of exported.lines) terminal.write(line);
    for (const { where, what, consequence } of exported.losses)
      terminal.write(`lost: ${where}: ${what}. ${consequence}`);
    if (exported.losses.length === 0) terminal.write("nothing is lost");
    for (const { file } of files) terminal.write(`${name}: ${file}`);
    return { target: name, files, losses: exported.losses, figures: exported.figures };
  },
});

function pick(all: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, all[key]]));
}

/** @throws {UsageError} for a setting the target has not */
function refuseStray(name: string, given: ReadonlySet<string>): void {
  const { settings: own, takesImages = false } = exportTargets[name];
  const isStray = (key: string): boolean =>
    key === "vectorData" ? !takesImages : key in settings && !(key in own);
  const stray = [...given].find(isStray);
  if (stray === undefined) return;
  throw new UsageError(`--${kebab(stray)} must not be given for --target ${name}. Leave it out.`);
}

/** @throws {UsageError} when the network would be written over */
function refuseSelf(network: string, out: string): void {
  if (path.resolve(network) !== path.resolve(out)) return;
  throw new UsageError(`--out must be another file than ${network}, which is read. Name one.`);
}

function placeOf(out: string): readonly [folder: string, stem: string] {
  const { dir, name } = path.parse(out);
  return [dir === "" ? "." : dir, name];
}

/** Files that name each other must be called as they say. @throws {UsageError} */
function requireExtension(out: string, extension: string, name: string): void {
  if (path.extname(out) === extension) return;
  throw new UsageError(
    `--out must end with ${extension} for --target ${name}, but got ${JSON.stringify(out)}.`,
  );
}

async function imagesOf(data: string, inputs: number): Promise<Uint8Array> {
  const { pixels, count } = splitOf(await loadDataset(data), "test");
  if (pixels.length === count * inputs) return pixels;
  throw new UsageError(
    `--vector-data must have images of ${inputs} values, as the network takes, but got ${pixels.length / count} in ${data}.`,
  );
}

/** The first file is called as the user says, the others stand beside it. */
async function write(
  { files }: Exported,
  folder: string,
  out: string | undefined,
): Promise<readonly { readonly file: string; readonly bytes: number; readonly sha256: string }[]> {
  const written = [];
  for (const [place, { name, bytes }] of files.entries()) {
    const file = place === 0 && out !== undefined ? out : path.join(folder, name);
    writeFileAtomic(file, bytes);
    written.push({ file, bytes: bytes.length, sha256: await sha256(bytes) });
  }
  return written;
}
