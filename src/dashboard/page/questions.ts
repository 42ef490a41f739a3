// What the page asks its server for besides events: each answer is kept until something about it may have changed,
// and whoever draws is told when one has come.

import type { SavedPage } from "../live/saved-page.ts";
import { saved, savedAnswer } from "./saved.ts";

/** An answer as far as it is known. */
export type Asked<T> =
  | { readonly state: "asking" | "none" }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "known"; readonly value: T };

/** One question at a time; another takes its place. */
export class Question<T> {
  readonly #onAnswer: () => void;
  #url = "";
  #mark = "";
  answer: Asked<T> = { state: "none" };

  constructor(onAnswer: () => void) {
    this.#onAnswer = onAnswer;
  }

  /**
   * Ask, unless this is what was asked already.
   *
   * @param mark - of what the answer depends on: another one asks again, the old answer stands meanwhile
   */
  ask(url: string, mark = ""): void {
    if (url === this.#url && mark === this.#mark) return;
    if (url !== this.#url) this.answer = { state: "asking" };
    this.#url = url;
    this.#mark = mark;
    void this.#fetch(url, mark);
  }

  /** Ask the same once more. */
  again(): void {
    if (this.#url === "") return;
    this.answer = { state: "asking" };
    void this.#fetch(this.#url, this.#mark);
    this.#onAnswer();
  }

  #recall(page: SavedPage, url: string): void {
    try {
      this.answer = { state: "known", value: savedAnswer(page, url) as T };
    } catch (error) {
      this.answer = { state: "failed", message: (error as Error).message };
    }
    this.#onAnswer();
  }

  async #fetch(url: string, mark: string): Promise<void> {
    let answer: Asked<T>;
    if (saved !== null) return this.#recall(saved, url);
    try {
      const response = await fetch(url);
      answer = response.ok
        ? { state: "known", value: (await response.json()) as T }
        : { state: "failed", message: (await response.text()).trim() };
    } catch {
      answer = { state: "failed", message: "The server did not answer." };
    }
    if (url !== this.#url || mark !== this.#mark) return; // something else was asked meanwhile
    this.answer = answer;
    this.#onAnswer();
  }
}

/** The value, where there is one. */
export function whatIsKnown<T>(asked: Asked<T>): T | null {
  return asked.state === "known" ? asked.value : null;
}

/** The study in the page's address; "": the folder's first. */
export const studyId = new URLSearchParams(location.search).get("study") ?? "";

/** The address of the playground: in a page that is one file, its own. */
export function playAddress(given: Readonly<Record<string, string>> = {}): string {
  if (saved === null) return addressOf("/play", given);
  return `?${new URLSearchParams({ play: "", ...given })}`;
}

/** An address of the server, for this study. */
export function addressOf(path: string, given: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({ ...(studyId !== "" && { study: studyId }), ...given }).toString();
  return query === "" ? path : `${path}?${query}`;
}
