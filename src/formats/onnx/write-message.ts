// Plain data into a protobuf message, by the tables it would be read by (protobuf-message.ts).
//
// Numbers that are repeated are written one by one, unpacked, which every reader takes.

import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Field, Message } from "./protobuf-message.ts";

/** A message's fields by name; undefined ones are left out. */
export type MessageData = Readonly<Record<string, unknown>>;

/** @param data - fields the table names, of its types; trusted */
export function encodeMessage(message: Message, data: MessageData): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  for (const [name, field] of Object.entries(message)) {
    const value = data[name];
    if (value === undefined) continue;
    for (const one of field.isMany ? (value as readonly unknown[]) : [value]) writeField(writer, field, one);
  }
  return new Uint8Array(writer.finish());
}

function writeField(writer: BinaryWriter, { no, type }: Field, value: unknown): void {
  switch (type) {
    case "int64":
      writer.tag(no, WireType.Varint).int64(value as number);
      return;
    case "float":
      writer.tag(no, WireType.Bit32).float(value as number);
      return;
    case "double":
      writer.tag(no, WireType.Bit64).double(value as number);
      return;
    case "string":
      writer.tag(no, WireType.LengthDelimited).string(value as string);
      return;
    case "bytes":
      writer.tag(no, WireType.LengthDelimited).bytes(value as Uint8Array);
      return;
    default:
      writer.tag(no, WireType.LengthDelimited).bytes(encodeMessage(type, value as MessageData));
  }
}
