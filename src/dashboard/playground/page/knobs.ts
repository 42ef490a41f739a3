// The sliders as the settings have them.

import { type KnobName, knobScales } from "../knob-scale.ts";
import type { PlayNetwork } from "../play-messages.ts";
import type { PlaySettings } from "../play-settings.ts";

const byId = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

export interface KnobState {
  readonly settings: PlaySettings | null;
  readonly exported: PlaySettings | null;
  readonly network: PlayNetwork | null;
}

export function showKnobs({ settings, exported, network }: KnobState): void {
  if (settings === null || exported === null || network === null) return;
  for (const [name, scale] of Object.entries(knobScales)) {
    const value = settings[name as KnobName];
    const knob = byId<HTMLInputElement>(`knob-${name}`);
    knob.value = String(scale.toPlace(value ?? 1));
    const text = value === null ? "as exported" : scale.show(value);
    const output = byId(`value-${name}`);
    output.textContent = text;
    output.classList.toggle("moved", value !== exported[name as KnobName]);
    knob.setAttribute("aria-valuetext", text);
  }
  byId<HTMLInputElement>("knob-leak").disabled = network.leakProblem !== "";
  const problem = byId("leak-problem");
  problem.hidden = network.leakProblem === "";
  problem.textContent = network.leakProblem === "" ? "" : `It cannot be moved here: ${network.leakProblem}.`;
  for (const button of document.querySelectorAll<HTMLElement>("[data-again]"))
    button.hidden = settings[button.dataset["again"] === "flipSeed" ? "bitErrorRate" : "deadShare"] === 0;
  byId<HTMLButtonElement>("reset").disabled = !isMoved(settings, exported);
}

export function isMoved(settings: PlaySettings | null, exported: PlaySettings | null): boolean {
  return JSON.stringify(settings) !== JSON.stringify(exported);
}
