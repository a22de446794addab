import type { Chat } from '../chat/create-chat.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { startHttpServer } from '../http-server.ts';
import type { Kis } from '../kis/kis.ts';
import type { Log } from '../log.ts';
import type { readLiveness } from '../services/health/read-health.ts';

/** Serves `/health` and the webhooks of channels, where a port is set. */
export async function startHttp(
  options: {
    readonly config: Config;
    readonly clock: Clock;
    readonly log: Log;
    readonly version: string;
    readonly readOnly?: boolean;
  },
  { venues, chat }: { readonly venues: readonly [Kis, ...Kis[]]; readonly chat: Chat },
  liveness: () => ReturnType<typeof readLiveness>,
) {
  const { config, clock, log, version, readOnly } = options;
  if (config.httpPort === undefined || readOnly === true) return undefined;
  const [{ broker }] = venues;
  return startHttpServer({
    port: config.httpPort,
    health: async () => ({ ...(await liveness()), venue: broker.venue.kind, version }),
    hooks: [...chat.channels.values()].flatMap(({ hook }) => hook ?? []),
    clock,
    log,
  });
}
