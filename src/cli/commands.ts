// Every command by name. Each is loaded when it is asked for, so that `--version` and a mistyped word need
// not wait for the whole library.

import type { Command } from "./command.ts";

/** Commands differ in their options; what runs them needs only what they have in common. */
export type AnyCommand = Command;

export const commands: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  doctor: async () => (await import("./doctor.ts")).doctor,
};
