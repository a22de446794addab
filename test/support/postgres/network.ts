import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What becomes of a message to the server that holds the text, and of its connection: `drop` cuts it before the server
 * sees the message, `swallow` lets the server act and cuts the connection instead of the answer, `hold` lets nothing
 * pass any more in either direction, and cuts nothing.
 */
export type Fault = 'drop' | 'swallow' | 'hold';

/** The network between a process and PostgreSQL. */
export interface BreakableNetwork {
  /** The URL of the same database through this network. */
  readonly url: string;
  /** Does this once, to the first message from now on that holds the text. */
  failAt(text: string, fault: Fault): void;
  /** Whether what `failAt` waits for has come. */
  readonly hasFailed: boolean;
  /** Lets nothing pass any more in either direction, as a network without any route. Connections are taken still. */
  isCut: boolean;
  /** Lets nothing pass any more on the connections that there are, as a firewall that has forgotten them. */
  forget(): void;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  fault: Fault | undefined;
}

/** A network that a test can break. It is gone after the test. */
export async function networkTo(url: string): Promise<BreakableNetwork> {
  const target = new URL(url);
  let wanted: { readonly text: string; readonly fault: Fault } | undefined;
  let hasFailed = false;
  const state = { isCut: false };
  const pairs = new Set<Pair>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    const pair: Pair = { client, upstream, fault: undefined };
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    const isHeld = (): boolean => state.isCut || pair.fault === 'hold';
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => (isHeld() ? undefined : end()));
    }
    client.on('data', (data) => {
      if (wanted !== undefined && data.includes(wanted.text)) {
        pair.fault = wanted.fault;
        hasFailed = true;
        wanted = undefined;
        if (pair.fault === 'drop') return end();
      }
      if (!isHeld()) upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (pair.fault === 'swallow') return end();
      if (!isHeld()) client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const { client, upstream } of pairs) for (const socket of [client, upstream]) socket.destroy();
    server.close();
  });
  const through = new URL(url);
  const address = server.address();
  through.hostname = '127.0.0.1';
  through.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: through.href,
    failAt(text, fault) {
      wanted = { text, fault };
      hasFailed = false;
    },
    forget() {
      for (const pair of pairs) pair.fault = 'hold';
    },
    get hasFailed() {
      return hasFailed;
    },
    get isCut() {
      return state.isCut;
    },
    set isCut(value) {
      state.isCut = value;
    },
  };
}
