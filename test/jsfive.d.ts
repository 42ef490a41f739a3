// The part of jsfive that tests use; the package has no types.

declare module "jsfive" {
  interface Entry {
    readonly keys: readonly string[];
    readonly shape: readonly number[];
    // biome-ignore lint/suspicious/noExplicitAny: a data set's type is known to its reader only
    readonly value: any;
  }
  export class File {
    constructor(buffer: ArrayBuffer | SharedArrayBuffer, name: string);
    get(path: string): Entry;
  }
}
