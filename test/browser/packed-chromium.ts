// The Chromium that comes with npm: the headless one of @sparticuz/chromium, for Linux on x64, with the libraries and
// the font that a bare system lacks. Nothing is downloaded; it is unpacked once, beside other packages.

import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { brotliDecompressSync, createBrotliDecompress } from "node:zlib";
import { tarFiles } from "../../src/data/tar.ts";

export interface BrowserFile {
  readonly path: string;
  /** Beyond those of this process. */
  readonly env: Readonly<Record<string, string>>;
}

/** Null where it cannot run, or the package is not installed. */
export async function packedChromium(): Promise<BrowserFile | null> {
  const packed = packageFolder();
  if (process.platform !== "linux" || process.arch !== "x64" || packed === null) return null;
  const { version } = JSON.parse(readFileSync(join(packed, "package.json"), "utf8"));
  const folder = join(packed, "..", "..", ".cache", `chromium-${version}`);
  if (!existsSync(folder)) await unpack(join(packed, "bin"), folder);
  const libraries = [process.env["LD_LIBRARY_PATH"], join(folder, "lib")].filter(Boolean).join(":");
  const hasFonts = existsSync("/etc/fonts/fonts.conf");
  return {
    path: join(folder, "chromium"),
    env: { LD_LIBRARY_PATH: libraries, ...(!hasFonts && { FONTCONFIG_PATH: folder }) },
  };
}

function packageFolder(): string | null {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")));
  } catch {
    return null; // left out of this installation
  }
}

/** Whole or not at all: other processes may want it at the same time. */
async function unpack(bin: string, folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}-`);
  for (const name of ["al2023", "fonts"]) {
    const bytes = new Uint8Array(brotliDecompressSync(readFileSync(join(bin, `${name}.tar.br`))));
    for (const [file, content] of tarFiles(bytes, `${name}.tar`)) {
      mkdirSync(dirname(join(temporary, file)), { recursive: true });
      writeFileSync(join(temporary, file), content);
    }
  }
  await pipeline(
    createReadStream(join(bin, "chromium.br")),
    createBrotliDecompress(),
    createWriteStream(join(temporary, "chromium"), { mode: 0o755 }),
  );
  try {
    renameSync(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // another was first
  }
}
