// `report`: the report of a finished study, written again from its front.json.

import { dirname, join } from "node:path";
import { FormatError } from "../base/errors.ts";
import { renderReport } from "../dashboard/report.ts";
import { readFileBytes, writeFileAtomic } from "../node/atomic-file.ts";
import { findFrontFile } from "../node/find-front.ts";
import type { Front } from "../study/front.ts";
import { command } from "./command.ts";
import { frontSummary } from "./front-summary.ts";
import { storeOption, studyOption, withStudyFolder } from "./store-option.ts";

/** @throws {FormatError} for other files and unknown versions */
export function readFrontFile(path: string): Front {
  let front: Partial<Front>;
  try {
    front = JSON.parse(new TextDecoder().decode(readFileBytes(path)));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new FormatError(
        path,
        "must be JSON",
        error.message,
        "Run explore again: it writes the file anew.",
      );
    throw error;
  }
  if (front?.schema !== "spikefront.front" || front.version !== 1) {
    throw new FormatError(
      path,
      "must be version 1 of spikefront.front",
      `${front?.schema} ${front?.version}`,
      "Was it written by another release?",
    );
  }
  return front as Front;
}

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
      writeFileAtomic(to, renderReport(front));
      for (const line of frontSummary(front)) terminal.write(line);
      terminal.write(`report: ${to}`);
      return { report: to, study: front.study, recommendation: front.recommendation };
    });
  },
});
