import { createHash } from 'node:crypto';
import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { type Clock, fromKoreanDateTime } from '../../clock.ts';
import type { AppError, ErrorContext } from '../../errors.ts';
import type { Log, Redactor } from '../../log.ts';
import type { TokenRevocation } from '../../ports/broker.ts';
import type { Cache } from '../../ports/cache.ts';
import { Secret } from '../../secret.ts';
import { authCalls } from '../endpoints/auth.ts';
import type { Environment } from './environment.ts';
import {
  failedServer,
  KisError,
  neverConnected,
  parseObject,
  readRefusal,
  refusalKind,
  type VenueRefusal,
} from './error.ts';
import { type KisErrorKind, tokenCodes, tokenTooSoonCode } from './venue-codes.ts';

/** What KIS issued to a customer for one environment. */
export interface AppKey {
  readonly appKey: Secret;
  readonly appSecret: Secret;
}

/** Tells whether this process is the one that is issued tokens of the key, as `KeyPlace` does. */
interface IssuingPlace {
  readonly isHere: boolean;
  requireHere(): void;
  notOurs(): AppError;
}

const storedToken = z.object({ token: z.string(), expiresAt: z.number(), issuedAt: z.number() });

interface Token {
  readonly token: Secret;
  readonly expiresAt: number;
  readonly issuedAt: number;
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
  /** `2026-11-22 09:00:00` in Korea. */
  access_token_token_expired: z.string().optional(),
});
const approvalAnswer = z.object({ approval_key: z.string().min(1) });

/** Kinds of refusals that do not mean that the key is wrong. */
const passingKinds: ReadonlySet<KisErrorKind> = new Set(['throttled', 'unreachable', 'token-wait']);
/** KIS issues a token at most once a minute. One second more, because KIS counts by its own clock. */
const issueGapMs = 61_000;
const earlyMs = 50;
/**
 * How long before its end a token is renewed. A token lasts a day, and KIS gives the same one again for its first six
 * hours.
 */
const renewBeforeMs = 60 * 60_000;

/**
 * Keeps the access token and gets the approval keys of one app key. However many callers ask, one request is made. The
 * token is kept across restarts, by host and key, renewed an hour before its end, and issued at most once a minute.
 */
export class Credentials {
  readonly #environment: Environment;
  readonly #key: AppKey;
  readonly #cache: Cache;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #redactor: Redactor;
  readonly #dispatcher: Dispatcher;
  readonly #timeoutMs: number;
  /** How the settings of this key begin. */
  readonly settings: string;
  readonly #cacheKey: string;
  readonly #place: IssuingPlace | undefined;
  #current: Token | undefined;
  #lastIssueAt: number | undefined;
  /** Why the last token request failed. It is thrown again while no other request may be made. */
  #lastFailure: KisError | undefined;
  #inFlight: Promise<Secret> | undefined;
  /** Until when somebody waits to ask for a token, in milliseconds. */
  #waitingUntil: number | undefined;
  /** Aborted when the process ends, which ends the waits for a token. */
  readonly #ended = new AbortController();

  constructor(options: {
    readonly environment: Environment;
    readonly key: AppKey;
    readonly cache: Cache;
    readonly clock: Clock;
    readonly log: Log;
    /** Is told every token and key, so that none is logged. */
    readonly redactor: Redactor;
    readonly dispatcher: Dispatcher;
    readonly timeoutMs?: number;
    /** The beginning of the names of the settings that hold this key, for the person who must correct them. */
    readonly settings?: string;
    /** Which process is issued tokens and approval keys. Absent: this one. */
    readonly place?: IssuingPlace;
  }) {
    this.#environment = options.environment;
    this.#key = options.key;
    this.#cache = options.cache;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#redactor = options.redactor;
    this.#dispatcher = options.dispatcher;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.settings = options.settings ?? 'KIS';
    this.#place = options.place;
    const keyId = createHash('sha256').update(options.key.appKey.reveal()).digest('hex').slice(0, 16);
    this.#cacheKey = `token:${options.environment.name}:${new URL(options.environment.restUrl).host}:${keyId}`;
  }

  /** The headers that name the caller on every data call. */
  get identity(): { readonly appkey: string; readonly appsecret: string } {
    return { appkey: this.#key.appKey.reveal(), appsecret: this.#key.appSecret.reveal() };
  }

  /**
   * A token that is valid for a while yet.
   * @throws KisError `unauthorised` (the key is wrong), `token-wait` (asked too soon; `waitSeconds` says how long to
   * wait), or `unreachable`; AppError `cluster.not-ours` where none is at hand and another process is issued them.
   */
  token(): Promise<Secret> {
    const current = this.#current;
    if (current !== undefined && current.expiresAt - this.#clock.now() > renewBeforeMs) {
      return Promise.resolve(current.token);
    }
    this.#inFlight ??= this.#renew().finally(() => {
      this.#inFlight = undefined;
    });
    return this.#inFlight;
  }

  /**
   * Resolves when KIS issues tokens again, which takes a minute at most, or when the process ends.
   * @throws the signal's reason when it is aborted first.
   */
  async untilIssuable(signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const until = Math.max(now, this.#issuableAt ?? now);
    this.#waitingUntil = until;
    try {
      const ended = this.#ended.signal;
      // A timer may fire a millisecond too early.
      await this.#clock.sleep(until - now + earlyMs, signal === undefined ? ended : AbortSignal.any([ended, signal]));
    } catch (error) {
      if (signal?.aborted) throw error;
    } finally {
      if (this.#waitingUntil === until) this.#waitingUntil = undefined;
    }
  }

  /** Until when somebody waits for a token, in milliseconds; undefined while nobody does. */
  get waitingUntil(): number | undefined {
    return this.#waitingUntil;
  }

  /** To be called when the process ends: ends every wait for a token. */
  endWaits(): void {
    this.#ended.abort();
  }

  /** Forgets a token that KIS refused, unless a newer one has taken its place. */
  async invalidate(token: Secret): Promise<void> {
    if (this.#current?.token.equals(token)) this.#current = undefined;
    const stored = await this.#load();
    if (stored?.token.equals(token)) await this.#cache.delete(this.#cacheKey);
  }

  /**
   * Gives the token back to KIS (revokeP), after which nobody can use it. It never throws; the result says what
   * happened.
   */
  async revoke(): Promise<TokenRevocation> {
    const { settings } = this;
    if (this.#place?.isHere === false) {
      return { settings, outcome: 'failed', failure: this.#place.notOurs(), waitSeconds: 0 };
    }
    await this.#inFlight?.catch(() => undefined);
    const current = this.#current;
    const stored = await this.#load();
    // Another process with the same key may have been issued a newer token.
    const newer = current !== undefined && stored?.token.equals(current.token) ? undefined : stored;
    const held = [current, newer].filter((token) => token !== undefined);
    if (held.length === 0) return { settings, outcome: 'none', waitSeconds: 0 };
    try {
      for (const { token, issuedAt } of held) {
        await this.#giveBack(token);
        this.#lastIssueAt = Math.max(this.#lastIssueAt ?? issuedAt, issuedAt);
        await this.invalidate(token);
      }
    } catch (error) {
      this.#log.warn('token not revoked', { environment: this.#environment.name, error });
      const unknown = error instanceof KisError && error.kind === 'unreachable' && !neverConnected(error);
      return { settings, outcome: unknown ? 'unknown' : 'failed', failure: error, waitSeconds: 0 };
    }
    this.#log.info('token revoked', { environment: this.#environment.name });
    const waitMs = (this.#issuableAt ?? 0) - this.#clock.now();
    return { settings, outcome: 'revoked', waitSeconds: Math.max(0, Math.ceil(waitMs / 1_000)) };
  }

  async #giveBack(token: Secret): Promise<void> {
    try {
      await this.#post(authCalls.revoke.path, {
        appkey: this.#key.appKey.reveal(),
        appsecret: this.#key.appSecret.reveal(),
        token: token.reveal(),
      });
    } catch (error) {
      // KIS does not know the token any more, which is what revoking it is for.
      if (!(error instanceof KisError) || !tokenCodes.has(error.venueCode)) throw error;
    }
  }

  /** A key for opening one socket. @throws as `token` does. */
  async approvalKey(): Promise<Secret> {
    this.#place?.requireHere();
    const body = await this.#post(authCalls.approval.path, {
      grant_type: 'client_credentials',
      appkey: this.#key.appKey.reveal(),
      // The app secret. This API alone calls it `secretkey`.
      secretkey: this.#key.appSecret.reveal(),
    });
    return this.#learnt(this.#read(approvalAnswer, body, 'Approval').approval_key);
  }

  /** When the token in use was issued and ends, for `/status`. */
  status(): { readonly issuedAt: number; readonly expiresAt: number } | undefined {
    return this.#current && { issuedAt: this.#current.issuedAt, expiresAt: this.#current.expiresAt };
  }

  async #renew(): Promise<Secret> {
    const stored = await this.#load();
    if (stored !== undefined && stored.expiresAt - this.#clock.now() > renewBeforeMs) {
      this.#current = stored;
      return stored.token;
    }
    // Two processes that ask for a token of one key within a minute are both refused.
    this.#place?.requireHere();
    this.#lastIssueAt ??= stored?.issuedAt;
    const now = this.#clock.now();
    if (this.#issuableAt !== undefined && this.#issuableAt > now) throw this.#lastFailure ?? this.#tooSoon();
    const body = await this.#requestToken(now);
    const answer = this.#read(tokenAnswer, body, 'tokenP');
    // Within six hours KIS gives the same token again, so only its end date tells how old it is.
    const named = fromKoreanDateTime(answer.access_token_token_expired ?? '');
    const lasting = now + answer.expires_in * 1_000;
    const expiresAt = Number.isNaN(named) ? lasting : Math.min(named, lasting);
    const issued: Token = { token: this.#learnt(answer.access_token), issuedAt: now, expiresAt };
    this.#current = issued;
    await this.#cache
      .set(this.#cacheKey, { ...issued, token: answer.access_token }, expiresAt - now)
      // The token can be used even so. After a restart another one is requested.
      .catch((error: unknown) => this.#log.warn('token not kept', { error }));
    this.#log.info('token issued', { environment: this.#environment.name, expiresAt: issued.expiresAt });
    return issued.token;
  }

  async #requestToken(now: number): Promise<unknown> {
    try {
      const body = await this.#post(authCalls.token.path, {
        grant_type: 'client_credentials',
        appkey: this.#key.appKey.reveal(),
        appsecret: this.#key.appSecret.reveal(),
      });
      this.#lastIssueAt = now;
      this.#lastFailure = undefined;
      return body;
    } catch (error) {
      // A request that never reached KIS cannot count as the one a minute. Any other failed request may.
      if (!(error instanceof KisError) || neverConnected(error)) throw error;
      // KIS does not say when another program asked for a token. A minute from now is late enough.
      this.#lastIssueAt = now;
      const tooSoon = error.kind === 'token-wait';
      this.#lastFailure = tooSoon ? undefined : error;
      throw tooSoon ? this.#tooSoon() : error;
    }
  }

  get #issuableAt(): number | undefined {
    return this.#lastIssueAt === undefined ? undefined : this.#lastIssueAt + issueGapMs;
  }

  #tooSoon(): KisError {
    const waitMs = (this.#issuableAt ?? 0) - this.#clock.now();
    const waitSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
    return new KisError('token-wait', { code: tokenTooSoonCode, text: '' }, { waitSeconds });
  }

  async #load(): Promise<Token | undefined> {
    const parsed = storedToken.safeParse(await this.#cache.get(this.#cacheKey));
    return parsed.success ? { ...parsed.data, token: this.#learnt(parsed.data.token) } : undefined;
  }

  /**
   * The error for a refused key: the owner must correct something, whatever the code, unless the refusal is of a kind
   * that passes.
   */
  #refused(refusal: VenueRefusal, context: ErrorContext): KisError {
    const kind = refusalKind(refusal, 'read');
    const waitSeconds = kind === 'token-wait' ? Math.ceil(issueGapMs / 1_000) : undefined;
    // KIS has answered an empty or a wrong key with this code, which is documented as a server error.
    const passes = passingKinds.has(kind) && refusal.code !== 'EGW00002';
    return new KisError(passes ? kind : 'unauthorised', refusal, { ...context, waitSeconds });
  }

  #learnt(text: string): Secret {
    const secret = new Secret(text);
    this.#redactor.learn(secret);
    return secret;
  }

  #read<T>(schema: z.ZodType<T>, body: unknown, where: string): T {
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw new KisError('malformed', { code: '', text: '' }, { where });
    return parsed.data;
  }

  async #post(path: string, body: Readonly<Record<string, string>>): Promise<unknown> {
    const abort = new AbortController();
    const cancel = this.#clock.timer(this.#timeoutMs, () => abort.abort());
    try {
      const response = await request(`${this.#environment.restUrl}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', accept: 'application/json' },
        body: JSON.stringify(body),
        dispatcher: this.#dispatcher,
        signal: abort.signal,
      });
      const { statusCode: status } = response;
      const answer = parseObject(await response.body.text());
      const refusal = readRefusal(answer, this.#redactor);
      if (refusal !== undefined) throw this.#refused(refusal, { path, status, settings: this.settings });
      // Answers of the OAuth paths carry no `rt_cd`. An answer that does is of a server that failed.
      if (status !== 200 || answer === undefined || 'rt_cd' in answer) throw failedServer(status, { path });
      return answer;
    } catch (error) {
      if (error instanceof KisError) throw error;
      throw new KisError('unreachable', { code: '', text: '' }, { path }, error);
    } finally {
      cancel();
    }
  }
}
