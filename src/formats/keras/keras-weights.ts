// Where the weights of a Keras network's layers lie in its HDF5 file.
//
// Files of one piece (.h5, Keras 2 and 3): a group for each layer under `model_weights`, whose attribute
// `weight_names` lists the paths of its weights, in order.
//
// Weights of an archive (.keras, since Keras 2.12): groups `layers/<class>_<count>/vars`, data sets 0, 1, …; the
// name is the layer's class in snake case, counted over the layers of the network.

import { FormatError } from "../../base/errors.ts";
import type { Hdf5Dataset, Hdf5Group } from "../hdf5/open-hdf5.ts";
import type { Constant } from "../onnx/onnx-constant.ts";

export interface NamedLayer {
  readonly name: string;
  readonly className: string;
}

/** The weights of one network, inner ones apart. */
export interface NetworkWeights {
  /** @param layers - all of the network, in their order */
  of(layer: number, layers: readonly NamedLayer[]): readonly Constant[];
  /** Those of a network that is a layer itself. */
  inside(layer: number, layers: readonly NamedLayer[]): NetworkWeights;
}

/** More weights than any layer here has. */
const mostWeights = 4096;

/** @param group - `model_weights` */
export function weightsOfFile(group: Hdf5Group): NetworkWeights {
  const read = (layer: number, layers: readonly NamedLayer[]): ListedWeights => {
    const { name } = layers[layer];
    const inner = groupAt(group, name);
    return { group: inner, paths: listedPaths(inner) };
  };
  return {
    of: (layer, layers) => {
      const { group: inner, paths } = read(layer, layers);
      return paths.map((path) => constantAt(inner, path));
    },
    inside: (layer, layers) => listedWeights(read(layer, layers)),
  };
}

interface ListedWeights {
  readonly group: Hdf5Group;
  readonly paths: readonly (readonly string[])[];
}

/** Of an inner network all weights are listed together: those of a layer have its name before their own. */
function listedWeights({ group, paths }: ListedWeights): NetworkWeights {
  const own: NetworkWeights = {
    of: (layer, layers) =>
      paths.filter((path) => path.at(-2) === layers[layer].name).map((path) => constantAt(group, path)),
    inside: () => own,
  };
  return own;
}

function listedPaths(group: Hdf5Group): readonly (readonly string[])[] {
  const names: string[] = [];
  const whole = group.text("weight_names");
  if (whole !== undefined) names.push(...whole);
  // Long lists are cut into pieces.
  for (let piece = 0; whole === undefined; piece++) {
    const part = group.text(`weight_names${piece}`);
    if (part === undefined) break;
    names.push(...part);
  }
  if (names.length > mostWeights) {
    throw new FormatError(group.path, `must list at most ${mostWeights} weights`, names.length);
  }
  return names.filter((name) => name !== "").map((name) => name.split("/").filter((part) => part !== ""));
}

/** @param root - of `model.weights.h5` */
export function weightsOfArchive(root: Hdf5Group): NetworkWeights {
  const [container] = ["layers", "_layer_checkpoint_dependencies"].filter((name) =>
    root.names.includes(name),
  );
  const groupOf = (layer: number, layers: readonly NamedLayer[]): Hdf5Group => {
    if (container === undefined) {
      throw new FormatError(root.path, "must have the weights of layers", root.names.slice(0, 12));
    }
    return groupAt(groupAt(root, container), countedName(layer, layers));
  };
  return {
    of: (layer, layers) => {
      const vars = groupAt(groupOf(layer, layers), "vars");
      const [name] = vars.text("name") ?? [];
      if (name !== undefined && name !== layers[layer].name) {
        throw new FormatError(
          vars.path,
          `must hold the weights of ${JSON.stringify(layers[layer].name)}`,
          name,
        );
      }
      const { length } = vars.names;
      return Array.from({ length }, (_, index) => constantAt(vars, [String(index)]));
    },
    inside: (layer, layers) => weightsOfArchive(groupOf(layer, layers)),
  };
}

function countedName(layer: number, layers: readonly NamedLayer[]): string {
  const { className } = layers[layer];
  const before = layers.slice(0, layer).filter((other) => other.className === className).length;
  const plain = className
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
  return before === 0 ? plain : `${plain}_${before}`;
}

function groupAt(group: Hdf5Group, name: string): Hdf5Group {
  const member = group.member(name);
  if (member.kind === "group") return member;
  throw new FormatError(member.path, "must be a group", "a data set");
}

function constantAt(group: Hdf5Group, path: readonly string[]): Constant {
  let at: Hdf5Group | Hdf5Dataset = group;
  for (const name of path) {
    if (at.kind === "dataset") throw new FormatError(at.path, "must be a group", "a data set");
    at = at.member(name);
  }
  if (at.kind === "group") throw new FormatError(at.path, "must hold numbers", "a group");
  const { shape } = at;
  const { type, values } = at.read();
  if (type === "text") throw new FormatError(at.path, "must hold numbers", "text");
  return { shape, data: Float32Array.from(values), type: "float" };
}
