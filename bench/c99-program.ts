// A network's C code compiled as for a product and run on many images at once.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { C99Program } from "../src/deploy/c99/export-c99.ts";
import { cCompiler } from "../test/c-compiler.ts";

export interface CompiledRun {
  /** By image. */
  readonly classes: Int32Array;
  readonly spikeHashes: Uint32Array;
  /** Of the network alone: machine code and tables, as `size` tells. */
  readonly textBytes: number;
  readonly compiler: string;
}

const warnings = "-std=c99 -pedantic -Wall -Wextra -Wconversion -Werror -O2";

/** Reads images from stdin; writes class and hash (deploy/c99/test-vectors.ts) of each as two int32. */
function mainText({ prefix }: C99Program): string {
  const macro = prefix.toUpperCase();
  return `#include <stdint.h>
#include <stdio.h>
static uint32_t hash;
static void add(uint32_t word) { hash = (hash ^ word) * UINT32_C(16777619); }
#define ${macro}_ON_SPIKES(layer, step, neurons, count) \\
    do { uint32_t a_; add(UINT32_C(0x80000000) | (layer)); for (a_ = 0U; a_ < (count); a_++) { add((neurons)[a_]); } } while (0)
#include "${prefix}.c"
int main(void)
{
    static uint8_t pixels[${macro}_INPUTS];
    while (fread(pixels, 1U, sizeof(pixels), stdin) == sizeof(pixels)) {
        int class_;
        hash = UINT32_C(0x811c9dc5);
        class_ = (int)${prefix}_run(pixels);
        printf("%d %lu\\n", class_, (unsigned long)hash);
    }
    return 0;
}
`;
}

/** @returns undefined where there is no C compiler */
export function runCompiled(program: C99Program, pixels: Uint8Array): CompiledRun | undefined {
  if (cCompiler === undefined) return undefined;
  const version = spawnSync(cCompiler, ["--version"], { encoding: "utf8" });
  const folder = mkdtempSync(path.join(tmpdir(), "c99-bench-"));
  const inFolder = (command: string, words: readonly string[], input?: Uint8Array): string => {
    const { status, stdout, stderr } = spawnSync(command, words, {
      cwd: folder,
      maxBuffer: 2 ** 30,
      encoding: "utf8",
      ...(input && { input }),
    });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout;
  };
  try {
    const { prefix, source, header } = program;
    for (const [name, text] of Object.entries({
      [`${prefix}.c`]: source,
      [`${prefix}.h`]: header,
      "main.c": mainText(program),
    }))
      writeFileSync(path.join(folder, name), text);
    inFolder(cCompiler, [...warnings.split(" "), "-c", `${prefix}.c`]);
    const [, sizes] = inFolder("size", [`${prefix}.o`]).split("\n");
    inFolder(cCompiler, [...warnings.split(" "), "main.c", "-o", "main"]);
    const lines = inFolder("./main", [], pixels).trim().split("\n");
    const column = (place: number): number[] => lines.map((line) => Number(line.split(" ")[place]));
    return {
      classes: Int32Array.from(column(0)),
      spikeHashes: Uint32Array.from(column(1)),
      textBytes: Number(sizes.trim().split(/\s+/)[0]),
      compiler: version.stdout.split("\n")[0],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
