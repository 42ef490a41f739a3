import assert from "node:assert/strict";
import { test } from "node:test";
import { isPostgresAddress, postgresAddress, shownAddress } from "./postgres-address.ts";

test("folders are no databases", () => {
  assert.deepEqual(
    ["runs/a", "postgres", "postgres://h/d", "postgresql://h/d", "C:\\postgres://"].map(isPostgresAddress),
    [false, false, true, true, false],
  );
});

test("an address with a password is refused, and the message shows none", () => {
  for (const address of [
    "postgres://me:s3cret@host/db",
    "postgres://me:s3cret:x@host:5432/db?sslmode=require",
    "postgres://host/db?user=me&password=s3cret",
    "postgres://me:s3cret@host",
    "nonsense://me:s3cret@host/db",
  ]) {
    assert.throws(
      () => postgresAddress("--store", address),
      (error: Error) => error.name === "InvalidValueError" && !error.message.includes("s3cret"),
      address,
    );
  }
  assert.throws(() => postgresAddress("--store", "postgres://host"), /--store must name a database/);
  const address = "postgres://me@host:5432/db?sslmode=require";
  assert.equal(postgresAddress("--store", address), address);
  assert.equal(shownAddress(address), address);
});

test("what is shown of an address leaves the rest as it is", () => {
  assert.equal(shownAddress("postgres://me:a@b:c@host/db"), "postgres://me:***@host/db");
  assert.equal(
    shownAddress("postgres://host/db?sslpassword=x&a=1"),
    "postgres://host/db?sslpassword=***&a=1",
  );
});
