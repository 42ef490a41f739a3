// The sections of a study file that make its trials train networks, `skips` or `ttfs`, and the list of `methods` of a
// study whose trials are of several kinds.

import { isMap, isSeq, type Node, YAMLMap } from "yaml";
import { trainingFields } from "../../ann/training-fields.ts";
import { InvalidValueError } from "../../base/errors.ts";
import { skipFields } from "../../pipeline/trained/skip-recipe.ts";
import { ttfsFields } from "../../pipeline/trained/ttfs-recipe.ts";
import type { Field, Fields } from "../../space/field.ts";
import { type SkipBlock, skipField } from "../../topology/skip-block.ts";
import { json, pairKey, type SettingsReader } from "../settings-reader.ts";
import type { StudySettings } from "../study-settings.ts";
import {
  blockFields,
  blockWidths,
  type SkipStudySettings,
  skipSurrogateFields,
  stemFields,
  type TtfsStudySettings,
  ttfsTrainingFields,
} from "./kind-settings.ts";
import { type Method, methods } from "./methods.ts";

/** @returns nothing for a study that only converts */
export function readKind(reader: SettingsReader): Pick<StudySettings, "methods" | "skips" | "ttfs"> {
  const [skips, ttfs] = [reader.map("skips"), reader.map("ttfs")];
  const named = readMethods(reader);
  if (named !== undefined) {
    for (const [name, section] of [["skips", skips] as const, ["ttfs", ttfs] as const]) {
      if (section === undefined || named.includes(name)) continue;
      reader.fail(pairKey(reader.root, name), name, "must be among methods to be set", named.join(", "));
    }
    return {
      methods: named,
      ...(named.includes("skips") && { skips: readSkips(reader, skips ?? new YAMLMap()) }),
      ...(named.includes("ttfs") && { ttfs: readTtfs(reader, ttfs ?? new YAMLMap()) }),
    };
  }
  if (skips !== undefined && ttfs !== undefined)
    reader.fail(ttfs, "ttfs", "must not stand beside skips", "both", "Write methods: [skips, ttfs].");
  if (skips !== undefined) return { skips: readSkips(reader, skips) };
  return ttfs === undefined ? {} : { ttfs: readTtfs(reader, ttfs) };
}

/** undefined: trials are of one kind. */
function readMethods(reader: SettingsReader): readonly Method[] | undefined {
  const node = reader.root.get("methods", true);
  if (node === undefined) return undefined;
  const named = isSeq(node) ? (node.toJSON() as unknown[]).map(String) : [];
  const isKnown = named.every((name) => (methods as readonly string[]).includes(name));
  if (isKnown && named.length > 1 && new Set(named).size === named.length) return named as Method[];
  const rule = `must be a list of at least 2 of ${methods.join(", ")}`;
  const cure = "Leave it out where trials are of one kind.";
  return reader.fail(node, "methods", rule, json(node), cure);
}

function readSkips(reader: SettingsReader, node: YAMLMap): SkipStudySettings {
  reader.requireKnown(node, "skips", [
    ...Object.keys(skipFields),
    ...["stem", "blocks", "surrogate", "training"],
  ]);
  const settings = {
    ...reader.values(node, "skips", skipFields),
    stem: inner(reader, node, "skips.stem", stemFields),
    blocks: readBlocks(reader, node),
    surrogate: inner(reader, node, "skips.surrogate", skipSurrogateFields),
    ...(node.has("training") && { training: inner(reader, node, "skips.training", studyTraining(reader)) }),
  } as unknown as SkipStudySettings;
  const { rounds, roundImages, trainingImages } = settings;
  if (rounds > 0 && roundImages > trainingImages) {
    const rule = `must be at most trainingImages (${trainingImages})`;
    reader.fail(node.get("roundImages", true) ?? node, "skips.roundImages", rule, roundImages);
  }
  return settings;
}

/** What `skips.training` leaves out is as the study trains its ANNs. */
function studyTraining(reader: SettingsReader): Fields {
  const own = reader.section("training", trainingFields);
  return Object.fromEntries(
    Object.entries(trainingFields).map(([name, field]) => [name, { ...field, default: own[name] } as Field]),
  );
}

function readTtfs(reader: SettingsReader, node: YAMLMap): TtfsStudySettings {
  reader.requireKnown(node, "ttfs", [...Object.keys(ttfsFields), "training"]);
  const settings = {
    ...reader.values(node, "ttfs", ttfsFields),
    training: inner(reader, node, "ttfs.training", ttfsTrainingFields),
  } as unknown as TtfsStudySettings;
  const { epochs, finalEpochs, startLow, startHigh, latestMs, windowMs } = settings;
  const require = (holds: boolean, name: string, rule: string, got: number): void => {
    if (!holds) reader.fail(node.get(name, true) ?? node, `ttfs.${name}`, rule, got);
  };
  require(finalEpochs >= epochs, "finalEpochs", `must be at least epochs (${epochs})`, finalEpochs);
  require(startHigh >= startLow, "startHigh", `must be at least startLow (${startLow})`, startHigh);
  require(windowMs > latestMs, "windowMs", `must be above latestMs (${latestMs})`, windowMs);
  return settings;
}

/** A map of fields inside a section; all defaults where it is not written. */
function inner(
  reader: SettingsReader,
  section: YAMLMap,
  path: string,
  fields: Fields,
): Record<string, unknown> {
  const node = section.get(path.split(".")[1], true);
  return reader.fields(node as Node | undefined, path, fields);
}

function readBlocks(reader: SettingsReader, section: YAMLMap): readonly SkipBlock[] {
  const node = section.get("blocks", true);
  if (node === undefined) return [readBlock(reader, undefined, "skips.blocks[0]")];
  if (!isSeq(node) || node.items.length === 0)
    reader.fail(node, "skips.blocks", "must be a list of at least one block", json(node));
  return node.items.map((item, i) => readBlock(reader, item as Node, `skips.blocks[${i}]`));
}

function readBlock(reader: SettingsReader, node: Node | undefined, path: string): SkipBlock {
  const { chained: isChained, ...values } = reader.fields(node, path, blockFields, ["widths"]);
  const written = isMap(node) ? node.get("widths", true) : undefined;
  const isSize = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;
  const widths =
    written === undefined
      ? blockWidths
      : reader.numbers(written, `${path}.widths`, isSize, "whole numbers of at least 1", false);
  const block = { ...values, widths, isChained } as unknown as SkipBlock;
  const { kernel = 1 } = block;
  if (kernel % 2 === 0)
    reader.fail((isMap(node) && node.get("kernel", true)) || node, `${path}.kernel`, "must be odd", kernel);
  try {
    skipField(block);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    reader.fail(written ?? node, path, "must be a block whose matrices can be told apart", error.message);
  }
  return block;
}
