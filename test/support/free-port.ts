import { randomInt } from 'node:crypto';
import { createServer } from 'node:http';

/** Below what systems give to whoever asks for any port, so that no test that runs beside is given it meanwhile. */
const range = { from: 20_000, to: 32_000 } as const;

/** A port that was free a moment ago and that nobody is given by chance. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(range.from, range.to);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
