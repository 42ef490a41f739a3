// Protobuf messages by table: a message is described by its fields' numbers and types, and read into plain data.
//
// The bytes are read by @bufbuild/protobuf's wire reader: maintained, without dependencies, install scripts or
// generated code, and 2 KiB in a bundle, as only its reader is used. Full runtimes need a compiled schema and
// build every message of a file; here a file builds only the fields a table names, so deep nesting costs
// nothing: everything else is skipped by its length.

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { FormatError } from "../../base/errors.ts";

type Scalar = "string" | "int64" | "float" | "double" | "bytes";

export interface Field {
  readonly no: number;
  readonly type: Scalar | Message;
  readonly isMany: boolean;
}

/** Fields by name. */
export interface Message {
  readonly [field: string]: Field;
}

/** The data of a message: an array for each repeated field, undefined for others that are not in the file. */
export type Decoded<M extends Message> = {
  readonly [Name in keyof M]: M[Name]["isMany"] extends true
    ? readonly Value<M[Name]["type"]>[]
    : Value<M[Name]["type"]> | undefined;
};

type Value<T> = T extends "string"
  ? string
  : T extends "bytes"
    ? Uint8Array
    : T extends Scalar
      ? number
      : T extends Message
        ? Decoded<T>
        : never;

export function one<const T extends Scalar | Message>(no: number, type: T) {
  return { no, type, isMany: false } as const;
}

export function many<const T extends Scalar | Message>(no: number, type: T) {
  return { no, type, isMany: true } as const;
}

/** What repeated fields may hold in all, so that a small file cannot fill the memory. */
const mostItems = 2 ** 18;
const mostNumbers = 2 ** 26;

/**
 * @throws {FormatError} for bytes that are no such message: truncated, other wire types, lengths beyond the end
 */
export function decodeMessage<const M extends Message>(
  bytes: Uint8Array,
  message: M,
  where: string,
): Decoded<M> {
  try {
    return new Decoder(where).message(bytes, message) as Decoded<M>;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    // The wire reader throws Error and RangeError for what it cannot read.
    const got = error instanceof Error ? error.message : String(error);
    throw new FormatError(where, "must be a whole protobuf message", got, "Is the file complete?");
  }
}

class Decoder {
  readonly #where: string;
  #items = 0;
  #numbers = 0;

  constructor(where: string) {
    this.#where = where;
  }

  message(bytes: Uint8Array, message: Message): Record<string, unknown> {
    const decoded: Record<string, unknown> = {};
    const byNumber = new Map<number, string>();
    for (const [name, { no, isMany }] of Object.entries(message)) {
      byNumber.set(no, name);
      decoded[name] = isMany ? [] : undefined;
    }
    const reader = new BinaryReader(bytes);
    while (reader.pos < reader.len) {
      const [no, wire] = reader.tag();
      const name = byNumber.get(no);
      if (name === undefined) {
        reader.skip(wire, no);
        continue;
      }
      const { type, isMany } = message[name];
      if (isMany) this.#readMany(reader, wire, type, name, decoded[name] as unknown[]);
      else decoded[name] = this.#read(reader, wire, type, name);
    }
    requireWithin(reader);
    return decoded;
  }

  #readMany(reader: BinaryReader, wire: number, type: Field["type"], name: string, into: unknown[]): void {
    const isNumber = type === "int64" || type === "float" || type === "double";
    if (!isNumber || wire !== WireType.LengthDelimited) {
      into.push(this.#read(reader, wire, type, name));
      return;
    }
    const packed = new BinaryReader(reader.bytes());
    while (packed.pos < packed.len) {
      into.push(this.#read(packed, wireTypes[type], type, name));
    }
    requireWithin(packed);
  }

  #read(reader: BinaryReader, wire: number, type: Field["type"], name: string): unknown {
    const expected = typeof type === "string" ? wireTypes[type] : WireType.LengthDelimited;
    if (wire !== expected) {
      throw new FormatError(`${this.#where}: ${name}`, `must have wire type ${expected}`, wire);
    }
    if (expected === WireType.LengthDelimited) this.#items++;
    else this.#numbers++;
    if (this.#items > mostItems || this.#numbers > mostNumbers) {
      const most = `at most ${mostItems} names and messages, and ${mostNumbers} numbers outside raw data`;
      throw new FormatError(this.#where, `must hold ${most}`, "more");
    }
    switch (type) {
      case "string":
        return reader.string();
      case "bytes":
        return reader.bytes();
      case "float":
        return reader.float();
      case "double":
        return reader.double();
      case "int64":
        // Beyond 2^53 sizes and codes are rounded; such sizes are refused where they are used.
        return Number(reader.int64());
      default:
        return this.message(reader.bytes(), type);
    }
  }
}

/** The reader goes beyond the end of a varint without a word. */
function requireWithin({ pos, len }: BinaryReader): void {
  if (pos > len) throw new RangeError("premature EOF");
}

const wireTypes: Readonly<Record<Scalar, WireType>> = {
  string: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
  int64: WireType.Varint,
  float: WireType.Bit32,
  double: WireType.Bit64,
};
