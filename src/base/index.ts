export { type IsCancelled, neverCancelled, throwIfCancelled } from "./cancel.ts";
export {
  CancelledError,
  type ErrorData,
  errorFromData,
  errorToData,
  FormatError,
  InvalidValueError,
  isExpected,
  ResourceError,
  StateError,
  UsageError,
} from "./errors.ts";
export { sha256 } from "./hash.ts";
export { Random, type StreamKey, streamSeed } from "./random.ts";
