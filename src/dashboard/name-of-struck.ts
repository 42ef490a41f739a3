// What some faults strike, in words: `weight of dense1`, `input`.

export function nameOfStruck({ target, layer }: { readonly target: string; readonly layer: string }): string {
  return target === layer ? layer : `${target} of ${layer}`;
}
