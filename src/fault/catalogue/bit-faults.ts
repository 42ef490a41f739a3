// Bits of memory that are wrong: flipped by a particle or a read at low voltage, or stuck by a broken cell.
//
// They strike every stored value in its own format, and what travels as one bit, too. A cell that is stuck at
// what it holds is a fault that does nothing: about half of them.

import type { FaultChange } from "../fault.ts";
import { defineFault, type FaultModel } from "../fault-model.ts";
import { faultTargets } from "../fault-sites.ts";

function bitFault(name: string, about: string, kind: "flip" | "stuck0" | "stuck1"): FaultModel {
  return defineFault({
    name,
    about,
    targets: faultTargets,
    strikes: "bit",
    fields: {},
    strike:
      () =>
      ({ bit }): FaultChange => ({ kind, bit }),
  });
}

export const bitFlip = bitFault("bit-flip", "a stored bit is the other way round", "flip");
export const stuckAt0 = bitFault("stuck-at-0", "a stored bit always reads 0", "stuck0");
export const stuckAt1 = bitFault("stuck-at-1", "a stored bit always reads 1", "stuck1");
