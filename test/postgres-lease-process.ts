// An explorer for tests, as far as others see it: holds a piece of a study's work for so long a silence, and keeps its
// name as what came of it, unless it finds another's. Says `holds`, goes on at the next byte it reads, says what is kept.
//
// Use: node postgres-lease-process.ts ADDRESS NAME LEASE (ms)

import { once } from "node:events";
import { writeSync } from "node:fs";
import { withLease } from "../src/node/postgres-lease.ts";
import { PostgresStorage } from "../src/node/postgres-storage.ts";

const [address, owner, leaseMs] = process.argv.slice(2);
const storage = await PostgresStorage.open(address, { connections: 3 });
const { database, dialect } = storage;
const lease = { name: "s/train", owner, leaseMs: Number(leaseMs), signal: new AbortController().signal };
const kept = await withLease(database, dialect, lease, async (held) => {
  const documents = new PostgresStorage(held.database, dialect);
  const found = await documents.getDocument("s", "network");
  if (found !== undefined) return found;
  writeSync(1, "holds\n");
  await once(process.stdin, "data");
  await documents.putDocument("s", "network", owner);
  return owner;
});
writeSync(1, `${kept}\n`);
await storage.close();
process.exit();
