// What the README quotes is what its sources say, and what it links to exists.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fillReadme } from "../scripts/write-readme.mjs";

const root = path.resolve(import.meta.dirname, "..");
const readme = readFileSync(path.join(root, "README.md"), "utf8");

test("the README's code and figures are those of their sources", () => {
  assert.equal(readme, fillReadme(readme), "run: node scripts/write-readme.mjs");
});

test("every local link of the README and the architecture page leads somewhere", () => {
  const pages = [readme, readFileSync(path.join(root, "ARCHITECTURE.md"), "utf8")];
  const links = pages.flatMap((page) => [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => link));
  assert.ok(links.length > 3);
  for (const link of links.filter((target) => !/^https?:/.test(target))) {
    assert.ok(existsSync(path.join(root, link)), `${link} does not exist`);
  }
});

test("every file and room the architecture page names exists", () => {
  const page = readFileSync(path.join(root, "ARCHITECTURE.md"), "utf8");
  const names = [...page.matchAll(/`((?:[a-z-]+\/)+[a-z0-9-]+\.(?:ts|mjs))`/g)].map(([, name]) => name);
  assert.ok(names.length > 15);
  for (const name of names) {
    const places = [name, path.join("src", name)].map((place) => path.join(root, place));
    assert.ok(
      places.some((place) => existsSync(place)),
      `${name} does not exist`,
    );
  }
});
