// The importance of settings while trials come in: asked of a thread, and again when there are some more trials. The
// thread goes on only while the reader's hands rest.

import type { LiveStudy } from "../../study/live-study.ts";
import type { ImportanceAnswer } from "../live/live-importance.ts";
import type { FromImportance, ToImportance } from "./importance-worker.ts";
import type { Asked } from "./questions.ts";
import { openThread } from "./thread.ts";

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
/** So many more trials, as a share, are worth another answer. */
const growth = 1.05;
/** Hands rest when nothing was dragged or typed for so long. */
const restMs = 400;

export class ImportanceThread {
  readonly #onAnswer: () => void;
  #worker: Worker | null = null;
  #isBusy = false;
  #trials = 0;
  #busyMs = -restMs;
  #isHeld = false;
  answer: Asked<ImportanceAnswer | null> = { state: "none" };

  constructor(onAnswer: () => void) {
    this.#onAnswer = onAnswer;
    const isBusy = (): void => {
      this.#busyMs = performance.now();
    };
    for (const kind of ["input", "keydown"]) document.addEventListener(kind, isBusy, true);
    // A held button is a hand at work, however slowly its moves arrive.
    document.addEventListener("pointerdown", () => this.#hold(true), true);
    for (const kind of ["pointerup", "pointercancel"])
      document.addEventListener(kind, () => this.#hold(false), true);
    // It may have been let go where the page does not hear of it.
    document.addEventListener("pointermove", ({ buttons }) => {
      if (this.#isHeld && buttons === 0) this.#hold(false);
    });
  }

  ask({ space, objectives, trials, progress }: LiveStudy): void {
    const complete = trials.filter(({ state }) => state === "complete").length;
    const isOver = progress.status === "finished";
    const isWorth = complete > this.#trials * growth || (isOver && complete > this.#trials);
    if (this.#isBusy || (this.answer.state !== "none" && !isWorth)) return;
    this.#trials = complete;
    this.#isBusy = true;
    if (this.answer.state === "none") this.answer = { state: "asking" };
    this.#worker ??= this.#start();
    this.#tell({ space, objectives, trials });
  }

  #hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#busyMs = performance.now();
  }

  #tell(message: ToImportance): void {
    const leftMs = this.#isHeld ? restMs : this.#busyMs + restMs - performance.now();
    if (leftMs <= 0) this.#worker?.postMessage(message);
    else setTimeout(() => this.#tell(message), leftMs);
  }

  #start(): Worker {
    const worker = openThread(new URL(`./importance-worker.${extension}`, import.meta.url));
    const end = (answer: Asked<ImportanceAnswer | null>): void => {
      this.#isBusy = false;
      this.answer = answer;
      this.#onAnswer();
    };
    worker.addEventListener("message", ({ data }: MessageEvent<FromImportance>) => {
      if (data === "may I") this.#tell("go on");
      else end({ state: "known", value: data.answer });
    });
    worker.addEventListener("error", ({ message }) =>
      end({ state: "failed", message: message || "the page's thread could not start" }),
    );
    return worker;
  }
}
