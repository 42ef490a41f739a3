// Values that follow from others: kept while what they are made of stays the same, thing by thing. A view may then be
// asked for at every change of the page, and costs nothing where the change is not about it.

/** @returns the value that was made last, or a new one where something it is made of is another */
export function lastOf<T>(): (from: readonly unknown[], make: () => T) => T {
  let last: { readonly from: readonly unknown[]; readonly value: T } | null = null;
  return (from, make) => {
    if (last === null || !isSame(last.from, from)) last = { from, value: make() };
    return last.value;
  };
}

/** Whether two lists hold the same things: objects by identity. */
export function isSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, i) => Object.is(one, others[i]));
}
