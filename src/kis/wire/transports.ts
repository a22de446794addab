import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { buildConnector } from 'undici';

/**
 * Ways to KIS that are not the network, for a KIS in the same process. What is left out goes by real sockets. The
 * machine's own time-outs do not end these connections.
 */
export interface KisTransports {
  /** A new connection to the REST host, ready for use; an error it throws is a connection that could not be made. */
  readonly connectRest?: (() => Duplex) | undefined;
  /** The same, to the WebSocket host. */
  readonly connectSocket?: (() => Duplex) | undefined;
}

/** A stream in a socket's place; the HTTP and WebSocket clients need nothing more of a socket. */
export function asSocket(stream: Duplex): Socket {
  // A peer that is gone shows as an end only, and a stream, unlike a socket, would keep its other half open for good.
  stream.once('end', () => process.nextTick(() => stream.destroy()));
  return stream as Socket;
}

/** How undici makes a connection out of such a stream. */
export function connectorOver(connect: () => Duplex): buildConnector.connector {
  return (_options, callback) =>
    // A connection that is there before this returns is not noticed, and its request would wait for good.
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
