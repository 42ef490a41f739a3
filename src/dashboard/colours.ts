// One colour and one shape for each kind of network, in every chart.
//
// Hues are Okabe & Ito's (2008), told apart by every common colour vision; the shape says the same
// again, so nothing rests on colour alone. Dark pages take the lighter member of each pair.
// Layers are ordered, so they take a ramp of one hue family instead (after cividis, Nuñez 2018).

import type { NetworkFigures } from "../study/front.ts";
import { element, type Markup, shortNumber } from "./markup.ts";

/** Kinds of networks. Those of studies are ANNs, controls and SNNs converted from ANNs; the others are trained. */
export type Role = NetworkFigures["role"] | "direct" | "event";

export const roles: readonly Role[] = ["snn", "ann", "control", "direct", "event"];

export const roleNames: Readonly<Record<Role, string>> = {
  snn: "SNN, converted",
  ann: "ANN",
  control: "control: ANN limited like the SNN",
  direct: "SNN, trained directly",
  event: "SNN, trained on its events",
};

/** What else a figure tells apart, none of it a kind of network: arms of an experiment, or samplers. */
export type Arm = "first" | "second" | "third";

export const arms: readonly Arm[] = ["first", "second", "third"];

/** Which kind a network is of. */
export function roleOf({ role, training }: Pick<NetworkFigures, "role" | "training">): Role {
  return role === "snn" ? (training ?? "snn") : role;
}

/** Custom properties of both themes; charts only ever name `var(--…)`. */
export const palette = {
  light: {
    "--page": "#ffffff",
    "--panel": "#f6f7f8",
    "--ink": "#1b1f24",
    "--soft": "#565f6b",
    "--line": "#d5d9de",
    "--grid": "#e8ebee",
    "--accent": "#0b5c94",
    "--snn": "#d55e00",
    "--ann": "#0072b2",
    "--control": "#00805d",
    "--direct": "#b5478d",
    "--event": "#54430a",
    "--first": "#2f3742",
    "--second": "#3f8494",
    "--third": "#8c2f6b",
    "--trial": "#8d96a0",
    "--good": "#00664a",
    "--bad": "#a83200",
    "--clipping": "#8c2f6b",
    "--flooring": "#c99700",
    "--inherited": "#b3bac2",
    "--unevenness": "#4a8f9e",
  },
  dark: {
    "--page": "#14171b",
    "--panel": "#1d2126",
    "--ink": "#e9ecef",
    "--soft": "#a5aeb8",
    "--line": "#3a414a",
    "--grid": "#272c32",
    "--accent": "#7cc4f2",
    "--snn": "#f08a3c",
    "--ann": "#56b4e9",
    "--control": "#2bc299",
    "--direct": "#e08cc4",
    "--event": "#d9cf6a",
    "--first": "#dfe4e9",
    "--second": "#5fa9b8",
    "--third": "#d983bb",
    "--trial": "#77818c",
    "--good": "#4fd6ad",
    "--bad": "#ff9a66",
    "--clipping": "#d983bb",
    "--flooring": "#e3b93c",
    "--inherited": "#5d6670",
    "--unevenness": "#5fa9b8",
  },
} as const;

/**
 * Circle for converted SNNs, square for ANNs, triangle for controls, one on its head for those trained directly, cross
 * for those trained on their events; hollow for other hardware, or the second of a kind. Arms: circle, square, triangle.
 */
export function mark(role: Role | Arm, x: number, y: number, radius: number, isHollow = false): Markup {
  const attributes = { class: `mark ${role}${isHollow ? " hollow" : ""}` };
  if (role === "snn" || role === "first")
    return element("circle", { ...attributes, cx: x, cy: y, r: radius });
  if (role === "ann" || role === "second") {
    const side = radius * (isHollow ? 1.55 : 1.8);
    return element("rect", { ...attributes, x: x - side / 2, y: y - side / 2, width: side, height: side });
  }
  const size = isHollow ? radius * 0.85 : radius;
  if (role === "event") return element("path", { ...attributes, d: cross(x, y, size) });
  const [w, h] = [size * 1.2, size * (role === "direct" ? -1.1 : 1.1)];
  const corners = [x, y - h, x + w, y + h, x - w, y + h].map(shortNumber);
  return element("path", {
    ...attributes,
    d: `M${corners[0]} ${corners[1]}L${corners[2]} ${corners[3]} ${corners[4]} ${corners[5]}Z`,
  });
}

/** Four arms, each as long as wide. */
function cross(x: number, y: number, size: number): string {
  const arm = shortNumber(size * 0.84);
  const back = shortNumber(-size * 0.84);
  const [left, top] = [x - size * 0.42, y - size * 1.26].map(shortNumber);
  return `M${left} ${top}h${arm}v${arm}h${arm}v${arm}h${back}v${arm}h${back}v${back}h${back}v${back}h${arm}z`;
}

const ramp = [
  [0x35, 0x61, 0x9e],
  [0x6a, 0x80, 0xa0],
  [0x9a, 0x9a, 0x94],
  [0xc4, 0xb1, 0x6b],
  [0xe6, 0xc8, 0x3d],
];

/** Colour of layer `index` of `count`, dark to light in the order of the network. */
export function layerColour(index: number, count: number): string {
  const position = count < 2 ? 1 : (index / (count - 1)) * (ramp.length - 1);
  const from = Math.min(ramp.length - 2, Math.floor(position));
  const share = position - from;
  const channels = ramp[from].map((value, i) => Math.round(value + (ramp[from + 1][i] - value) * share));
  return `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
