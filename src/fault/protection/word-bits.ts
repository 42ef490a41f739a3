// The bits of a word of several weights, one array element each: bit b of the word's weight i at i · bits +
// b.

import type { PatternView } from "./stored-patterns.ts";

/** @param out - shape [weights of the word · bits]; 0 beyond the layer's last weight */
export function readWord(view: PatternView, start: number, out: Uint8Array): void {
  const { bits } = view;
  for (let at = 0, element = start; at < out.length; element++) {
    const pattern = element < view.count ? view.get(element) : 0;
    for (let b = 0; b < bits; b++) out[at++] = (pattern >>> b) & 1;
  }
}

/** Write back in place; what lies beyond the layer's last weight is dropped. */
export function writeWord(view: PatternView, start: number, word: Uint8Array): void {
  const { bits } = view;
  for (let at = 0, element = start; at < word.length && element < view.count; element++) {
    let pattern = 0;
    for (let b = 0; b < bits; b++) pattern |= word[at++] << b;
    view.set(element, pattern >>> 0);
  }
}
