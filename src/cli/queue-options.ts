// Work handed to the workers of a database: the options of every command that can be cut into shards.

import { UsageError } from "../base/errors.ts";
import { flag, int, text, type Values } from "../space/field.ts";
import { storeAddress } from "./store-option.ts";

export const queueOptions = {
  store: text({
    about: "PostgreSQL database whose workers share the work, e.g. postgres://me@db.example.org/studies",
    default: "",
  }),
  tag: text({ about: "with --store: what a worker must have for this, e.g. gpu", default: "" }),
  inFlight: int({
    about: "with --store: shards asked for at the same time; at least as many as there are workers",
    unit: "1",
    low: 1,
    high: 10_000,
    default: 64,
  }),
  onlyAsk: flag({ about: "with --store: do nothing here, leave it to workers", default: false }),
};

/** What a command is to hand its work to; undefined: nobody, it works alone. */
export interface ChosenQueue {
  readonly address: string;
  readonly tag: string;
  readonly inFlight: number;
  readonly onlyAsks: boolean;
}

/**
 * @param given - names of the options that were written
 * @throws {UsageError} for a choice of workers without a database to reach them by
 * @throws {InvalidValueError} when the database is no address, or holds a password that others could read
 */
export function chosenQueue(
  { store, tag, inFlight, onlyAsk: onlyAsks }: Values<typeof queueOptions>,
  given: ReadonlySet<string>,
): ChosenQueue | undefined {
  const address = storeAddress(store);
  if (address !== undefined) return { address, tag, inFlight, onlyAsks };
  const names = { tag: "--tag", inFlight: "--in-flight", onlyAsk: "--only-ask" };
  const stray = Object.entries(names).find(([name]) => given.has(name));
  if (stray === undefined) return undefined;
  throw new UsageError(`${stray[1]} must go with --store, but no database is given.`);
}
