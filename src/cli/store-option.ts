// --store: a database in place of a study's folder.

import { postgresAddress } from "../node/postgres-address.ts";
import { text } from "../space/field.ts";

export const storeOption = text({
  about: "PostgreSQL database in place of a folder, e.g. postgres://me@db.example.org/studies",
  default: "",
});

/**
 * The database that is meant, undefined: a folder.
 *
 * @throws {InvalidValueError} when it is no address, or holds a password that others could read
 */
export function storeAddress(given: string): string | undefined {
  return given === "" ? undefined : postgresAddress("--store", given);
}
