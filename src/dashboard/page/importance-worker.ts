// A thread of the page that works out what matters: with thousands of trials it takes seconds.

import { type ImportanceQuestion, importanceOf } from "../live/live-importance.ts";

addEventListener("message", ({ data }: MessageEvent<ImportanceQuestion>) => {
  postMessage(importanceOf(data));
});
