// A picture that is drawn by hand, with a round pen, and moved so that its weight is in the middle: digits of
// MNIST stand there, and a network that learnt them expects it (LeCun et al. 1998, §III.A: centre of mass).

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** In pixels of the picture; ink fades over the last pixel of the edge. */
const penRadius = 1.15;

/**
 * Ink a line from one place to another, in place. Ink never fades.
 *
 * @param pixels - 0…255. Shape [height, width]
 */
export function ink(
  pixels: Uint8Array,
  { width, height }: PictureSize,
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const reach = penRadius + 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const along =
        length === 0 ? 0 : ((x - from.x) * (to.x - from.x) + (y - from.y) * (to.y - from.y)) / length ** 2;
      const t = Math.min(1, Math.max(0, along));
      const distance = Math.hypot(x - from.x - t * (to.x - from.x), y - from.y - t * (to.y - from.y));
      if (distance >= reach) continue;
      const value = Math.round(255 * Math.min(1, reach - distance));
      if (value > pixels[y * width + x]) pixels[y * width + x] = value;
    }
  }
}

/** The picture moved by whole pixels so that its centre of mass is in the middle; an empty one as it is. */
export function centred(pixels: Uint8Array, { width, height }: PictureSize): Uint8Array {
  let [mass, sumX, sumY] = [0, 0, 0];
  pixels.forEach((value, i) => {
    mass += value;
    sumX += value * (i % width);
    sumY += value * Math.floor(i / width);
  });
  if (mass === 0) return pixels;
  const right = Math.round((width - 1) / 2 - sumX / mass);
  const down = Math.round((height - 1) / 2 - sumY / mass);
  const moved = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = [x - right, y - down];
      if (fromX >= 0 && fromX < width && fromY >= 0 && fromY < height)
        moved[y * width + x] = pixels[fromY * width + fromX];
    }
  }
  return moved;
}
