import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Redactor } from '../log.ts';
import type { SheetWriter } from '../ports/sheets.ts';
import { Secret } from '../secret.ts';

/** The service account that writes, and the spreadsheet that it writes to. */
export interface SheetAccess {
  readonly spreadsheetId: string;
  readonly email: string;
  readonly privateKey: Secret;
  /** The address of a stand-in for Google's hosts, for tests. */
  readonly apiRoot: string | undefined;
}

const sheetsHost = 'https://sheets.googleapis.com';
const tokenUrl = 'https://oauth2.googleapis.com/token';
const scope = 'https://www.googleapis.com/auth/spreadsheets';
/** How long an assertion is valid: the longest time that Google allows. */
const assertionSeconds = 3_600;
/** A token is renewed so long before its end, because it might end on the way. */
const spareMs = 60_000;
const timeoutMs = 20_000;

const tokenShape = z.object({ access_token: z.string(), expires_in: z.number() });
const tabsShape = z.object({
  sheets: z.array(z.object({ properties: z.object({ sheetId: z.number(), title: z.string() }) })).default([]),
});
const addedShape = z.object({
  replies: z.array(z.object({ addSheet: z.object({ properties: z.object({ sheetId: z.number() }) }).optional() })),
});
const failureShape = z.object({
  error: z.object({ details: z.array(z.object({ reason: z.string().optional() })).default([]) }),
});

/** Writes to Google Sheets as a service account. The owner of the sheet shares it with the address of that account. */
export class GoogleSheets implements SheetWriter {
  readonly #access: SheetAccess;
  readonly #clock: Clock;
  readonly #redactor: Redactor;
  #token: { readonly secret: Secret; readonly until: number } | undefined;

  constructor(access: SheetAccess, { clock, redactor }: { readonly clock: Clock; readonly redactor: Redactor }) {
    this.#access = access;
    this.#clock = clock;
    this.#redactor = redactor;
  }

  async write(tab: string, rows: readonly (readonly (string | number)[])[]): Promise<{ readonly url: string }> {
    const { spreadsheetId } = this.#access;
    const size = { rowCount: rows.length, columnCount: Math.max(1, ...rows.map((row) => row.length)) };
    const { sheets } = tabsShape.parse(await this.#call('GET', '?fields=sheets.properties(sheetId,title)'));
    const there = sheets.find(({ properties }) => properties.title === tab)?.properties.sheetId;
    const change =
      there === undefined
        ? { addSheet: { properties: { title: tab, gridProperties: size } } }
        : {
            // The sheet is cut to the size of the new rows, so that nothing old is left around them.
            updateSheetProperties: {
              properties: { sheetId: there, gridProperties: size },
              fields: 'gridProperties(rowCount,columnCount)',
            },
          };
    const changed = addedShape.parse(await this.#call('POST', ':batchUpdate', { requests: [change] }));
    const range = encodeURIComponent(`'${tab.replaceAll("'", "''")}'!A1`);
    // With RAW a text that begins with = stays a text.
    await this.#call('PUT', `/values/${range}?valueInputOption=RAW`, { majorDimension: 'ROWS', values: rows });
    const id = there ?? changed.replies[0]?.addSheet?.properties.sheetId ?? 0;
    return { url: `https://docs.google.com/spreadsheets/d/${spreadsheetId}/edit#gid=${id}` };
  }

  async #call(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<unknown> {
    const { spreadsheetId, apiRoot, email } = this.#access;
    const token = await this.#accessToken();
    const { status, json } = await this.#fetch(`${apiRoot ?? sheetsHost}/v4/spreadsheets/${spreadsheetId}${path}`, {
      method,
      headers: { authorization: `Bearer ${token.reveal()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (status === 200) return json;
    if (status === 401) this.#token = undefined;
    throw refusal(status, json, email);
  }

  async #accessToken(): Promise<Secret> {
    const now = this.#clock.now();
    if (this.#token !== undefined && this.#token.until > now) return this.#token.secret;
    const { email, apiRoot, privateKey } = this.#access;
    this.#redactor.learn(privateKey);
    const { status, json } = await this.#fetch(apiRoot === undefined ? tokenUrl : `${apiRoot}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: await this.#assertion(now),
      }).toString(),
    });
    // Google answers 400 and not 401 to a key that it does not know.
    if (status !== 200) throw refusal(status === 400 ? 401 : status, json, email);
    const granted = tokenShape.parse(json);
    const secret = new Secret(granted.access_token);
    this.#redactor.learn(secret);
    this.#token = { secret, until: now + granted.expires_in * 1_000 - spareMs };
    return secret;
  }

  /** The assertion that identifies the account, signed with its key. */
  async #assertion(now: number): Promise<string> {
    const { email, privateKey } = this.#access;
    const seconds = Math.floor(now / 1_000);
    // Loaded only where something is written to a sheet.
    const { importPKCS8, SignJWT } = await import('jose');
    const key = await importPKCS8(privateKey.reveal(), 'RS256').catch((cause: unknown) => {
      throw new AppError('sheets.unauthorised', {}, { cause });
    });
    return new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(email)
      .setAudience(tokenUrl)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + assertionSeconds)
      .sign(key);
  }

  async #fetch(url: string, init: RequestInit): Promise<{ readonly status: number; readonly json: unknown }> {
    const ended = new AbortController();
    const cancel = this.#clock.timer(timeoutMs, () => ended.abort());
    try {
      // Google redirects nobody. A redirect is an error, so that no other host is sent the token or the request for
      // one.
      const response = await fetch(url, { ...init, redirect: 'error', signal: ended.signal });
      return { status: response.status, json: await response.json().catch(() => undefined) };
    } catch (cause) {
      throw new AppError('sheets.unreachable', {}, { cause });
    } finally {
      cancel();
    }
  }
}

/** The error that a status means for the person who set the sheet up. */
function refusal(status: number, json: unknown, email: string): AppError {
  if (status === 401) return new AppError('sheets.unauthorised');
  if (status === 404) return new AppError('sheets.not-found');
  if (status === 429) return new AppError('sheets.throttled');
  if (status !== 403) return new AppError('sheets.unreachable', { status });
  const said = failureShape.safeParse(json);
  const isOff = said.success && said.data.error.details.some(({ reason }) => reason === 'SERVICE_DISABLED');
  return new AppError(isOff ? 'sheets.api-off' : 'sheets.not-shared', { email });
}
