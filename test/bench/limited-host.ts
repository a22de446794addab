import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A host on loopback that takes so many calls in any second, as they arrive, and refuses the others. */
export interface LimitedHost {
  readonly url: string;
  readonly taken: number;
  readonly refused: number;
  stop(): Promise<void>;
}

export async function startLimited(callsPerSecond: number): Promise<LimitedHost> {
  const counts = { taken: 0, refused: 0 };
  let recent: number[] = [];
  const server = createServer((_incoming, answer) => {
    const now = performance.now();
    recent = recent.filter((at) => now - at < 1_000);
    const within = recent.length < callsPerSecond;
    if (within) recent.push(now);
    counts[within ? 'taken' : 'refused'] += 1;
    answer.statusCode = within ? 200 : 500;
    answer.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get taken() {
      return counts.taken;
    },
    get refused() {
      return counts.refused;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
