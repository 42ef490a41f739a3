// A port for a server that must be told its port, or that goes and comes back on it. Whoever asks a system for any port
// gets one from 32768 on, so such a one may be somebody else's when the server listens at last; those below are not dealt.

import { once } from "node:events";
import { createServer } from "node:net";

const [first, count] = [20_000, 12_000];
/** Processes that ask at the same time begin at different places. */
let next = process.pid * 16;

export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(first + (next++ % count), "127.0.0.1");
    try {
      await once(server, "listening");
    } catch (error) {
      if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
      continue;
    }
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, "close");
    return port;
  }
}
