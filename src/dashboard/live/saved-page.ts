// The live page as one file that needs no server: its modules, its style and the study's data are within.
//
// Modules import each other by name, and an import map leads every name to a data: address. That works from a file
// on a disk, where modules cannot be loaded from beside it. Its policy lets it ask nobody for anything.

import type { LiveStudy } from "../../study/live-study.ts";
import type { SavedStudy } from "../../study/saved-study.ts";
import { codeElement, element, fragment, type Markup } from "../markup.ts";
import { liveFront } from "./live-front.ts";
import { type ImportanceAnswer, importanceOf } from "./live-importance.ts";
import { livePageCss, livePageOf } from "./live-page.ts";

export interface SavedPage extends SavedStudy {
  /** null: too few trials. */
  readonly importance: ImportanceAnswer | null;
}

export interface SavedPageOptions {
  readonly saved: SavedStudy;
  /** Texts of the page's modules by path, which end with the extension of scripts. */
  readonly modules: ReadonlyMap<string, string>;
  /** Path of the first. */
  readonly entry: string;
}

/** Networks of more trials than this are not kept. */
const mostNetworks = 60;

/** Numbers of the trials whose networks are worth keeping: those no other beats, then the first others. */
export function trialsToSave({ trials, objectives }: LiveStudy): readonly number[] {
  const { numbers } = liveFront(trials, objectives);
  const measured = trials.filter(({ state }) => state === "complete").map(({ number }) => number);
  const others = measured.filter((number) => !numbers.has(number));
  return [...measured.filter((number) => numbers.has(number)), ...others].slice(0, mostNetworks);
}

export function savedPage({ saved, modules, entry }: SavedPageOptions): string {
  const { space, objectives, trials } = saved.study;
  const data: SavedPage = { ...saved, importance: importanceOf({ space, objectives, trials }) };
  const imports = Object.fromEntries(
    [...modules].map(([path, text]) => [nameOf(path), addressOf(named(text, path))]),
  );
  const policy =
    "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'";
  const head = fragment(
    element("meta", { "http-equiv": "Content-Security-Policy", content: policy }),
    codeElement("style", {}, livePageCss()),
    script("importmap", JSON.stringify({ imports })),
    script("application/json", JSON.stringify(data), "saved"),
    script("module", `import ${JSON.stringify(nameOf(entry))};`),
  );
  return livePageOf(head);
}

function script(type: string, text: string, id: string | null = null): Markup {
  // No end of the element, and no beginning of a comment, may stand in a text.
  return codeElement("script", { type, id }, type === "module" ? text : text.replaceAll("<", "\\u003c"));
}

function nameOf(path: string): string {
  return `spikefront/${path}`;
}

/** The module with names instead of relative addresses. */
function named(text: string, path: string): string {
  const base = new URL(path, "file:///");
  return text.replace(
    /\b(from|import)(\s*\(?\s*)"(\.[^"]+)"/g,
    (_, word: string, between: string, address: string) =>
      `${word}${between}"${nameOf(new URL(address, base).pathname.slice(1))}"`,
  );
}

function addressOf(text: string): string {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return `data:text/javascript;base64,${btoa(bytes)}`;
}
