// `study check` and `study backup`: whether a study's store is sound, and a copy of it.

import { join } from "node:path";
import { UsageError } from "../base/errors.ts";
import { PostgresStorage } from "../node/postgres-storage.ts";
import { openStore } from "../node/study-exchange.ts";
import { command } from "./command.ts";
import { storeAddress, storeOption } from "./store-option.ts";

const operands = [{ name: "folder", about: "folder of the study" }];

export const studyCheck = command({
  name: "study check",
  about: "Check that a study's store is sound.",
  out: "not used by this command",
  operands: [{ name: "folder", about: "folder of the study, unless --store is given", isOptional: true }],
  options: { store: storeOption },
  resources: [],
  details: [
    "SQLite's own check of the file, and what every store must hold: designs with their hashes, figures with complete trials only, events without gaps. Exits with 1 when something is wrong. May run beside explore.",
  ],
  examples: ["spikefront study check runs/quickstart"],
  async run({ operands: [folder], options, terminal }) {
    const address = storeAddress(options.store);
    if (address === undefined && folder === undefined)
      throw new UsageError("The folder of a study must be given, or --store.");
    const storage = address === undefined ? openStore(folder) : await PostgresStorage.open(address);
    try {
      const faults = await storage.checkIntegrity();
      for (const fault of faults) terminal.write(fault);
      if (faults.length === 0) terminal.write(`${folder ?? address}: sound`);
      return { ok: faults.length === 0, faults };
    } finally {
      await storage.close();
    }
  },
});

export const studyBackup = command({
  name: "study backup",
  about: "Copy a study's store as it stands, even while explore runs.",
  out: "file to write [default: study.backup.sqlite in the study's folder]",
  operands,
  options: {},
  resources: [],
  examples: ["spikefront study backup runs/quickstart --out /backups/quickstart.sqlite"],
  async run({ operands: [folder], out, terminal }) {
    const path = out ?? join(folder, "study.backup.sqlite");
    const storage = openStore(folder);
    try {
      await storage.backup(path);
    } finally {
      await storage.close();
    }
    terminal.write(`backup: ${path}`);
    return { file: path };
  },
});
