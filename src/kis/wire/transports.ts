import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { buildConnector } from 'undici';

/**
 * Connections to a KIS in the same process, in place of the network. What is left out goes over the network. Time-outs
 * of the HTTP client do not end these connections.
 */
export interface KisTransports {
  /**
   * Returns a new connection to the REST host with this URL, ready for use. An error that it throws counts as a
   * connection that could not be made.
   */
  readonly connectRest?: ((restUrl: string) => Duplex) | undefined;
  /** The same, to the WebSocket host. */
  readonly connectSocket?: ((wsUrl: string) => Duplex) | undefined;
}

/** Lets a stream stand in for a socket. The HTTP and WebSocket clients use nothing that only a socket has. */
export function asSocket(stream: Duplex): Socket {
  // When the other side is gone a stream only ends, and unlike a socket it would keep its own half open for ever.
  stream.once('end', () => process.nextTick(() => stream.destroy()));
  return stream as Socket;
}

/** The connector with which undici uses such a stream as its connection. */
export function connectorOver(connect: () => Duplex): buildConnector.connector {
  return (_options, callback) =>
    // undici does not notice a connection that exists before this function returns; the request would wait for ever.
    queueMicrotask(() => {
      let socket: Socket;
      try {
        socket = asSocket(connect());
      } catch (error) {
        callback(error instanceof Error ? error : new Error(String(error)), null);
        return;
      }
      callback(null, socket);
    });
}
