import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Starts listening on this machine alone; resolves to the port. */
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

/** A server's connections that are handed to it, beside those that come through its port if it has one. */
export class InMemoryConnections {
  readonly #server: Server;
  readonly #streams = new Set<Duplex>();
  #closed = false;

  constructor(server: Server) {
    this.#server = server;
  }

  /** A server that is closed breaks the connection at once. */
  accept(stream: Duplex): void {
    if (this.#closed) {
      stream.destroy();
      return;
    }
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    // A client that is gone shows as an end only, and a stream, unlike a socket, would keep its other half open.
    stream.once('end', () => process.nextTick(() => stream.destroy()));
    this.#server.emit('connection', stream);
  }

  /** Stops the server, listening or not, and whatever connections it still has. */
  async close(): Promise<void> {
    this.#closed = true;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    for (const stream of this.#streams) stream.destroy();
    await closed;
  }
}
