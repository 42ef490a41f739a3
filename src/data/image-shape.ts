/** [channels, height, width] of one image. */
export type ImageShape = readonly [channels: number, height: number, width: number];
