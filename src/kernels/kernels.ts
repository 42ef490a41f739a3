// One instance of the WebAssembly kernels with its own memory.
//
// Kernels work in place on views into that memory; `addressOf` refuses any other view. The memory
// is reserved whole at creation and never grows, so views stay valid. Allocation is a stack:
// take what you need, `release(mark)` when done. Untouched pages cost no physical memory.

import { InvalidValueError, ResourceError } from "../base/errors.ts";

/** `simd` is the same on every machine; `relaxed` may differ in the last bit and is for training only. */
export type KernelBuild = "simd" | "relaxed";

/** The functions a kernel module exports: addresses and numbers in, numbers out. */
export type KernelExports = Readonly<Record<string, (...args: number[]) => number>>;

export class Kernels {
  readonly build: KernelBuild;
  readonly exports: KernelExports;
  readonly buffer: ArrayBuffer;
  #next: number;

  constructor(build: KernelBuild, exports: KernelExports, memory: WebAssembly.Memory, heapBase: number) {
    this.build = build;
    this.exports = exports;
    this.buffer = memory.buffer as ArrayBuffer;
    this.#next = align(heapBase);
  }

  /** Bytes that can still be taken. */
  get freeBytes(): number {
    return this.buffer.byteLength - this.#next;
  }

  /** The present top of the stack, to be given to `release`. */
  mark(): number {
    return this.#next;
  }

  /** Give back everything taken since the mark. Views into it must not be used any more. */
  release(mark: number): void {
    this.#next = mark;
  }

  /** Take zeroed float32 values. @throws {ResourceError} when the memory is full */
  float32(length: number): Float32Array {
    return new Float32Array(this.buffer, this.take(length * 4), length).fill(0);
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.buffer, this.take(length * 4), length).fill(0);
  }

  int8(length: number): Int8Array {
    return new Int8Array(this.buffer, this.take(length), length).fill(0);
  }

  uint16(length: number): Uint16Array {
    return new Uint16Array(this.buffer, this.take(length * 2), length).fill(0);
  }

  uint8(length: number): Uint8Array {
    return new Uint8Array(this.buffer, this.take(length), length).fill(0);
  }

  /** Take float32 values that are written before they are read: whatever lies there is left. */
  scratchFloat32(length: number): Float32Array {
    return new Float32Array(this.buffer, this.take(length * 4), length);
  }

  /** The same of int32. */
  scratchInt32(length: number): Int32Array {
    return new Int32Array(this.buffer, this.take(length * 4), length);
  }

  /** A copy of foreign values in kernel memory. */
  float32From(values: ArrayLike<number>): Float32Array {
    const view = this.float32(values.length);
    view.set(values);
    return view;
  }

  /** Take bytes, not zeroed: scratch for a kernel. @returns their address */
  take(bytes: number): number {
    const start = this.#next;
    const end = align(start + bytes);
    if (end > this.buffer.byteLength) {
      throw new ResourceError(
        `kernel memory of ${this.buffer.byteLength} bytes is full: ${bytes} more are needed. Grant more with --memory or process fewer images at once.`,
      );
    }
    this.#next = end;
    return start;
  }
}

/** @throws {InvalidValueError} when the view does not lie in this instance's memory */
export function addressOf(kernels: Kernels, name: string, view: ArrayBufferView): number {
  if (view.buffer !== kernels.buffer) {
    throw new InvalidValueError(
      name,
      "must be a view into kernel memory",
      "a view elsewhere",
      "Take it with kernels.float32(length).",
    );
  }
  return view.byteOffset;
}

/** Division, not bits: addresses pass 2³¹, where bitwise operators turn negative. */
function align(address: number): number {
  return 64 * Math.ceil(address / 64);
}
