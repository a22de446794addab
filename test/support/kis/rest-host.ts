import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { onTestFinished } from 'vitest';
import type { ApiDrift } from '../../../src/domain/api-drift.ts';
import type { Credentials } from '../../../src/kis/wire/credentials.ts';
import { environments } from '../../../src/kis/wire/environment.ts';
import { KisHttp } from '../../../src/kis/wire/http.ts';
import type { Lane } from '../../../src/kis/wire/throttle.ts';
import { createRedactor } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { JumpClock } from '../clock.ts';

/** A request as the host got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined without a body. */
  readonly body: unknown;
}

/** What the host does with a request: `cut` ends the connection, `hang` never answers. */
export type HostAnswer =
  | 'cut'
  | 'hang'
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string | string[]>>;
      /** The body: an object as JSON, a text as it is. */
      readonly says: object | string;
    };

/** A clock that notes how long somebody sleeps, and wakes them at once. */
export class NotingClock extends JumpClock {
  readonly sleeps: number[] = [];

  override async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(delayMs);
    signal?.throwIfAborted();
  }
}

export interface RestHostOptions {
  /** One after the other; the last one again and again. */
  readonly answers: readonly HostAnswer[];
  readonly dialect?: 'live' | 'paper';
  readonly hashkey?: boolean;
  readonly account?: { readonly number: string; readonly product: string } | undefined;
  readonly credentials?: Partial<Credentials>;
  readonly lane?: Partial<Lane>;
  readonly random?: () => number;
  /** Called when a connection is about to be made. */
  readonly connecting?: (clock: NotingClock) => Promise<void>;
}

/** The REST client against a host that is told what to say, with all that happened beside it. */
export interface RestHost {
  readonly http: KisHttp;
  readonly clock: NotingClock;
  readonly received: readonly Received[];
  /** What happened, in order: turns in the lane, tokens thrown away, requests that came in. */
  readonly events: string[];
  readonly drifts: readonly ApiDrift[];
  /** Messages of the log with their fields, but for the error. */
  readonly logged: readonly (readonly [string, object])[];
  /** Nobody listens any more. */
  close(): Promise<void>;
}

function answerWith(response: ServerResponse, answer: HostAnswer): void {
  if (answer === 'hang') return;
  if (answer === 'cut') {
    response.destroy();
    return;
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.statusCode = answer.status ?? 200;
  response.end(typeof answer.says === 'string' ? answer.says : JSON.stringify(answer.says));
}

export async function startRestHost(options: RestHostOptions): Promise<RestHost> {
  const { answers, dialect = 'live', hashkey, random = () => 0 } = options;
  const received: Received[] = [];
  const events: string[] = [];
  const drifts: ApiDrift[] = [];
  const logged: [string, object][] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      const { pathname, searchParams } = new URL(url, 'http://kis');
      const text = Buffer.concat(chunks).toString();
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      received.push({
        method,
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: request.headers,
        body,
      });
      events.push(`${method} ${pathname}`);
      answerWith(response, answers[Math.min(received.length, answers.length) - 1] ?? 'cut');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clock = new NotingClock();
  const connector = buildConnector({});
  const dispatcher = new Agent({
    connect: (target, callback) => {
      void (options.connecting?.(clock) ?? Promise.resolve()).then(() => connector(target, callback));
    },
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(async () => {
    await dispatcher.destroy();
    if (server.listening) await close();
  });
  const note = (message: string, { error: _error, ...fields }: Readonly<Record<string, unknown>> = {}): void =>
    void logged.push([message, fields]);
  const http = new KisHttp({
    environment: {
      ...environments[dialect],
      restUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    credentials: {
      identity: { appkey: 'an-app-key', appsecret: 'an-app-secret' },
      token: async () => new Secret('token-1'),
      invalidate: async (token: Secret) => void events.push(`invalid ${token.reveal()}`),
      ...options.credentials,
    } as unknown as Credentials,
    lane: {
      enter: async (...args: unknown[]) => {
        events.push(`lane ${JSON.stringify(args)}`);
        return () => undefined;
      },
      pause: (ms: number) => void events.push(`pause ${ms}`),
      ...options.lane,
    } as unknown as Lane,
    account: 'account' in options ? options.account : { number: '50000000', product: '01' },
    clock,
    random,
    log: { debug: note, info: note, warn: note, error: note },
    redactor: createRedactor([new Secret('canary')]),
    dispatcher,
    hashkey,
    onDrift: (drift) => drifts.push(drift),
  });
  return { http, clock, received, events, drifts, logged, close };
}
