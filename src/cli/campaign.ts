// `campaign`: what every fault of a network does to its decisions, counted, with intervals.

import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { UsageError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import { campaignFields } from "../campaign/campaign-settings.ts";
import { planCampaign } from "../campaign/plan-campaign.ts";
import { vulnerabilityMaps } from "../campaign/vulnerability-maps.ts";
import { type FaultMapPage, faultMapCharts, renderFaultMap } from "../dashboard/fault-map.ts";
import { formatBytes } from "../dashboard/format.ts";
import { svgDocument } from "../dashboard/svg-document.ts";
import { writeFileAtomic } from "../node/atomic-file.ts";
import { type CampaignFolderOptions, campaignPaths, runCampaignInFolder } from "../node/campaign-folder.ts";
import { loadDataset } from "../node/dataset-files.ts";
import { runCampaignInPostgres } from "../node/postgres-campaign.ts";
import { campaignAbout } from "../node/serve-campaigns.ts";
import { flag } from "../space/field.ts";
import { campaignLines } from "./campaign-lines.ts";
import { command } from "./command.ts";
import { imageOptions } from "./evaluate.ts";
import { sheetHead } from "./page-files.ts";
import { kebab } from "./parse-arguments.ts";
import { chosenQueue, queueOptions } from "./queue-options.ts";
import { readNetwork } from "./read-network.ts";

export const campaign = command({
  name: "campaign",
  about: "Run a network's faults one by one and report how many matter, and where.",
  out: "folder of the campaign [default: runs/campaign-NETWORK]",
  operands: [{ name: "network", about: "network file of an ANN or SNN, or an ONNX file" }],
  options: {
    ...imageOptions,
    ...campaignFields,
    ...queueOptions,
    margins: flag({
      about:
        "keep how far every fault moves every image's margin, as float32 in margins.f32; slower, one thread",
      default: false,
    }),
  },
  resources: ["memory", "threads"],
  details: [
    "Every fault is tried on all images; the unit of sampling is the fault. Without --sampling exhaustive as many are drawn as the margin and confidence ask for.",
    "The folder gets campaign.json (settings, progress, summary), faults.csv (a row a fault, and the images of each outcome), map.html and its drawings. Run the same command again to continue after Ctrl-C or a crash.",
    "With --store the trials are cut into shards that `spikefront worker` processes run, on this machine or others; the folder and what is in it are the same to the last byte.",
    "Of an ANN weights can be struck. Faults in networks of float32 weights, and some others, are simulated as a whole, which takes longer and is for permanent faults of stored values only.",
  ],
  examples: [
    "spikefront campaign snn.safetensors",
    "spikefront campaign snn.safetensors --sampling exhaustive --images 1000 --bits 6-7",
    "spikefront campaign snn.safetensors --targets spike,potential --persistence transient --stop",
    "spikefront campaign snn.safetensors --store postgres://me@db.example.org/studies",
    "spikefront campaign snn.safetensors --fault-model bit-flip --rate 1e-4 --count 50 --json",
  ],
  async run(context) {
    const { operands, options, terminal, memoryBytes, signal, seed = 0 } = context;
    const { data, split, images, margins: hasMargins, store, tag, inFlight, onlyAsk, ...settings } = options;
    const queue = chosenQueue({ store, tag, inFlight, onlyAsk }, context.given);
    const [file] = operands;
    const folder = context.out ?? join("runs", `campaign-${basename(file).replace(/\.[^.]+$/, "")}`);
    const { model, bytes } = await readNetwork(file);
    withFlags(() => planCampaign(model, settings, seed));
    const dataset = await loadDataset(data);
    const asked = {
      folder,
      model,
      sha256: await sha256(bytes),
      settings,
      seed,
      dataset,
      split,
      images,
      hasMargins,
      threads: context.threads ?? availableParallelism(),
      memoryBytes,
      signal,
      onPlan: ({ trials, run, marginBytes }) => {
        terminal.note(`${trials} trials${run > 0 ? `, ${run} of them done` : ""}, in ${folder}`);
        if (marginBytes > 0) terminal.note(`margins.f32 will be ${formatBytes(marginBytes)}`);
      },
      onProgress: (done, total) => terminal.progress({ phase: "campaign", done, total, unit: "trial" }),
    } satisfies CampaignFolderOptions;
    const { record, plan, table } = await (queue === undefined
      ? runCampaignInFolder(asked)
      : runCampaignInPostgres({ ...asked, ...queue }));
    const paths = campaignPaths(folder);
    if (record.summary === null) throw new TypeError("a campaign without its summary");
    const pictures = await writeMaps(folder, {
      name: basename(file),
      about: campaignAbout(record),
      summary: record.summary,
      maps: vulnerabilityMaps({ ...record.summary, model, settings, plan, table }),
    });
    for (const line of campaignLines(record)) terminal.write(line);
    terminal.write(`faults: ${paths.faults}`);
    terminal.write(`map: ${pictures[0]}`);
    const { summary, stop, trials, population } = record;
    return {
      folder,
      record: paths.record,
      faults: paths.faults,
      pictures,
      trials,
      population,
      stop,
      summary,
    };
  },
});

/** @returns paths, the page first */
async function writeMaps(folder: string, shown: FaultMapPage): Promise<readonly string[]> {
  const html = join(folder, "map.html");
  writeFileAtomic(html, renderFaultMap(shown, await sheetHead()));
  const svgs = faultMapCharts(shown).map((chart) => {
    const path = join(folder, `${chart.id}.svg`);
    writeFileAtomic(path, svgDocument(chart));
    return path;
  });
  return [html, ...svgs];
}

/** What a setting must be is told by the name of its flag, as wrong use of it. */
function withFlags(check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Error && error.name === "InvalidValueError")) throw error;
    const [, name = ""] = /^(\w+)/.exec(error.message) ?? [];
    const isOption = Object.hasOwn(campaignFields, name);
    throw new UsageError(isOption ? `--${kebab(name)}${error.message.slice(name.length)}` : error.message);
  }
}
