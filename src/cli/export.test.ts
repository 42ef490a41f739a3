import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { integerModel } from "../../test/integer-networks.ts";
import { randomAnn } from "../../test/scalar-networks.ts";
import { spikingNetworks } from "../../test/spiking-networks.ts";
import { exportTargets } from "../deploy/export-targets.ts";
import { readNetworkFile, writeNetworkFile } from "../formats/network-file.ts";
import { dense, relu, sequential } from "../model/build.ts";
import type { CommandContext } from "./command.ts";
import { exportNetwork } from "./export.ts";
import { commandPage } from "./help.ts";
import { inspect } from "./inspect.ts";
import { parseArguments } from "./parse-arguments.ts";

const folder = mkdtempSync(path.join(tmpdir(), "export-"));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

const snn = integerModel(spikingNetworks["dense 37-50-33-10"], 0);
const ann = randomAnn(sequential("ann", [6], [dense(5), relu(), dense(3)]), 1);
writeFileSync(at("snn.safetensors"), writeNetworkFile(snn));
writeFileSync(at("ann.safetensors"), writeNetworkFile(ann));

interface Ran {
  readonly result: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

async function ran(
  command: { readonly options: object; run(context: never): Promise<Readonly<Record<string, unknown>>> },
  out: string | undefined,
  ...words: readonly string[]
): Promise<Ran> {
  const lines: string[] = [];
  const parsed = parseArguments(command.options as typeof exportNetwork.options, words);
  const context = { ...parsed, out, terminal: { write: (line: string) => lines.push(line) } };
  const result = await command.run(context as unknown as CommandContext as never);
  return { result, lines };
}

test("help lists every target with what it is for", () => {
  const page = commandPage(exportNetwork).replace(/\s+/g, " ");
  for (const { name, about } of Object.values(exportTargets))
    assert.ok(page.includes(`${name}: ${about}`), name);
});

test("c99 writes code, header, vectors and a test, and tells their sizes", async () => {
  const { result } = await ran(exportNetwork, at("net.c"), at("snn.safetensors"), "--target", "c99");
  const files = result["files"] as readonly { readonly file: string; readonly bytes: number }[];
  assert.deepEqual(
    files.map(({ file }) => path.basename(file)),
    ["net.c", "net.h", "net_vectors.h", "net_test.c"],
  );
  for (const { file, bytes } of files) assert.equal(readFileSync(file).length, bytes);
  assert.ok((result["figures"] as { readonly ramBytes: number }).ramBytes > 100);
});

test("safetensors come back as they went, and nothing is lost", async () => {
  const { result, lines } = await ran(exportNetwork, at("copy.safetensors"), at("snn.safetensors"));
  assert.deepEqual(readNetworkFile(readFileSync(at("copy.safetensors")), "copy"), snn);
  assert.deepEqual(result["losses"], []);
  assert.ok(lines.includes("nothing is lost"));
});

test("a target that cannot hold the network refuses it and writes nothing", async () => {
  const words = [at("ann.safetensors"), "--target", "c99"];
  await assert.rejects(ran(exportNetwork, at("no.c"), ...words), /network must be an SNN to become C99/);
  assert.equal(existsSync(at("no.c")), false);
});

test("options of other targets, the network itself as output, and misleading names are wrong use", async () => {
  const file = at("snn.safetensors");
  await assert.rejects(
    ran(exportNetwork, at("a"), file, "--vectors", "3"),
    /--vectors must not be given for --target/,
  );
  await assert.rejects(
    ran(exportNetwork, at("a"), file, "--vector-data", "mnist"),
    /--vector-data must not be given/,
  );
  await assert.rejects(ran(exportNetwork, file, file), /--out must be another file/);
  await assert.rejects(ran(exportNetwork, at("net.txt"), file, "--target", "c99"), /--out must end with .c/);
});

test("inspect counts parameters, products and neurons, and names what hinders", async () => {
  const { result, lines } = await ran(inspect, undefined, at("snn.safetensors"));
  const network = result["network"] as Record<string, number>;
  assert.equal(network["parameters"], 37 * 50 + 50 + 50 * 33 + 33 * 10 + 10);
  assert.equal(network["macs"], 37 * 50 + 50 * 33 + 33 * 10);
  assert.equal(network["neurons"], 50 + 33);
  assert.deepEqual(result["unsupported"], []);
  assert.ok(lines.some((line) => line.startsWith("dense1: dense of input, gives [50], 1900 parameters")));
  const sums = sequential("sums", [1, 4, 4], [{ kind: "sumPool", kernel: [2, 2], stride: [2, 2] }, relu()]);
  const pooled = { ...randomAnn(sums, 1) };
  writeFileSync(at("sums.safetensors"), writeNetworkFile(pooled));
  const { result: other } = await ran(inspect, undefined, at("sums.safetensors"));
  const [first] = other["unsupported"] as readonly { readonly hinders: string; readonly reason: string }[];
  assert.equal(first.hinders, "running");
  assert.match(first.reason, /layer "sumPool1" must be no conv1d, sum pool/);
});
