// Attributes of text: Keras keeps its networks' descriptions and the names of weights in them. The header of an
// attribute is looked at here before the parser follows it: how many values there are, of what size, and that no
// string is asked for twice, so that a few bytes cannot ask for much memory.
//
// Layout: HDF5 file format specification, version 3.0, IV.A.2.m (attribute), IV.A.2.d (datatype), IV.A.2.b
// (dataspace).

const attributeMessage = 0x0c;
const mostValues = 2 ** 16;
const [stringClass, variableLengthClass] = [3, 9];

/** What is used of the parser. */
export interface AttributeParser {
  find_msg_type(type: number): readonly ReadonlyMap<string, number>[];
  unpack_attribute(offset: number): readonly [name: string, value: unknown];
}

/**
 * @returns undefined where there is no such attribute
 * @throws {RangeError} for attributes that are no text, or more than the file can hold
 */
export function textAttributeOf(
  bytes: ArrayBuffer,
  parser: AttributeParser,
  name: string,
): readonly string[] | undefined {
  const view = new DataView(bytes);
  for (const message of parser.find_msg_type(attributeMessage)) {
    const offset = message.get("offset_to_message") ?? 0;
    const header = headerOf(view, offset);
    if (header.name !== name) continue;
    // An empty list has no type of its own: h5py makes it one of numbers.
    if (header.count === 0) return [];
    requireSound(view, header);
    const [, value] = parser.unpack_attribute(offset);
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.map((text) => utf8Text(String(text)).replace(/\0+$/, ""));
  }
  return undefined;
}

/** The byte of every letter that the parser's reading of text in no character set of its own can give. */
const byteOf = new Map(
  Array.from({ length: 256 }, (_, byte) => [
    new TextDecoder("windows-1252").decode(Uint8Array.of(byte)),
    byte,
  ]),
);

/** The parser makes a letter of every byte of text that does not say it is UTF-8, which Python's writers make it. */
function utf8Text(text: string): string {
  const bytes = Array.from(text, (letter) => byteOf.get(letter));
  if (bytes.every((byte) => byte !== undefined && byte < 128) || bytes.includes(undefined)) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes as number[]));
  } catch {
    return text;
  }
}

interface AttributeHeader {
  readonly name: string;
  readonly kind: number;
  readonly valueBytes: number;
  readonly count: number;
  /** Where its values begin. */
  readonly dataAt: number;
}

function headerOf(view: DataView, offset: number): AttributeHeader {
  const version = view.getUint8(offset);
  // Version 1 pads every part to 8 bytes; version 3 has a byte for the name's character set.
  const isPadded = version === 1;
  const padded = (size: number): number => (isPadded ? Math.ceil(size / 8) * 8 : size);
  const nameBytes = view.getUint16(offset + 2, true);
  const typeAt = offset + (isPadded ? 8 : 9) + padded(nameBytes);
  const spaceAt = typeAt + padded(view.getUint16(offset + 4, true));
  const nameAt = offset + (isPadded ? 8 : 9);
  const letters = new Uint8Array(view.buffer, nameAt, nameBytes);
  const axes = view.getUint8(spaceAt + 1);
  const sizesAt = spaceAt + (view.getUint8(spaceAt) === 1 ? 8 : 4);
  let count = 1;
  for (let axis = 0; axis < axes; axis++) count *= Number(view.getBigUint64(sizesAt + 8 * axis, true));
  return {
    name: new TextDecoder().decode(letters).replace(/\0+$/, ""),
    kind: view.getUint8(typeAt) & 0x0f,
    valueBytes: view.getUint32(typeAt + 4, true),
    count,
    dataAt: spaceAt + padded(view.getUint16(offset + 6, true)),
  };
}

function requireSound(view: DataView, { kind, valueBytes, count, dataAt }: AttributeHeader): void {
  if (kind !== stringClass && kind !== variableLengthClass)
    throw new RangeError("an attribute that is no text");
  const size = kind === stringClass ? valueBytes : 16;
  if (!(count <= mostValues && size >= 1 && dataAt + count * size <= view.byteLength)) {
    throw new RangeError(`an attribute of ${count} values of ${size} bytes`);
  }
  if (kind === stringClass) return;
  const seen = new Set<string>();
  for (let i = 0; i < count; i++) {
    // Length, address of a heap, index in it; index 0 is no string.
    const at = dataAt + 16 * i;
    const index = view.getUint32(at + 12, true);
    const key = `${view.getBigUint64(at + 4, true)}:${index}`;
    if (index !== 0 && seen.has(key)) throw new RangeError("an attribute that names one string twice");
    seen.add(key);
  }
}
