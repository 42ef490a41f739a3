// What is used of two packages without types of their own.

declare module "jsfive" {
  export class Group {
    readonly keys: readonly string[];
    readonly attrs: Readonly<Record<string, unknown>>;
    readonly _dataobjects: DataObjects;
    get(path: string): Group | Dataset;
  }
  export class Dataset {
    readonly shape: readonly number[];
    /** As NumPy writes it, e.g. `<f4`, or an array for strings of variable length. */
    readonly dtype: string | readonly unknown[];
    // biome-ignore lint/suspicious/noExplicitAny: a data set's type is known to its reader only
    readonly value: any;
    readonly _dataobjects: DataObjects;
  }
  interface DataObjects {
    /** Where the object's header lies in the file. */
    readonly offset: number;
    /** Shape of a chunk; null where the data lie in one piece. */
    readonly chunks: readonly number[] | null;
    find_msg_type(type: number): readonly ReadonlyMap<string, number>[];
    unpack_attribute(offset: number): readonly [name: string, value: unknown];
  }
  export class File extends Group {
    constructor(buffer: ArrayBuffer | SharedArrayBuffer, name: string);
  }
  /** By HDF5's filter number; to be added to and exchanged. */
  export const Filters: Map<number, (bytes: ArrayBuffer, itemBytes: number) => ArrayBuffer>;
}

declare module "pako" {
  export class Inflate {
    constructor(options?: { readonly chunkSize?: number });
    readonly err: number;
    readonly msg: string;
    onData(part: Uint8Array): void;
    push(bytes: Uint8Array, isLast: boolean): boolean;
  }
}
