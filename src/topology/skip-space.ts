// The design space of a network's skip connections: one matrix a block.

import { type DesignValues, type Space, space } from "../space/space.ts";
import { skipField } from "./skip-block.ts";
import type { SkipNetworkSpec } from "./skip-network.ts";

/** Fields `block1`, `block2`, … */
export function skipSpace({ blocks }: Pick<SkipNetworkSpec, "blocks">): Space {
  return space(
    Object.fromEntries(
      blocks.map((block, b) => [fieldOf(b), skipField(block, `skip connections of block ${b + 1}`)]),
    ),
  );
}

/** The matrices of a design of that space, in the order of the blocks. */
export function matricesOf(
  { blocks }: Pick<SkipNetworkSpec, "blocks">,
  design: DesignValues,
): readonly string[] {
  return blocks.map((_, b) => String(design[fieldOf(b)]));
}

function fieldOf(block: number): string {
  return `block${block + 1}`;
}
