// Threads of the page: of a module that the server has, or of one that the page itself holds.
//
// A page opened from a disk may begin no thread of modules, only one of a plain script. That gets the texts of the
// modules, makes their addresses itself, and keeps what it is told until the module listens.

import type { PackedPage } from "./unpack.ts";

const packed = (globalThis as { spikefront?: PackedPage }).spikefront;

/** @param address - of the module, made with its `import.meta.url` */
export function openThread(address: URL): Worker {
  if (packed === undefined) return new Worker(address, { type: "module" });
  const code = `const early = [];
const keep = (event) => { event.stopImmediatePropagation(); early.push(event.data); };
${packed.linker}
addEventListener("message", ({ data: { texts, entry } }) => {
  addEventListener("message", keep);
  import(${packed.linker.match(/^function (\w+)/)?.[1]}(texts, entry)).then(
    () => {
      removeEventListener("message", keep);
      for (const data of early) dispatchEvent(new MessageEvent("message", { data }));
    },
    (error) => setTimeout(() => { throw error; }),
  );
}, { once: true });`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  worker.postMessage({ texts: packed.texts, entry: address.pathname.slice(1) });
  return worker;
}
