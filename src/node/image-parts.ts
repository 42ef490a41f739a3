// A set of images cut into parts for threads.

/** Parts a thread, so that threads end together though a core may be taken away. */
const partsPerThread = 4;
/** Images below which no part is cut for that: starting one costs about as much as a few images. */
const smallestPart = 64;

export interface ImagePart {
  readonly firstImage: number;
  readonly count: number;
}

/** At least one part, and one a thread while there are images for it. */
export function imageParts({ firstImage, count }: ImagePart, threads: number): ImagePart[] {
  const even = Math.min(threads * partsPerThread, Math.floor(count / smallestPart));
  const parts = Math.max(1, Math.min(count, Math.max(threads, even)));
  return Array.from({ length: parts }, (_, part) => {
    const first = Math.floor((count * part) / parts);
    const end = Math.floor((count * (part + 1)) / parts);
    return { firstImage: firstImage + first, count: end - first };
  });
}
