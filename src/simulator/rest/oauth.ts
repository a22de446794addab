import { createHash } from 'node:crypto';
import { inKorea } from '../../clock.ts';
import type { VenueClock } from '../market/hours.ts';
import { type Random, randomText } from '../market/random.ts';
import { gatewayTexts, type KisText } from './texts.ts';

interface Token {
  readonly appKey: string;
  readonly appSecret: string;
  readonly text: string;
  readonly issuedAt: number;
}

const tokenSeconds = 86_400;
const sameTokenMs = 6 * 3_600_000;
const onceEveryMs = 60_000;
/** The shortest text that is taken for a key or secret. */
const shortestCredential = 8;

/** An answer of the OAuth paths. */
export type OauthAnswer =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly refusal: KisText };

type Body = Readonly<Record<string, unknown>>;

/** Access tokens and approval keys, for any app key and secret of plausible form. */
export class Oauth {
  readonly #clock: VenueClock;
  readonly #random: Random;
  readonly #tokens = new Map<string, Token>();
  /** Each app key's newest token, and when it was last handed out. */
  readonly #latest = new Map<string, { readonly token: Token; readonly handedAt: number }>();
  readonly #approvals = new Map<string, { readonly appKey: string; readonly issuedAt: number }>();

  constructor(clock: VenueClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Issues a token. KIS refuses a request within a minute of the last one, and after that gives the same token again
   * for six hours.
   */
  issueToken(body: Body): OauthAnswer {
    const credentials = readCredentials(body, 'appsecret');
    if ('refusal' in credentials) return { ok: false, refusal: credentials.refusal };
    const now = this.#clock.now();
    const last = this.#latest.get(credentials.appKey);
    const wait = last === undefined ? 0 : last.handedAt + onceEveryMs - now;
    if (wait > 0 && wait <= onceEveryMs) return { ok: false, refusal: gatewayTexts.tokenTooSoon };
    const reusable = last !== undefined && now - last.token.issuedAt < sameTokenMs && this.#tokens.has(last.token.text);
    const token = reusable ? last.token : this.#newToken(credentials, now);
    this.#latest.set(credentials.appKey, { token, handedAt: now });
    const expiresAt = token.issuedAt + tokenSeconds * 1000;
    return {
      ok: true,
      body: {
        access_token: token.text,
        access_token_token_expired: inKorea(expiresAt).toFormat('yyyy-MM-dd HH:mm:ss'),
        token_type: 'Bearer',
        expires_in: Math.max(0, Math.floor((expiresAt - now) / 1000)),
      },
    };
  }

  revokeToken(body: Body): OauthAnswer {
    const credentials = readCredentials(body, 'appsecret');
    if ('refusal' in credentials) return { ok: false, refusal: credentials.refusal };
    if (!this.#tokens.delete(String(body['token'] ?? ''))) return { ok: false, refusal: gatewayTexts.tokenUnknown };
    return { ok: true, body: { code: 200, message: '접근토큰 폐기에 성공하였습니다' } };
  }

  issueApproval(body: Body): OauthAnswer {
    const credentials = readCredentials(body, 'secretkey');
    if ('refusal' in credentials) return { ok: false, refusal: credentials.refusal };
    const part = (length: number): string => randomText(this.#random, length, '0123456789abcdef');
    const key = `${part(8)}-${part(4)}-4${part(3)}-a${part(3)}-${part(12)}`;
    this.#approvals.set(key, { appKey: credentials.appKey, issuedAt: this.#clock.now() });
    return { ok: true, body: { approval_key: key } };
  }

  /** The app key an approval key belongs to; undefined for one that is unknown or a day old. */
  appKeyOf(approvalKey: string): string | undefined {
    const approval = this.#approvals.get(approvalKey);
    if (approval === undefined) return undefined;
    return this.#clock.now() - approval.issuedAt < tokenSeconds * 1000 ? approval.appKey : undefined;
  }

  /** No approval key issued so far is known any more; new ones can be had at once. */
  revokeApprovals(): void {
    this.#approvals.clear();
  }

  /** Why a request with these headers is refused; undefined when it may pass. */
  check(headers: {
    readonly authorization: string | undefined;
    readonly appkey: string | undefined;
    readonly appsecret: string | undefined;
  }): KisText | undefined {
    if (!headers.appkey) return gatewayTexts.appKeyMissing;
    if (!headers.appsecret) return gatewayTexts.appSecretMissing;
    if (!headers.authorization) return gatewayTexts.tokenMissing;
    if (!headers.authorization.startsWith('Bearer ')) return gatewayTexts.notBearer;
    const token = this.#tokens.get(headers.authorization.slice('Bearer '.length).trim());
    if (token === undefined || token.appKey !== headers.appkey) return gatewayTexts.tokenUnknown;
    if (token.appSecret !== headers.appsecret) return gatewayTexts.customerKey;
    if (this.#clock.now() - token.issuedAt >= tokenSeconds * 1000) return gatewayTexts.tokenExpired;
    return undefined;
  }

  /** Ends the token of a request, as if it had been issued long ago: a new one can be had at once. */
  age(authorization: string | undefined, state: 'unknown' | 'expired'): void {
    const text = (authorization ?? '').replace(/^Bearer /, '').trim();
    const token = this.#tokens.get(text);
    if (token === undefined) return;
    const aged = { ...token, issuedAt: this.#clock.now() - tokenSeconds * 1000 };
    if (state === 'expired') this.#tokens.set(text, aged);
    else this.#tokens.delete(text);
    this.#latest.set(token.appKey, { token: aged, handedAt: aged.issuedAt });
  }

  #newToken({ appKey, appSecret }: { readonly appKey: string; readonly appSecret: string }, now: number): Token {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const seconds = Math.floor(now / 1000);
    // Clients read only `jti` of it, which is the app key.
    const head = encode({ typ: 'JWT', alg: 'HS512' });
    const claims = encode({
      sub: 'token',
      aud: randomText(this.#random, 16, '0123456789abcdef'),
      iss: 'unogw',
      exp: seconds + tokenSeconds,
      iat: seconds,
      jti: appKey,
    });
    const signature = createHash('sha512').update(`${head}.${claims}`).digest('base64url');
    const token = { appKey, appSecret, text: `${head}.${claims}.${signature}`, issuedAt: now };
    this.#tokens.set(token.text, token);
    return token;
  }
}

function readCredentials(
  body: Body,
  secretField: 'appsecret' | 'secretkey',
): { readonly appKey: string; readonly appSecret: string } | { readonly refusal: KisText } {
  const text = (name: string): string => (typeof body[name] === 'string' ? body[name].trim() : '');
  // A request to revokeP has a token and no grant type.
  if (body['token'] === undefined) {
    if (text('grant_type') === '') return { refusal: gatewayTexts.grantMissing };
    if (text('grant_type') !== 'client_credentials') return { refusal: gatewayTexts.grant };
  }
  const appKey = text('appkey');
  const appSecret = text(secretField);
  if (appKey === '') return { refusal: gatewayTexts.appKeyMissing };
  if (appKey.length < shortestCredential) return { refusal: gatewayTexts.appKey };
  if (appSecret === '') return { refusal: gatewayTexts.appSecretMissing };
  if (appSecret.length < shortestCredential) return { refusal: gatewayTexts.appSecret };
  return { appKey, appSecret };
}
