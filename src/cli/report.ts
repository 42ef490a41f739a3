// `report`: the report of a finished study, written again from its front.json.

import { dirname, join } from "node:path";
import { writeFileAtomic } from "../node/atomic-file.ts";
import { findFrontFile } from "../node/find-front.ts";
import { command } from "./command.ts";
import { readFrontFile } from "./front-file.ts";
import { frontSummary } from "./front-summary.ts";
import { studyPage } from "./page-files.ts";
import { storeOption, studyOption, withStudyFolder } from "./store-option.ts";

export const report = command({
  name: "report",
  about: "Write the report of a finished study again.",
  out: "report file [default: report.html beside the study's front.json]",
  operands: [
    {
      name: "folder",
      about: "folder of the study, or its front.json [default: the latest in runs/]",
      isOptional: true,
    },
  ],
  options: { store: storeOption, study: studyOption },
  resources: [],
  examples: ["spikefront report", "spikefront report runs/quickstart --out report.html"],
  async run({ operands, options, out, terminal }) {
    return withStudyFolder({ folder: operands[0], ...options }, async (folder) => {
      const path = findFrontFile(folder);
      const front = readFrontFile(path);
      const to = out ?? (options.store === "" ? join(dirname(path), "report.html") : "report.html");
      writeFileAtomic(to, await studyPage(dirname(path), front));
      for (const line of frontSummary(front)) terminal.write(line);
      terminal.write(`report: ${to}`);
      return { report: to, study: front.study, recommendation: front.recommendation };
    });
  },
});
