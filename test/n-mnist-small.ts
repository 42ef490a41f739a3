// A hundred test and a thousand training recordings of N-MNIST, from ../shared, for tests.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EventRecording } from "../src/data/event-recording.ts";
import { readNMnist } from "../src/data/n-mnist.ts";

const archive = fileURLToPath(new URL("../../shared/data/n-mnist-small/NMNISTsmall.tar.gz", import.meta.url));

/** Why tests that need the recordings skip, or false. */
export const noNMnist: string | false = !existsSync(archive) && "no ../shared/data/n-mnist-small";

function fromArchive(name: string): Uint8Array {
  return execFileSync("tar", ["xzOf", archive, `NMNISTsmall/${name}`], { maxBuffer: 2 ** 26 });
}

/** The first recordings of a part, in the order of its list. */
export function nMnistSmall(
  part: "train" | "test",
  count: number,
): { readonly recordings: EventRecording[]; readonly labels: Uint8Array } {
  const list = new TextDecoder().decode(fromArchive(part === "train" ? "train1K.txt" : "test100.txt"));
  const lines = list
    .trim()
    .split("\n")
    .filter((line) => /^\d/.test(line))
    .slice(0, count);
  const samples = lines.map((line) =>
    line
      .split(/\s+/)
      .filter((word) => /^\d+$/.test(word))
      .map(Number),
  );
  // One call for all files: they come one after the other, each as long as the archive's list says.
  const names = samples.map(([id]) => `NMNISTsmall/${id}.bs2`);
  const listed = execFileSync("tar", ["tvzf", archive, ...names], { encoding: "utf8" })
    .trim()
    .split("\n");
  const bytes = execFileSync("tar", ["xzOf", archive, ...names], { maxBuffer: 2 ** 28 });
  const recordings = new Map<string, EventRecording>();
  let at = 0;
  for (const line of listed) {
    const [, , size, , , name] = line.split(/\s+/);
    recordings.set(name, readNMnist(bytes.subarray(at, at + Number(size)), name));
    at += Number(size);
  }
  return {
    recordings: names.map((name) => recordings.get(name) as EventRecording),
    labels: Uint8Array.from(samples, ([, label]) => label),
  };
}
