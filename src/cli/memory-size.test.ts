import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSize, parseSize } from "./memory-size.ts";

test("amounts of memory are powers of 1024, however the unit is written", () => {
  for (const text of ["2GiB", "2 gib", "2G", "2gb", "2048MiB", "2147483648", "2147483648 B"]) {
    assert.equal(parseSize("--memory", text), 2 ** 31, text);
  }
  assert.equal(parseSize("--memory", "1.5m"), 1536 * 1024);
});

test("what is no amount of memory is refused with what was written", () => {
  for (const text of ["", "0", "1023k", "-1G", "2 apples", "G", "1e9", "9999999T"]) {
    assert.throws(
      () => parseSize("--memory", text),
      { name: "UsageError", message: /--memory must be/ },
      text,
    );
  }
});

test("an amount of memory is shown with three digits at most, in the largest unit it fills", () => {
  for (const [bytes, shown] of [
    [0, "0 bytes"],
    [1023, "1023 bytes"],
    [1024, "1 KiB"],
    [1536 * 1024, "1.5 MiB"],
    [2 ** 31, "2 GiB"],
  ] as const) {
    assert.equal(formatSize(bytes), shown);
  }
});
