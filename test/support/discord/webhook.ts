import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readForm } from '../multipart.ts';
import { judgeRequest } from './contract.ts';

/** A message as it stands in a webhook's channel. */
export interface PostedMessage {
  readonly id: string;
  /** The webhook by which it came. */
  readonly webhook: string;
  text: string;
  /** The names of its pictures. */
  readonly files: readonly string[];
  edits: number;
}

/** Discord's end of webhooks on loopback: takes messages and edits, and judges them by Discord's specification. */
export class WebhookStandIn {
  readonly messages: PostedMessage[] = [];
  readonly violations: string[] = [];
  readonly #server: Server;
  /** Refusals that the next requests meet. */
  readonly refusals: { readonly status: number; readonly retryAfter?: number }[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '' } = request;
        if (request.headers.authorization !== undefined) this.violations.push('a webhook is its own authorisation');
        const posted = Buffer.concat(chunks);
        const type = request.headers['content-type'] ?? '';
        const form = type.startsWith('multipart/') ? readForm(posted, type) : undefined;
        const text = form === undefined ? posted.toString() : (form.fields['payload_json'] ?? '');
        const files = [...(form?.files.values() ?? [])].map(({ name }) => name);
        const { status, body } = this.#answer(method, url, text === '' ? {} : JSON.parse(text), files);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The URL of a webhook, as its setting holds it. */
  url(webhook: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/webhooks/${webhook}/token-of-${webhook}`;
  }

  /** The texts in a webhook's channel, as they stand there now. */
  texts(webhook: string): readonly string[] {
    return this.messages.filter((message) => message.webhook === webhook).map(({ text }) => text);
  }

  #answer(
    method: string,
    url: string,
    body: WebhookBody,
    files: readonly string[],
  ): { readonly status: number; readonly body: object } {
    const [, webhook = '', token, edited] = /\/webhooks\/(\d+)\/([^/?]+)(?:\/messages\/(\d+))?/.exec(url) ?? [];
    if (token !== `token-of-${webhook}`) return { status: 404, body: { message: 'Unknown Webhook', code: 10015 } };
    const refusal = this.refusals.shift();
    if (refusal !== undefined) {
      const { status, retryAfter } = refusal;
      return { status, body: { message: 'no', code: 0, retry_after: retryAfter, global: false } };
    }
    if (method === 'GET') return { status: 200, body: { id: webhook, name: `Hoga ${webhook}` } };
    const text = body.embeds?.[0]?.description ?? '';
    if (method === 'PATCH') {
      const message = this.messages.find(({ id }) => id === edited);
      if (message === undefined) return { status: 404, body: { message: 'Unknown Message', code: 10008 } };
      message.text = text;
      message.edits += 1;
      return { status: 200, body: { id: message.id } };
    }
    this.violations.push(...judgeRequest('FollowUp', body));
    const message = { id: String(1_000 + this.messages.length), webhook, text, files, edits: 0 };
    this.messages.push(message);
    return { status: 200, body: { id: message.id } };
  }
}

interface WebhookBody {
  readonly embeds?: readonly { readonly description?: string }[];
}
