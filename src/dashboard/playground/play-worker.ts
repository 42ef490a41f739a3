// The thread that runs networks, so that the page stays smooth. All it does is in play-engine.ts.

import { loadKernels } from "../../kernels/load.ts";
import { PlayEngine } from "./play-engine.ts";
import type { FromEngine, ToEngine } from "./play-messages.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const tell = (message: FromEngine): void => scope.postMessage(message);
/** Wishes that came before the kernels were there. */
const early: ToEngine[] = [];
let take = (message: ToEngine): void => void early.push(message);
scope.addEventListener("message", ({ data }) => take(data as ToEngine));

try {
  // The simplest build: the same bits as the command line, on every machine.
  const kernels = await loadKernels({ build: "simd", memoryBytes: 256 * 1024 * 1024 });
  const engine = new PlayEngine({ kernels, tell, nowMs: () => performance.now() });
  let isTicking = false;
  const tick = (): void => {
    isTicking = engine.tick();
    if (isTicking) setTimeout(tick);
  };
  take = (message) => {
    engine.take(message);
    if (isTicking) return;
    isTicking = true;
    setTimeout(tick);
  };
  for (const message of early) take(message);
} catch (error) {
  tell({ kind: "problem", about: "run", message: (error as Error).message });
}
