import { createVerify, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Clock } from '../../src/clock.ts';

/** A tab as Google keeps it: cells outside of its size cannot be written. */
interface Tab {
  readonly id: number;
  readonly title: string;
  rowCount: number;
  columnCount: number;
  cells: unknown[][];
}

const size = z.object({ rowCount: z.number().int().positive(), columnCount: z.number().int().positive() });
const change = z.strictObject({
  requests: z.array(
    z.union([
      z.strictObject({
        addSheet: z.strictObject({ properties: z.strictObject({ title: z.string(), gridProperties: size }) }),
      }),
      z.strictObject({
        updateSheetProperties: z.strictObject({
          properties: z.strictObject({ sheetId: z.number(), gridProperties: size }),
          fields: z.literal('gridProperties(rowCount,columnCount)'),
        }),
      }),
    ]),
  ),
});
const cellValues = z.array(z.array(z.union([z.string(), z.number()])));
const values = z.strictObject({ majorDimension: z.literal('ROWS'), values: cellValues });

/** What Google says in refusing. */
export interface Refusal {
  readonly status: number;
  readonly on: 'token' | 'sheets';
  readonly reason?: string;
}

/** Made once: finding two primes takes longer than most tests. */
let keys: { readonly privateKey: string; readonly publicKey: string } | undefined;

/** Google's token endpoint and Sheets API on this machine: one service account, one spreadsheet, made-up keys. */
export class GoogleStandIn {
  readonly email = 'hoga@project.iam.gserviceaccount.com';
  readonly spreadsheetId = '1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789';
  readonly accessToken = 'ya29.canary-access-token-0123456789';
  readonly privateKey: string;
  readonly tabs: Tab[] = [{ id: 0, title: '내 메모', rowCount: 5, columnCount: 2, cells: [['건드리지', '마세요']] }];
  /** What was asked that Google would not take. */
  readonly violations: string[] = [];
  readonly requests: string[] = [];
  refusal: Refusal | undefined;
  readonly #clock: Clock;
  readonly #publicKey: string;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(clock: Clock) {
    this.#clock = clock;
    keys ??= generateKeyPairSync('rsa', {
      modulusLength: 2_048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    this.privateKey = keys.privateKey;
    this.#publicKey = keys.publicKey;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get root(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The file that Google gives out for a service account. */
  keyFile(): string {
    const { email, privateKey } = this;
    return JSON.stringify({ type: 'service_account', client_email: email, private_key: privateKey });
  }

  tab(title: string): Tab | undefined {
    return this.tabs.find((tab) => tab.title === title);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? '', this.root);
    const path = decodeURIComponent(url.pathname);
    this.requests.push(`${request.method} ${path}`);
    const { status, body } = this.#answer(request, url, path, Buffer.concat(chunks).toString());
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #answer(request: IncomingMessage, url: URL, path: string, text: string) {
    const on = path === '/token' ? 'token' : 'sheets';
    if (this.refusal?.on === on) return failure(this.refusal.status, this.refusal.reason);
    if (on === 'token') return this.#grant(new URLSearchParams(text));
    if (request.headers.authorization !== `Bearer ${this.accessToken}`) return failure(401);
    const own = `/v4/spreadsheets/${this.spreadsheetId}`;
    if (!path.startsWith(own)) return failure(404);
    const rest = path.slice(own.length);
    if (request.method === 'GET' && rest === '') {
      const sheets = this.tabs.map(({ id, title }) => ({ properties: { sheetId: id, title } }));
      return { status: 200, body: { sheets } };
    }
    if (request.method === 'POST' && rest === ':batchUpdate') return this.#change(JSON.parse(text));
    if (request.method === 'PUT' && rest.startsWith('/values/')) {
      if (url.searchParams.get('valueInputOption') !== 'RAW') this.violations.push('values that are not RAW');
      return this.#put(rest.slice('/values/'.length), JSON.parse(text));
    }
    return this.#refuse(`${request.method} ${path}`);
  }

  /** Judges the assertion as RFC 7523 and Google's pages have it. */
  #grant(form: URLSearchParams) {
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const isSigned = createVerify('RSA-SHA256')
      .update(`${head}.${claims}`)
      .verify(this.#publicKey, Buffer.from(signature, 'base64url'));
    const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
    const { iss, scope, aud, iat, exp } = decoded(claims);
    const now = this.#clock.now() / 1_000;
    const wrong = [
      [form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'grant_type'],
      [decoded(head)['alg'] === 'RS256', 'alg'],
      [isSigned, 'signature'],
      [iss === this.email, 'iss'],
      [scope === 'https://www.googleapis.com/auth/spreadsheets', 'scope'],
      [aud === 'https://oauth2.googleapis.com/token', 'aud'],
      [Math.abs(Number(iat) - now) < 60, 'iat'],
      [Number(exp) - Number(iat) <= 3_600 && Number(exp) > now, 'exp'],
    ].flatMap(([holds, name]) => (holds === true ? [] : [name]));
    if (wrong.length > 0) return this.#refuse(`assertion: ${wrong.join(', ')}`);
    return { status: 200, body: { access_token: this.accessToken, expires_in: 3_599, token_type: 'Bearer' } };
  }

  #change(body: unknown) {
    const parsed = change.safeParse(body);
    if (!parsed.success) return this.#refuse(parsed.error.message);
    const replies = parsed.data.requests.map((request) => {
      if ('addSheet' in request) {
        const { title, gridProperties } = request.addSheet.properties;
        if (this.tab(title) !== undefined) this.violations.push(`a second tab ${title}`);
        const id = 1_000 + this.tabs.length;
        this.tabs.push({ id, title, ...gridProperties, cells: [] });
        return { addSheet: { properties: { sheetId: id, title } } };
      }
      const { sheetId, gridProperties } = request.updateSheetProperties.properties;
      const tab = this.tabs.find(({ id }) => id === sheetId);
      if (tab === undefined) this.violations.push(`no tab ${sheetId}`);
      else {
        Object.assign(tab, gridProperties);
        tab.cells = tab.cells.slice(0, tab.rowCount).map((row) => row.slice(0, tab.columnCount));
      }
      return {};
    });
    return { status: 200, body: { replies } };
  }

  #put(range: string, body: unknown) {
    const title = /^'((?:[^']|'')+)'!A1$/.exec(range)?.[1]?.replaceAll("''", "'");
    const tab = this.tab(title ?? '');
    const parsed = values.safeParse(body);
    if (tab === undefined || !parsed.success) return this.#refuse(`values ${range}`);
    for (const [row, cells] of parsed.data.values.entries()) {
      if (row >= tab.rowCount || cells.length > tab.columnCount) return this.#refuse(`beyond the grid of ${range}`);
      tab.cells[row] = [...cells];
    }
    return { status: 200, body: { updatedRows: parsed.data.values.length } };
  }

  #refuse(what: string) {
    this.violations.push(what);
    return failure(400);
  }
}

function failure(status: number, reason?: string) {
  const details = reason === undefined ? [] : [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }];
  return { status, body: { error: { code: status, message: 'refused', status: 'REFUSED', details } } };
}
