import { InvalidValueError } from "../base/errors.ts";

/** @throws {InvalidValueError} when a view is shorter than its shape needs, naming kernel and view */
export function requireLength(where: string, view: { readonly length: number }, length: number): void {
  if (view.length < length)
    throw new InvalidValueError(where, `must have at least ${length} values`, view.length);
}
