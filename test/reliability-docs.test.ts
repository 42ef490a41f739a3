// The page on reliability lists every fault model there is, with the settings it has.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { faultOutcomes } from "../src/campaign/fault-outcome.ts";
import { faultTargets } from "../src/fault/fault-sites.ts";
import { faults } from "../src/fault/faults.ts";

const page = readFileSync(path.join(import.meta.dirname, "../docs/reliability.md"), "utf8");

test("the catalogue on the page is the one in the code", () => {
  const rows = Object.values(faults).map(({ name, about, strikes, targets, fields }) => {
    const isAny = targets.length === faultTargets.length;
    const what = isAny ? `${strikes}s of any target` : `${targets.join(", ")}s`;
    const settings = Object.entries(fields).map(([field, { about: means }]) => `\`${field}\`: ${means}`);
    return `| \`${name}\` | ${about} | ${what} | ${settings.join("; ")} |`;
  });
  const [, told = ""] = /<!-- catalogue:.*?-->\n(.*?)<!-- end of the catalogue -->/s.exec(page) ?? [];
  assert.equal(told.split("\n").slice(2, -1).join("\n"), rows.join("\n"));
});

test("every outcome is explained", () => {
  for (const outcome of faultOutcomes) assert.ok(page.includes(`\`${outcome}\``), outcome);
});
