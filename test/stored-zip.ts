// A zip archive that stores its files as they are, as Keras and PyTorch write them.

export function storedZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const list: Uint8Array[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const letters = new TextEncoder().encode(name);
    const [local, entry] = [new DataView(new ArrayBuffer(30)), new DataView(new ArrayBuffer(46))];
    local.setUint32(0, 0x04034b50, true);
    entry.setUint32(0, 0x02014b50, true);
    for (const [view, sizesAt] of [
      [local, 18],
      [entry, 20],
    ] as const) {
      view.setUint32(sizesAt, bytes.length, true);
      view.setUint32(sizesAt + 4, bytes.length, true);
      view.setUint16(sizesAt + 8, letters.length, true);
    }
    entry.setUint32(42, at, true);
    const written = [new Uint8Array(local.buffer), letters, bytes];
    parts.push(...written);
    list.push(new Uint8Array(entry.buffer), letters);
    at += written.reduce((sum, { length }) => sum + length, 0);
  }
  const end = new DataView(new ArrayBuffer(22));
  const count = Object.keys(files).length;
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, count, true);
  end.setUint16(10, count, true);
  const listBytes = list.reduce((sum, { length }) => sum + length, 0);
  end.setUint32(12, listBytes, true);
  end.setUint32(16, at, true);
  const archive = new Uint8Array(at + listBytes + 22);
  let next = 0;
  for (const part of [...parts, ...list, new Uint8Array(end.buffer)]) {
    archive.set(part, next);
    next += part.length;
  }
  return archive;
}
