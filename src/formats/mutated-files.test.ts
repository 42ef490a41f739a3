// A share of what `npm run soak -- --files 10000` does.

import assert from "node:assert/strict";
import { test } from "node:test";
import { filesToMutate, readMutations } from "../../test/mutated-files.ts";

test("no mutation of a real file crashes a reader, and untouched ones are read", async () => {
  const { size } = filesToMutate();
  assert.ok(size >= 8, `${size} files`);
  const { read, refused } = await readMutations({ seed: 1, count: 400 });
  assert.ok(read >= 40 && refused >= 120, `${read} read, ${refused} refused`);
});
