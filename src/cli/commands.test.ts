import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fields } from "../space/field.ts";
import { commands } from "./commands.ts";
import { commonOptions, resourceOptions } from "./common-options.ts";
import { commandPage } from "./help.ts";
import { checkOperands, parseArguments } from "./parse-arguments.ts";

for (const [name, load] of Object.entries(commands)) {
  test(`${name} is described under its own name and hides no common option`, async () => {
    const command = await load();
    assert.equal(command.name, name);
    assert.match(command.about, /^[A-Z].*\.$/);
    for (const option of Object.keys(command.options)) {
      assert.ok(
        !(option in commonOptions) && !(option in resourceOptions),
        `--${option} has a meaning everywhere`,
      );
    }
  });

  test(`every example of ${name} is a line that ${name} accepts`, async () => {
    const command = await load();
    assert.ok(command.examples.length > 0);
    for (const line of command.examples) {
      const words = line.split(" ");
      const head = ["spikefront", ...name.split(" ")];
      assert.deepEqual(words.slice(0, head.length), head);
      const resources = Object.fromEntries(
        command.resources.map((resource) => [resource, resourceOptions[resource]]),
      );
      const fields: Fields = { ...command.options, ...commonOptions, ...resources };
      const { operands } = parseArguments(fields, words.slice(head.length));
      checkOperands(operands, command.operands);
    }
  });

  test(`the page of ${name} fits a terminal of 100 columns`, async () => {
    const page = commandPage(await load());
    for (const line of page.split("\n")) assert.ok(line.length <= 100, line);
  });
}
