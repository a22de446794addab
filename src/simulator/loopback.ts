import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Listens on 127.0.0.1 only. Resolves to the port. */
export function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** The connections of a server that do not come through its port. */
export class InMemoryConnections {
  readonly #server: Server;
  readonly #streams = new Set<Duplex>();
  #closed = false;

  constructor(server: Server) {
    this.#server = server;
  }

  /** Gives the server a connection. A server that is closed breaks it at once. */
  accept(stream: Duplex): void {
    if (this.#closed) {
      stream.destroy();
      return;
    }
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    // When the client is gone a stream only ends, and unlike a socket it would keep its own half open.
    stream.once('end', () => process.nextTick(() => stream.destroy()));
    this.#server.emit('connection', stream);
  }

  /** Stops the server and ends all of its connections. */
  async close(): Promise<void> {
    this.#closed = true;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    for (const stream of this.#streams) stream.destroy();
    await closed;
  }
}
