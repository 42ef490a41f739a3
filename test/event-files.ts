// Event cameras' files as their makers lay them out, for tests of what reads them.

export interface FileEvent {
  readonly us: number;
  readonly x: number;
  readonly y: number;
  readonly polarity: number;
}

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

/** AEDAT 2 with a DAVIS's addresses. */
export function aedat2File(events: readonly FileEvent[]): Uint8Array {
  const head = text("#!AER-DAT2.0\r\n# This is a raw AE data file\r\n# made for a test\r\n");
  const file = new Uint8Array(head.length + 8 * events.length);
  file.set(head);
  const view = new DataView(file.buffer);
  for (const [i, { us, x, y, polarity }] of events.entries()) {
    view.setUint32(head.length + 8 * i, (y << 22) | (x << 12) | (polarity << 11));
    view.setUint32(head.length + 8 * i + 4, us);
  }
  return file;
}

/**
 * AEDAT 3.1: packets of polarity events, each with one event that is not valid, and between them a packet of special
 * events.
 */
export function aedat31File(
  packets: readonly (readonly FileEvent[])[],
  { overflows = 0, claimed }: { readonly overflows?: number; readonly claimed?: number } = {},
): Uint8Array {
  const parts: Uint8Array[] = [text("#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: test\r\n#!END-HEADER\r\n")];
  const packet = (type: number, words: readonly (readonly [number, number])[]): Uint8Array => {
    const bytes = new Uint8Array(28 + 8 * words.length);
    const view = new DataView(bytes.buffer);
    view.setInt16(0, type, true);
    view.setInt16(2, 1, true);
    const head = [8, 4, overflows, words.length, claimed ?? words.length, words.length];
    for (const [i, value] of head.entries()) view.setInt32(4 + 4 * i, value, true);
    for (const [i, [data, us]] of words.entries()) {
      view.setUint32(28 + 8 * i, data, true);
      view.setInt32(28 + 8 * i + 4, us, true);
    }
    return bytes;
  };
  for (const events of packets) {
    parts.push(packet(0, [[1, 0]]));
    const words = events.map(
      ({ us, x, y, polarity }) => [((x << 17) | (y << 2) | (polarity << 1) | 1) >>> 0, us] as const,
    );
    parts.push(packet(1, [...words, [0, 7]]));
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** N-MNIST's five bytes an event. */
export function nMnistFile(events: readonly FileEvent[]): Uint8Array {
  return Uint8Array.from(
    events.flatMap(({ us, x, y, polarity }) => [
      x,
      y,
      (polarity << 7) | (us >> 16),
      (us >> 8) & 255,
      us & 255,
    ]),
  );
}

/** A tar archive of ordinary files. */
export function tarFile(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts = Object.entries(files).flatMap(([name, bytes]) => {
    const head = new Uint8Array(512);
    head.set(text(name));
    head.set(text(`${bytes.length.toString(8).padStart(11, "0")} `), 124);
    head.set(text("        "), 148);
    head.set(text("0"), 156);
    head.set(text("ustar\0"), 257);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.set(text(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
    const body = new Uint8Array(Math.ceil(bytes.length / 512) * 512);
    body.set(bytes);
    return [head, body];
  });
  return Uint8Array.from([...parts, new Uint8Array(1024)].flatMap((part) => [...part]));
}
