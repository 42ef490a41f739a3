// What the page asks its server for: networks of the study, and images. A page that is one file has them within.

import type { PlayData, PlayFolder } from "../../../study/play-folder.ts";
import { savedPlay } from "../../page/saved.ts";
import type { SampleImages } from "../sample-run.ts";

/** Images of one request. */
const atOnce = 1_000;

export async function askFolder(study: string): Promise<PlayFolder> {
  if (savedPlay !== null) return savedPlay.folder;
  return (await ask(`/play/study.json?${queryOf({ study })}`)).json();
}

export async function askNetwork(study: string, id: string): Promise<Uint8Array<ArrayBuffer>> {
  if (savedPlay !== null) return bytesOf(savedPlay.networks[id]);
  return new Uint8Array(await (await ask(`/play/network?${queryOf({ study, id })}`)).arrayBuffer());
}

/** The first so many images of the data. */
export async function askImages(
  study: string,
  { imageShape }: PlayData,
  count: number,
): Promise<SampleImages> {
  const size = imageShape.reduce((product, side) => product * side, 1);
  if (savedPlay !== null) {
    const bytes = bytesOf(savedPlay.images);
    const all = bytes.length / (size + 1);
    return {
      pixels: bytes.subarray(0, count * size),
      labels: bytes.subarray(all * size, all * size + count),
    };
  }
  const pixels = new Uint8Array(count * size);
  const labels = new Uint8Array(count);
  for (let from = 0; from < count; from += atOnce) {
    const some = Math.min(atOnce, count - from);
    const query = queryOf({ study, from: String(from), count: String(some) });
    const bytes = new Uint8Array(await (await ask(`/play/images?${query}`)).arrayBuffer());
    pixels.set(bytes.subarray(0, some * size), from * size);
    labels.set(bytes.subarray(some * size), from);
  }
  return { pixels, labels };
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function queryOf(values: Readonly<Record<string, string>>): string {
  return new URLSearchParams(values).toString();
}

/** @throws {Error} with what the server says is wrong */
async function ask(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error((await response.text()).trim());
  return response;
}
