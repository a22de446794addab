import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Hook } from './chat/channel.ts';
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';
import type { Log } from './log.ts';

/** What a platform posts is a few kilobytes. */
const longestBody = 256 * 1_024;
/** Longer than this nobody takes to send it. */
const longestRequestMs = 10_000;
/** Platforms and proxies keep a few. Each takes a descriptor that the way to KIS may need. */
const mostConnections = 200;
/** A connection that is still open so long after the stop is cut. */
const stopMs = 2_000;

/** What `/health` tells; seen by whoever reaches the port, so nothing of it is secret. */
export interface HealthAnswer {
  readonly ok: boolean;
  readonly venue: string;
  readonly version: string;
  /** Why it is not ok: `store.full`. */
  readonly reason?: string;
}

/** What `/ready` tells; as open as `/health`. */
export interface ReadyAnswer {
  readonly ready: boolean;
  /** Why it is not: `starting`, `store.full`. */
  readonly reasons: readonly string[];
}

export interface HttpServerOptions {
  /** 0 for any that is free. */
  readonly port: number;
  readonly health: () => Promise<HealthAnswer>;
  /** Whether this process can take work. Absent, there is no `/ready`. */
  readonly ready?: () => Promise<ReadyAnswer>;
  /** Figures as text, with their content type. Absent, there is no `/metrics`. */
  readonly metrics?: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly hooks: readonly Hook[];
  readonly clock: Clock;
  readonly log: Log;
  /** How long a request may take to come in, by the machine's clock. */
  readonly requestMs?: number;
}

export interface HttpServer {
  readonly port: number;
  /** Takes nothing more; resolves when what was being answered is answered. */
  stop(): Promise<void>;
}

/** How a request is answered. */
interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: { readonly type: string; readonly text: string };
  readonly allow?: string;
}

/**
 * Serves `GET /health`, `/ready`, `/metrics` and what platforms post, on all interfaces: in a container nothing else can be reached. Whoever
 * posts has to prove to the hook who they are. @throws AppError `http.cannot-listen`.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { clock, log, requestMs = longestRequestMs } = options;
  // How long requests take is looked at by the machine's clock, as often as is said here and no more.
  const server = createServer({ connectionsCheckingInterval: requestMs / 2 }, (request, response) => {
    void answer(request, options)
      .catch((error: unknown): Answer => {
        log.error('request not answered', { error });
        return { status: 500 };
      })
      .then((given) => reply(response, given));
  });
  server.requestTimeout = requestMs;
  server.headersTimeout = requestMs;
  server.maxConnections = mostConnections;
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  log.info('http server listens', { port });
  return {
    port,
    async stop() {
      const cancel = clock.timer(stopMs, () => server.closeAllConnections());
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      cancel();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(new AppError('http.cannot-listen', { port }, { cause })));
    server.listen(port, resolve);
  });
}

async function answer(request: IncomingMessage, { hooks, ...pages }: HttpServerOptions): Promise<Answer> {
  const [path = ''] = (request.url ?? '').split('?');
  const hook = hooks.find((candidate) => candidate.path === path);
  if (hook !== undefined) return post(request, hook);
  const page = pageAt(path, pages);
  if (page === undefined) return { status: 404 };
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, allow: 'GET, HEAD' };
  return page();
}

type Pages = Pick<HttpServerOptions, 'health' | 'ready' | 'metrics'>;

function pageAt(path: string, { health, ready, metrics }: Pages): (() => Promise<Answer>) | undefined {
  const statusOf = (fine: boolean): number => (fine ? 200 : 503);
  if (path === '/health') {
    return async () => {
      const json = await health();
      return { status: statusOf(json.ok), json };
    };
  }
  if (path === '/ready' && ready !== undefined) {
    return async () => {
      const json = await ready();
      return { status: statusOf(json.ready), json };
    };
  }
  return path === '/metrics' && metrics !== undefined
    ? async () => ({ status: 200, text: await metrics() })
    : undefined;
}

async function post(request: IncomingMessage, hook: Hook): Promise<Answer> {
  if (request.method !== 'POST') return { status: 405, allow: 'POST' };
  if (!hook.admits(request.headers)) return { status: 401 };
  const text = await read(request);
  if (text === undefined) return { status: 413 };
  const body = parse(text);
  return { status: body === undefined ? 400 : hook.take(body) };
}

/** Undefined where there is too much of it. */
async function read(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > longestBody) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // Taken by events, because leaving a loop over the stream would cut the connection before the answer.
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > longestBody) resolve(undefined);
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    // Whoever hangs up hears no answer.
    request.once('error', () => resolve(undefined));
    request.once('close', () => resolve(undefined));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reply(response: ServerResponse, { status, json, text, allow }: Answer): void {
  if (response.destroyed) return;
  if (allow !== undefined) response.setHeader('allow', allow);
  const body = json === undefined ? text : { type: 'application/json', text: JSON.stringify(json) };
  if (body !== undefined) response.setHeader('content-type', body.type);
  response.writeHead(status);
  response.end(body?.text);
}
