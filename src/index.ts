// spikefront as a library. The rooms have entries of their own ("spikefront/model", ...).

export {
  CancelledError,
  FormatError,
  InvalidValueError,
  isExpected,
  Random,
  ResourceError,
  StateError,
  UsageError,
} from "./base/index.ts";
