// The vectors and the program around them as C: `<stem>_vectors.h` and `<stem>_test.c`, which includes the
// network's source to hear of every spike. It writes a line for every vector and ends with 0 if all agree.

import type { Model } from "../../model/model.ts";
import { sizeOf } from "../../model/shapes.ts";
import { indexTypeOf, tableLines } from "./c-types.ts";
import type { C99Options, C99Program } from "./export-c99.ts";
import type { TestVector, VectorInput } from "./test-vectors.ts";

export interface TestProgram {
  readonly vectors: string;
  readonly main: string;
}

export function testProgram(
  { stem, prefix }: Pick<C99Program, "prefix"> & Pick<C99Options, "stem">,
  model: Model,
  input: VectorInput,
  vectors: readonly TestVector[],
): TestProgram {
  const { spikes, count } = input;
  const size = sizeOf(model.network.inputShape);
  const table = (type: string, name: string, values: ArrayLike<number>): string =>
    `static const ${type} ${name}[${values.length}] = {\n${tableLines(values, type as "int16_t")}\n};`;
  const inputs = spikes
    ? [
        table(indexTypeOf(size), "vector_events", spikes.events.length > 0 ? spikes.events : [0]),
        table("uint32_t", "vector_ends", spikes.ends),
      ]
    : [table("uint8_t", "vector_pixels", input.pixels.subarray(0, count * size))];
  const isRandom = model.inference?.coding === "poisson";
  return {
    vectors: `${[
      `/* Inputs, and what the simulator makes of them: classes, and all spikes as one number (${stem}_test.c). */`,
      `#define VECTORS ${count}U`,
      ...inputs,
      ...(isRandom
        ? [
            table(
              "uint32_t",
              "vector_seeds",
              vectors.map(({ imageSeed }) => imageSeed),
            ),
          ]
        : []),
      table(
        "int16_t",
        "vector_classes",
        vectors.map((vector) => vector.class),
      ),
      table(
        "uint32_t",
        "vector_spikes",
        vectors.map(({ spikeHash }) => spikeHash),
      ),
    ].join("\n")}\n`,
    main: mainText(stem, prefix, size, { isEvents: spikes !== undefined, isRandom }),
  };
}

function mainText(
  stem: string,
  prefix: string,
  size: number,
  { isEvents, isRandom }: { readonly isEvents: boolean; readonly isRandom: boolean },
): string {
  const macro = prefix.toUpperCase();
  const run = isEvents
    ? [
        `        ${prefix}_begin();`,
        `        for (t = 0U; t < ${macro}_STEPS; t++) {`,
        `            const uint32_t segment = k * ${macro}_STEPS + t;`,
        "            const uint32_t first = segment == 0U ? 0U : vector_ends[segment - 1U];",
        `            ${prefix}_step(&vector_events[first == vector_ends[segment] ? 0U : first], vector_ends[segment] - first);`,
        "        }",
      ]
    : [`        (void)${prefix}_run(&vector_pixels[k * ${size}U]${isRandom ? ", vector_seeds[k]" : ""});`];
  return `/*
 * Runs the test vectors: cc -std=c99 ${stem}_test.c && ./a.out
 * All spikes are hashed (FNV-1a over words), so one spike more, less or elsewhere is seen.
 */
#include <stdint.h>
#include <stdio.h>

static uint32_t spike_hash;

static void hash_word(uint32_t word)
{
    spike_hash = (spike_hash ^ word) * UINT32_C(16777619);
}

#define ${macro}_ON_SPIKES(layer, step, neurons, count)           \\
    do {                                                          \\
        uint32_t at_;                                             \\
        hash_word(UINT32_C(0x80000000) | (layer));                \\
        for (at_ = 0U; at_ < (count); at_++) {                    \\
            hash_word((neurons)[at_]);                            \\
        }                                                         \\
    } while (0)

#include "${stem}.c"
#include "${stem}_vectors.h"

int main(void)
{
    uint32_t k;
    uint32_t c;
    uint32_t agreed = 0U;
${isEvents ? "    uint32_t t;\n" : ""}    for (k = 0U; k < VECTORS; k++) {
        spike_hash = UINT32_C(0x811c9dc5);
${run.join("\n")}
        printf("vector %lu: class %d, scores", (unsigned long)k, (int)${prefix}_class());
        for (c = 0U; c < ${macro}_CLASSES; c++) {
            printf(" %ld", (long)${prefix}_scores()[c]);
        }
        if (${prefix}_class() == vector_classes[k] && spike_hash == vector_spikes[k]) {
            agreed++;
            printf(": as expected\\n");
        } else {
            printf(": OTHER THAN EXPECTED, class %d\\n", (int)vector_classes[k]);
        }
    }
    printf("%lu of %lu vectors as expected\\n", (unsigned long)agreed, (unsigned long)VECTORS);
    return agreed == VECTORS ? 0 : 1;
}
`;
}
