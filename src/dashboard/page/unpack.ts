// How a page that is one file begins. It holds its modules and data packed (live/packed-head.ts); they are unpacked here,
// and the first module is begun. This file stands in the page as it is, so it imports nothing.

/** A page that is one file, as its modules see it. */
export interface PackedPage {
  /** Of modules by their paths. */
  readonly texts: Readonly<Record<string, string>>;
  /** What the page shows; null: it is all drawn. */
  readonly data: unknown;
  /** `linked`, for threads. */
  readonly linker: string;
}

interface Pack {
  readonly texts: Readonly<Record<string, string>>;
  readonly entry: string;
  readonly data: unknown;
}

interface PlayPack {
  readonly texts: Readonly<Record<string, string>>;
  readonly entry: string;
  readonly style: string;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * The address of a module that is made of its text, those it imports before it. Stands alone, as threads get it as text.
 * In modules, `import.meta.url` is `spikefront:/` and their path.
 */
function linked(texts: Readonly<Record<string, string>>, entry: string): string {
  const made = new Map<string, string>();
  const addressOf = (path: string): string => {
    const known = made.get(path);
    if (known !== undefined) return known;
    const base = `spikefront:/${path}`;
    const text = path.endsWith(".json")
      ? `export default ${texts[path]}`
      : texts[path]
          .replace(
            /\b(from|import)(\s*\(?\s*)"(\.[^"]+)"/g,
            (_, word: string, between: string, address: string) =>
              `${word}${between}"${addressOf(new URL(address, base).pathname.slice(1))}"`,
          )
          .replace(/ with \{ type: "json" \}/g, "")
          .replaceAll("import.meta.url", JSON.stringify(base));
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    made.set(path, address);
    return address;
  };
  return addressOf(entry);
}

async function unpacked<T>(id: string): Promise<T> {
  const bytes = Uint8Array.from(atob(document.getElementById(id)?.textContent ?? ""), (character) =>
    character.charCodeAt(0),
  );
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(text).text());
}

async function begin(): Promise<void> {
  const { texts, entry, data } = await unpacked<Pack>("pack");
  const wantsPlay = new URLSearchParams(location.search).has("play");
  if (!wantsPlay || document.getElementById("play-pack") === null) return start(texts, entry, data);
  const play = await unpacked<PlayPack>("play-pack");
  document.body.innerHTML = play.body;
  document.head.append(Object.assign(document.createElement("style"), { textContent: play.style }));
  start({ ...texts, ...play.texts }, play.entry, play.data);
}

function start(texts: PackedPage["texts"], entry: string, data: unknown): void {
  const packed: PackedPage = { texts, data, linker: linked.toString() };
  Object.assign(globalThis, { spikefront: packed });
  void import(linked(texts, entry));
}

void begin();
