// Writes schema/study.schema.json from the fields of the study file. A test compares the two.

import { mkdirSync, writeFileSync } from "node:fs";
import { studySchema } from "../src/study/study-schema.ts";

const folder = new URL("../schema/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("study.schema.json", folder), `${JSON.stringify(studySchema(), null, 2)}\n`);
