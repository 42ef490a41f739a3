// Counter-based random numbers for random spike codes.
//
// hash(image seed, step, input) by two rounds of murmur3's finaliser: any number can be had at any
// time, so images, steps and pixels may be encoded in every order and on every thread.

import { streamSeed } from "../base/random.ts";

/** Seed of an image's draws. @param image - the image's place in its data set */
export function imageSeed(key: { readonly seed: number; readonly trial: number }, image: number): number {
  return streamSeed({ ...key, purpose: "spike-draw", index: image });
}

/** Uniform in [0, 1), 32 bits. @param step - 1, 2, … */
export function spikeDraw(seed: number, step: number, input: number): number {
  return drawnBits(stepSeed(seed, step), input) / 4294967296;
}

/** The part of `spikeDraw` that is common to all inputs of a step. */
export function stepSeed(seed: number, step: number): number {
  return mix((seed + Math.imul(step, 0x9e3779b9)) | 0);
}

/** The rest of it, as an integer from 0 to 2³² − 1. */
export function drawnBits(stepSeed: number, input: number): number {
  return mix((stepSeed + Math.imul(input + 1, 0x85ebca77)) | 0) >>> 0;
}

function mix(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
