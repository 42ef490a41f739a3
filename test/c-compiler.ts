// Compiling and running C in tests, where there is a compiler.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const candidates = ["cc", "gcc", "clang"];
export const cCompiler = candidates.find((name) => spawnSync(name, ["--version"]).status === 0);

/** Everything that could be wrong with the code is an error, at compile time and at run time. */
const strict =
  "-std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror -O0 -fsanitize=undefined -fno-sanitize-recover=all";

/**
 * Compile files and run the program.
 *
 * @param main - name of the file that is compiled; it may include the others
 */
export function runC(
  files: Readonly<Record<string, string>>,
  main: string,
): { readonly status: number | null; readonly output: string } {
  if (cCompiler === undefined) throw new RangeError("no C compiler");
  const folder = mkdtempSync(path.join(tmpdir(), "c99-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    const words = [...strict.split(" "), main, "-o", "program"];
    const compiled = spawnSync(cCompiler, words, { cwd: folder, encoding: "utf8" });
    if (compiled.status !== 0) return { status: compiled.status, output: compiled.stderr };
    const { status, stdout, stderr } = spawnSync(path.join(folder, "program"), {
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
