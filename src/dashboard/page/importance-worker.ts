// A thread of the page that works out what matters: with thousands of trials it takes seconds. It asks the page before
// every piece, which answers when the reader's hands rest: machines with few cores draw what they do first.

import { type ImportanceAnswer, type ImportanceQuestion, importanceSteps } from "../live/live-importance.ts";

/** A question, or that the next piece may be worked out. */
export type ToImportance = ImportanceQuestion | "go on";
export type FromImportance = "may I" | { readonly answer: ImportanceAnswer | null };

let steps: ReturnType<typeof importanceSteps> | null = null;

addEventListener("message", ({ data }: MessageEvent<ToImportance>) => {
  if (data !== "go on") steps = importanceSteps(data);
  const step = steps?.next();
  if (step === undefined) return;
  postMessage((step.done ? { answer: step.value } : "may I") satisfies FromImportance);
});
