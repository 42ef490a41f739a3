import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { StudyInFolder } from "../../test/served-study.ts";
import { mnistTrainingImages } from "../../test/small-mnist.ts";
import { spikingModel } from "../../test/spiking-models.ts";
import { writeNetworkFile } from "../formats/network-file.ts";
import { dense, flatten, neuron, sequential } from "../model/build.ts";
import type { PlayFolder } from "../study/play-folder.ts";
import { type ServedFolder, serveFolder } from "./serve.ts";

const folder = mkdtempSync(join(tmpdir(), "play-"));
const network = sequential("tiny", [1, 28, 28], [flatten(), dense(4), neuron({ model: "if" }), dense(10)]);
const snn = spikingModel(network, { seed: 1, inference: { coding: "rate", steps: 3, readout: "membrane" } });
let served: ServedFolder;

before(async () => {
  const bytes = writeNetworkFile(snn);
  mkdirSync(join(folder, "networks"));
  writeFileSync(join(folder, "own.safetensors"), bytes);
  writeFileSync(join(folder, "networks", `${"ab".repeat(32)}.safetensors`), bytes);
  writeFileSync(join(folder, "networks", "other.safetensors"), "nothing of ours");
  writeFileSync(join(folder, "notes.txt"), "none of its business");
  symlinkSync(join(folder, "own.safetensors"), join(folder, "link.safetensors"));
  served = await serveFolder({ folder, host: "127.0.0.1", port: 0, files: new Map(), report: () => null });
});
after(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

const ask = (address: string): Promise<Response> => fetch(new URL(address, served.url));

test("the spiking networks of a folder are listed, and no other file, nor what a link points to", async () => {
  const told = (await (await ask("/play/study.json")).json()) as PlayFolder;
  assert.deepEqual(
    told.networks.map(({ id, about }) => [id, about]),
    [
      ["own.safetensors", "tiny, int8, 3 steps, rate"],
      [`networks/${"ab".repeat(32)}.safetensors`, "tiny, int8, 3 steps, rate"],
    ],
  );
  assert.equal(told.study, "");
  assert.deepEqual(told.data?.imageShape, [1, 28, 28]);
  assert.equal(told.data?.split, "validation");
});

test("a network comes as it lies there; what is not listed does not, whatever the path says", async () => {
  const bytes = await (await ask("/play/network?id=own.safetensors")).arrayBuffer();
  assert.deepEqual(new Uint8Array(bytes), writeNetworkFile(snn));
  for (const id of [
    "link.safetensors",
    "notes.txt",
    "../own.safetensors",
    "networks/../own.safetensors",
    "",
    "/etc/passwd",
  ])
    assert.equal((await ask(`/play/network?id=${encodeURIComponent(id)}`)).status, 404, id);
});

test("images are validation images, whatever is asked for, and no more than a thousand at once", async () => {
  const all = mnistTrainingImages();
  const response = await ask("/play/images?from=7&count=3&split=test");
  const bytes = new Uint8Array(await response.arrayBuffer());
  const first = 50_000 + 7;
  assert.deepEqual(bytes.subarray(0, 3 * 784), all.pixels.slice(first * 784, (first + 3) * 784));
  assert.deepEqual(bytes.subarray(3 * 784), all.labels.slice(first, first + 3));
  for (const query of [
    "from=0&count=1001",
    "from=9999&count=2",
    "from=-1&count=1",
    "from=0&count=0",
    "count=1",
    "from=1e3&count=1",
  ])
    assert.equal((await ask(`/play/images?${query}`)).status, 400, query);
});

test("images of other data than the study ran on are not shown unless they are asked for by name", async () => {
  const study = new StudyInFolder();
  await study.begin(3); // on mnist, it says, of another SHA-256
  const open = (data: string): Promise<ServedFolder> =>
    serveFolder({
      folder: study.folder,
      host: "127.0.0.1",
      port: 0,
      files: new Map(),
      report: () => null,
      data,
    });
  const aboutOf = async ({ url }: ServedFolder): Promise<PlayFolder> =>
    (await fetch(`${url}play/study.json`)).json() as Promise<PlayFolder>;
  const [plain, named] = [await open(""), await open("mnist")];
  try {
    const { data, dataProblem, study: name } = await aboutOf(plain);
    assert.equal(name, "served");
    assert.equal(data, null);
    assert.match(dataProblem, /must be the one the study ran on .* --data mnist/);
    assert.equal((await fetch(`${plain.url}play/images?from=0&count=1`)).status, 404);
    assert.equal((await aboutOf(named)).data?.name, "mnist");
  } finally {
    await plain.close();
    await named.close();
    study.remove();
  }
});

test("there is no such study, and nothing else below /play", async () => {
  assert.equal((await ask("/play/study.json?study=other")).status, 404);
  assert.equal((await ask("/play/anything")).status, 404);
});
