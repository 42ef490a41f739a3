// The head of a page that is one file: its modules and data are within, packed, and page/unpack.ts begins them. Its
// policy lets it run that script, by its hash, and modules that it makes itself; it can ask nobody for anything.

import { sha256 } from "../base/hash.ts";
import { codeElement, fragment, type Markup } from "./markup.ts";
import { fileHead } from "./page.ts";

/** Scripts of a page as text, types taken off. */
export interface PageScripts {
  /** By path; all of them end with the extension of scripts. */
  readonly modules: ReadonlyMap<string, string>;
  /** Path of the first. */
  readonly entry: string;
  /** Of page/unpack. */
  readonly unpack: string;
}

/** A second page in the same file, at its address with `?play`. */
export interface PackedPlay extends Omit<PageScripts, "unpack"> {
  readonly style: string;
  readonly body: Markup;
  readonly data: unknown;
}

/** @param data - what the modules find as the page's data, as JSON */
export async function packedHead(
  { modules, entry, unpack }: PageScripts,
  data: unknown,
  play: PackedPlay | null = null,
): Promise<Markup> {
  const packs = [await packOf("pack", { texts: Object.fromEntries(modules), entry, data })];
  if (play !== null) {
    const more = [...play.modules].filter(([path]) => !modules.has(path));
    const { style, body } = play;
    const texts = Object.fromEntries(more);
    packs.push(
      await packOf("play-pack", { texts, entry: play.entry, style, body: body.markup, data: play.data }),
    );
  }
  const script = codeElement("script", { type: "module" }, unpack);
  const code = script.markup.slice(script.markup.indexOf(">") + 1, -"</script>".length);
  const hash = await sha256(new TextEncoder().encode(code));
  const bytes = Uint8Array.from(hash.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
  return fileHead([`'sha256-${base64Of(bytes)}'`, "blob:", "'wasm-unsafe-eval'"], fragment(...packs, script));
}

async function packOf(id: string, value: unknown): Promise<Markup> {
  const zip = new Blob([JSON.stringify(value)]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(zip).arrayBuffer());
  return codeElement("script", { type: "application/octet-stream", id }, base64Of(bytes));
}

export function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
