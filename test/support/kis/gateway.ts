import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Call = 'token' | 'order' | 'read';

/**
 * What stands between the bot and the simulator's REST side: notes the secrets that are issued, and turns calls away in
 * words that repeat all they were sent, as no gateway should.
 */
export class Gateway {
  /** Which calls are turned away so. */
  repeats: Call | undefined;
  /** How many were. */
  repeated = 0;
  readonly issued: { accessToken: string; approvalKeys: string[] } = { accessToken: '', approvalKeys: [] };
  readonly #target: string;
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response).catch(() => response.destroy());
  });

  constructor(target: string) {
    this.#target = target;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (callOf(method, url) === this.repeats) {
      this.repeated += 1;
      const { authorization, appkey, appsecret } = request.headers;
      const sent = JSON.stringify({ url, authorization, appkey, appsecret, body: body.toString() });
      const text = `${sent} ${encodeURIComponent(sent)} ${Buffer.from(sent).toString('base64')}`;
      // Codes that nothing is known of: what KIS says with those is shown as it is.
      const refusal = this.repeats === 'token' ? { error_code: 'EGW00999', error_description: text } : { msg1: text };
      response.writeHead(this.repeats === 'token' ? 403 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ rt_cd: '7', msg_cd: 'APBK9999', ...refusal }));
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers)
        .filter(([name]) => !['host', 'connection', 'content-length'].includes(name))
        .map(([name, value]) => [name, String(value)]),
    );
    const answer = await fetch(`${this.#target}${url}`, { method, headers, ...(method === 'POST' ? { body } : {}) });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (url.startsWith('/oauth2/')) this.#note(JSON.parse(bytes.toString()) as Readonly<Record<string, unknown>>);
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'application/json',
      tr_cont: answer.headers.get('tr_cont') ?? '',
    });
    response.end(bytes);
  }

  #note({ access_token: token, approval_key: approval }: Readonly<Record<string, unknown>>): void {
    if (typeof token === 'string') this.issued.accessToken = token;
    if (typeof approval === 'string') this.issued.approvalKeys.push(approval);
  }
}

function callOf(method: string, url: string): Call {
  if (url.startsWith('/oauth2/')) return 'token';
  return method === 'POST' ? 'order' : 'read';
}
