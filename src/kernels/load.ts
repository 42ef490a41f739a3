// Instances of the kernels from the bytes that the build inlines: no file, no network, any platform.

import { InvalidValueError, StateError } from "../base/errors.ts";
import * as relaxed from "./generated/kernels-relaxed.ts";
import * as simd from "./generated/kernels-simd.ts";
import { type KernelBuild, type KernelExports, Kernels } from "./kernels.ts";

const modules = { simd, relaxed } as const;
const pageBytes = 65_536;
/** WebAssembly's addresses have 32 bits. */
const maximumMemoryBytes = 2 ** 32 - pageBytes;
const defaultMemoryBytes = 512 * 1024 * 1024;
/** Static data and the stub runtime's start lie below. */
const heapBase = 1024;
const compiled = new Map<KernelBuild, Promise<WebAssembly.Module>>();

export interface LoadOptions {
  /** `auto` is `relaxed` where the machine has it, else `simd`. Default `simd`. */
  readonly build?: KernelBuild | "auto";
  /** Most memory of the instance, at least 1 MiB; reserved at once (at most 4 GiB − 64 KiB), used as touched. */
  readonly memoryBytes?: number;
}

/**
 * Make an instance with its own memory.
 *
 * @throws {StateError} when the machine has no WebAssembly SIMD, or not the relaxed kind asked for
 */
export async function loadKernels(options: LoadOptions = {}): Promise<Kernels> {
  const { memoryBytes = defaultMemoryBytes } = options;
  const build =
    options.build === "auto" ? (hasRelaxedSimd() ? "relaxed" : "simd") : (options.build ?? "simd");
  if (!(memoryBytes >= 1024 * 1024)) {
    throw new InvalidValueError("memoryBytes", "must be at least 1 MiB", memoryBytes);
  }
  const pages = Math.floor(Math.min(memoryBytes, maximumMemoryBytes) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const instance = await WebAssembly.instantiate(await compile(build), {
    env: {
      memory,
      abort: () => {
        throw new Error("a kernel aborted: this is a bug");
      },
    },
  });
  return new Kernels(build, instance.exports as unknown as KernelExports, memory, heapBase);
}

/** Whether this machine runs the relaxed build. */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(decodeBase64(relaxed.base64));
}

/** SHA-256 of the module, for provenance. */
export function kernelHash(build: KernelBuild): string {
  return modules[build].sha256;
}

function compile(build: KernelBuild): Promise<WebAssembly.Module> {
  let module = compiled.get(build);
  if (module === undefined) {
    const bytes = decodeBase64(modules[build].base64);
    if (!WebAssembly.validate(bytes)) {
      throw new StateError(
        `this machine cannot run the ${build} kernels: its WebAssembly has no such SIMD. Use ${build === "relaxed" ? "--kernels simd" : "a newer Node or browser"}.`,
      );
    }
    module = WebAssembly.compile(bytes);
    compiled.set(build, module);
  }
  return module;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
