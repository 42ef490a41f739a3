// `c99`: an integer spiking network as C99 source with test vectors. A network that is not whole-numbered yet is
// made so first (convert/integer-network.ts), and what that rounds is told.

import { InvalidValueError } from "../base/errors.ts";
import { integerNetwork } from "../convert/integer-network.ts";
import type { Loss } from "../formats/loss.ts";
import { type Model, tensorOf } from "../model/model.ts";
import { sizeOf } from "../model/shapes.ts";
import type { Values } from "../space/field.ts";
import { choice, int } from "../space/field.ts";
import { type C99Program, exportC99 } from "./c99/export-c99.ts";
import { rangeOf } from "./c99/neuron-plan.ts";
import { testProgram } from "./c99/test-program.ts";
import {
  drawnPixels,
  drawnSpikes,
  type TestVector,
  testVectors,
  type VectorInput,
} from "./c99/test-vectors.ts";
import { type Exported, type ExportRequest, exportTarget } from "./export-target.ts";

const settings = {
  potentialBits: choice({
    about: "c99: bits of potentials, for networks that are not in integers yet",
    options: ["16", "32"],
    default: "32",
  }),
  overflow: choice({
    about: "c99: what potentials beyond their bits do, likewise",
    options: ["saturate", "wrap"],
    default: "saturate",
  }),
  inputRepeats: int({
    about: "c99: how often an input may stand in a step, where the input already is spikes",
    unit: "1",
    low: 1,
    high: 255,
    default: 1,
  }),
  vectors: int({ about: "c99: test vectors", unit: "1", low: 0, high: 1000, default: 4 }),
};

export const c99Target = exportTarget({
  name: "c99",
  about: "integer C99 for microcontrollers, with test vectors: .h, .c, _vectors.h, _test.c",
  extension: ".c",
  takesImages: true,
  settings,
  async write(model, request): Promise<Exported> {
    const { model: whole, losses } = wholeNumbered(model, request.settings);
    const program = exportC99(whole, { stem: request.stem, inputRepeats: request.settings.inputRepeats });
    const { stem } = request;
    const { prefix, header, source } = program;
    const texts = [
      [`${stem}.c`, source],
      [`${stem}.h`, header],
    ];
    const input = vectorInput(whole, request);
    const vectors = testVectors(whole, input);
    if (vectors.length > 0) {
      const test = testProgram({ stem, prefix }, whole, input, vectors);
      texts.push([`${stem}_vectors.h`, test.vectors], [`${stem}_test.c`, test.main]);
    }
    const files = texts.map(([name, text]) => ({ name, bytes: new TextEncoder().encode(text) }));
    const { ramBytes, flashBytes, worstCase, scoreRange } = program;
    return {
      files,
      losses: [...losses, ...scoreLosses(program)],
      figures: { prefix, ramBytes, flashBytes, worstCase, scoreRange, vectors: vectors.length },
      lines: report(program, vectors),
    };
  },
});

function vectorInput(
  model: Model,
  { settings: { vectors }, pixels, seed }: ExportRequest<typeof settings>,
): VectorInput {
  if (model.inference?.coding === "events") {
    return { pixels: new Uint8Array(), spikes: drawnSpikes(model, vectors, seed), count: vectors, seed };
  }
  const given = pixels ?? drawnPixels(model, vectors, seed);
  const count = Math.min(vectors, Math.floor(given.length / sizeOf(model.network.inputShape)));
  return { pixels: given, count, seed };
}

function report(
  { ramBytes, flashBytes, worstCase: worst }: C99Program,
  vectors: readonly TestVector[],
): string[] {
  const spikes = vectors.reduce((sum, vector) => sum + vector.spikes, 0);
  return [
    `RAM ${ramBytes} bytes, constant tables ${flashBytes} bytes; code on top`,
    `at most, a step: ${worst.additionsPerStep} additions, ${worst.neuronUpdatesPerStep} neurons; an image: ${worst.productsPerImage} products with input`,
    `${vectors.length} test vectors with ${spikes} spikes of hidden and output layers`,
  ];
}

/** @throws {InvalidValueError} for networks that have no whole-numbered form */
function wholeNumbered(
  model: Model,
  { potentialBits, overflow }: Values<typeof settings>,
): { readonly model: Model; readonly losses: readonly Loss[] } {
  if (model.inference?.arithmetic?.kind === "integer") return { model, losses: [] };
  if (model.kind !== "snn")
    throw new InvalidValueError("network", "must be an SNN to become C99", "an ANN", "Convert it first.");
  if (model.weightFormat.kind !== "int") {
    const cure = "Networks converted with --weight-bits 2 to 8 have codes.";
    throw new InvalidValueError("weightFormat", "must be stored codes to become C99", "float32", cure);
  }
  const whole = integerNetwork(model, {
    kind: "integer",
    potentialBits: potentialBits === "16" ? 16 : 32,
    overflow,
  });
  const losses = whole.network.layers.flatMap(({ id, kind }) =>
    kind === "neuron" ? [...thresholdLosses(whole, id), ...leakLosses(model, id)] : [],
  );
  return { model: whole, losses };
}

function thresholdLosses(whole: Model, layer: string): readonly Loss[] {
  const thresholds = tensorOf(whole, layer, "threshold")?.data;
  if (thresholds === undefined) return [];
  const { low: least } = rangeOf(thresholds);
  const percent = ((100 * 0.5) / least).toPrecision(2);
  return [
    {
      where: `layer ${JSON.stringify(layer)}`,
      what: "thresholds and biases that are no whole numbers",
      consequence: `They are rounded; the smallest threshold is ${least}, so by up to ${percent} % of it. Measure the accuracy again.`,
    },
  ];
}

function leakLosses(model: Model, layer: string): readonly Loss[] {
  const leaks = tensorOf(model, layer, "leak")?.data ?? [];
  if (Array.from(leaks).every((leak) => Number.isInteger(4096 * leak))) return [];
  return [
    {
      where: `layer ${JSON.stringify(layer)}`,
      what: "leaks that are no 4096ths",
      consequence: "They are rounded to 4096ths, and leaked potentials toward 0.",
    },
  ];
}

/** Where the simulator rounds and C does not, they may decide differently. */
function scoreLosses({ scoreRange: { low, high } }: C99Program): readonly Loss[] {
  const largest = Math.max(-low, high);
  if (largest <= 2 ** 24 || low === -(2 ** 31)) return [];
  return [
    {
      where: "inference.readout",
      what: `scores rounded to float32, as the simulator's are beyond 2^24 (here up to ${largest})`,
      consequence:
        "Scores in C are exact, so near-ties of large scores may be decided otherwise than simulated.",
    },
  ];
}
