// The line to the server: events as they come. The browser reconnects by itself and says what it saw last; where it
// gives up, a new line is opened. Hidden pages listen to nothing and catch up when they are seen again.

import type { LiveChange, LiveStudy } from "../../study/live-study.ts";
import { readLiveStudy } from "../../study/live-study-text.ts";
import { addressOf } from "./questions.ts";
import { saved } from "./saved.ts";

export interface LineEvents {
  onStudy(study: LiveStudy): void;
  onChange(change: LiveChange): void;
  /** Nothing is in the folder yet. */
  onEmpty(): void;
  onProblem(message: string): void;
  /** `saved`: nothing will follow. */
  onState(state: "live" | "lost" | "saved"): void;
}

const againMs = 2_000;

export function openLine(events: LineEvents): void {
  if (saved !== null) {
    events.onState("saved");
    events.onStudy(saved.study);
    return;
  }
  let source: EventSource | null = null;
  let last = "";
  const open = (): void => {
    const line = new EventSource(addressOf("/events", last === "" ? {} : { after: last }));
    source = line;
    const on = (kind: string, act: (data: string) => void): void =>
      line.addEventListener(kind, (event) => {
        last = event.lastEventId;
        events.onState("live");
        act(event.data);
      });
    on("study", (data) => events.onStudy(readLiveStudy(data)));
    on("change", (data) => events.onChange(JSON.parse(data)));
    on("empty", () => events.onEmpty());
    on("problem", (data) => events.onProblem(JSON.parse(data).message));
    line.addEventListener("open", () => events.onState("live"));
    line.addEventListener("error", () => {
      events.onState("lost");
      if (line.readyState !== EventSource.CLOSED || source !== line) return;
      source = null;
      setTimeout(() => {
        if (source === null && !document.hidden) open();
      }, againMs);
    });
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (source === null) open();
  });
  open();
}
