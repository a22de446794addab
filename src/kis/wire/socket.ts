import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Secret } from '../../secret.ts';
import { type ControlFrame, type DataFrame, decrypt, type FrameCipher, parseFrame } from './frames.ts';
import { asSocket } from './transports.ts';

/** One topic and what it is about: `H0STCNT0` of `005930`. */
export interface Registration {
  readonly trId: string;
  readonly trKey: string;
}

export interface SocketHandlers {
  /** A data frame, already decrypted. */
  onData(frame: DataFrame): void;
  /** A frame of this topic came that cannot be read: something was told and not heard. */
  onLost(trId: string): void;
  /** Connected, and all registrations are answered. */
  onReady(): void;
  /** Connected again, with all registrations back. */
  onResumed(): void;
  /** Turned away, because another session has the app key's only place. */
  onInUse(): void;
}

export interface SocketTimings {
  /** KIS pings every 10 s; silence of this long means the connection is dead. */
  readonly idleMs: number;
  readonly connectMs: number;
  /** How long a registration may go unanswered. */
  readonly answerMs: number;
  readonly firstBackoffMs: number;
  readonly longestBackoffMs: number;
  /** After OPSP8996 the slot of the app key may stay taken; coming back quickly keeps it so. */
  readonly inUseBackoffMs: number;
}

export const defaultSocketTimings: SocketTimings = {
  idleMs: 35_000,
  connectMs: 10_000,
  answerMs: 5_000,
  firstBackoffMs: 2_000,
  longestBackoffMs: 60_000,
  inUseBackoffMs: 30_000,
};

const okCodes: ReadonlySet<string> = new Set(['OPSP0000', 'OPSP0001', 'OPSP0002', 'OPSP0003']);
const inUseCode = 'OPSP8996';
/** Our own word for a registration that was not answered in time. */
export const noAnswerCode = 'no-answer';
/** The approval key is spent or not known: only a new connection with a new key helps. */
const approvalCodes: ReadonlySet<string> = new Set(['OPSP0010', 'OPSP0011']);

interface Pending {
  readonly registration: Registration;
  readonly settle: (answer: ControlFrame | AppError) => void;
}

/** One connection from opening to its end; a new one is made for every attempt. */
interface Connection {
  readonly socket: WebSocket;
  readonly approvalKey: Secret;
  readonly ciphers: Map<string, FrameCipher>;
  pending: Pending | undefined;
  /** Registrations that were sent on it. */
  readonly asked: Set<string>;
  ended: boolean;
  ready: boolean;
  cancelWatchdog: () => void;
  openedAt: number;
}

const id = ({ trId, trKey }: Registration): string => `${trId}:${trKey}`;

/**
 * Keeps one WebSocket session with KIS and the registrations that are wanted on it. Registrations are sent one after
 * the other, each after the answer to the one before; a lost connection is opened again with growing pauses, because
 * KIS blocks keys that come and go.
 */
export class KisSocket {
  readonly #options: {
    readonly url: string;
    readonly approvalKey: () => Promise<Secret>;
    readonly clock: Clock;
    readonly random: () => number;
    readonly log: Log;
    readonly handlers: SocketHandlers;
    readonly pong: 'echo' | 'frame';
    readonly timings: SocketTimings;
    readonly connect: (() => Duplex) | undefined;
  };
  /** In the order wanted; fill notices are registered first and so come back first. */
  readonly #wanted = new Map<string, Registration>();
  /** Those KIS turned down on the current connection, with its code. */
  readonly #refused = new Map<string, string>();
  #connection: Connection | undefined;
  #state: 'stopped' | 'connecting' | 'connected' | 'waiting' = 'stopped';
  #failures = 0;
  #everReady = false;
  #lastMessageAt: number | undefined;
  #reason: string | undefined;
  #cancelRetry: () => void = () => undefined;
  /** Registrations go one at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly url: string;
    readonly approvalKey: () => Promise<Secret>;
    readonly clock: Clock;
    readonly random: () => number;
    readonly log: Log;
    readonly handlers: SocketHandlers;
    readonly pong?: 'echo' | 'frame' | undefined;
    readonly timings?: SocketTimings | undefined;
    /** In the network's place. */
    readonly connect?: (() => Duplex) | undefined;
  }) {
    const { pong = 'echo', timings = defaultSocketTimings, connect } = options;
    this.#options = { ...options, pong, timings, connect };
  }

  /** Opens the session; resolves when its registrations are acknowledged or the first attempt has failed. */
  async start(registrations: readonly Registration[]): Promise<void> {
    for (const registration of registrations) this.#wanted.set(id(registration), registration);
    await this.#connect();
  }

  /** Ends the session for good. */
  async stop(): Promise<void> {
    this.#cancelRetry();
    this.#state = 'stopped';
    const connection = this.#connection;
    if (connection === undefined) return;
    // A clean close frees the key's only slot at KIS at once.
    const closed = new Promise<void>((resolve) => connection.socket.once('close', () => resolve()));
    this.#end(connection, 'stopped');
    await Promise.race([closed, this.#options.clock.sleep(1_000)]);
  }

  /** Registers a topic, now or as soon as there is a connection. @throws AppError `feed.refused` with KIS's code. */
  async register(registration: Registration): Promise<void> {
    this.#wanted.set(id(registration), registration);
    const connection = this.#connection;
    if (connection?.ready !== true) return;
    connection.asked.add(id(registration));
    const refused = await this.#exchange(connection, registration, '1');
    if (refused !== undefined) {
      this.#wanted.delete(id(registration));
      throw refused;
    }
  }

  async unregister(registration: Registration): Promise<void> {
    if (!this.#wanted.delete(id(registration))) return;
    const connection = this.#connection;
    if (connection?.asked.delete(id(registration))) await this.#exchange(connection, registration, '2');
  }

  /** KIS's code when it turned this registration down; undefined when it stands, or waits for a connection. */
  refusal(registration: Registration): string | undefined {
    return this.#refused.get(id(registration));
  }

  status(): {
    readonly state: 'stopped' | 'connecting' | 'connected' | 'waiting';
    readonly connectedAt: number | undefined;
    readonly lastMessageAt: number | undefined;
    readonly registrations: number;
    readonly reason: string | undefined;
  } {
    return {
      state: this.#state,
      connectedAt: this.#connection?.ready === true ? this.#connection.openedAt : undefined,
      lastMessageAt: this.#lastMessageAt,
      registrations: this.#wanted.size,
      reason: this.#reason,
    };
  }

  async #connect(): Promise<void> {
    const { clock, log, approvalKey, timings, connect } = this.#options;
    this.#state = 'connecting';
    let key: Secret;
    try {
      key = await approvalKey();
    } catch (error) {
      log.warn('approval key refused', { error });
      const refused = error instanceof AppError ? error : new AppError('approval-key');
      // Asked for again before its time, it would be refused again.
      this.#retry(refused.code, Number(refused.context['waitSeconds'] ?? 0) * 1_000);
      return;
    }
    if (this.#stopped()) return;
    const socket = new WebSocket(this.#options.url, {
      handshakeTimeout: timings.connectMs,
      perMessageDeflate: false,
      ...(connect === undefined ? {} : { createConnection: () => asSocket(connect()) }),
    });
    const connection: Connection = {
      socket,
      approvalKey: key,
      ciphers: new Map(),
      pending: undefined,
      asked: new Set(),
      ended: false,
      ready: false,
      cancelWatchdog: () => undefined,
      openedAt: clock.now(),
    };
    this.#connection = connection;
    const opened = await new Promise<boolean>((resolve) => {
      socket.once('open', () => resolve(true));
      socket.on('error', (error) => {
        log.warn('socket error', { error });
        this.#end(connection, 'error');
        resolve(false);
      });
      socket.once('close', (code) => {
        this.#end(connection, `closed-${code}`);
        resolve(false);
      });
      socket.on('message', (data) => this.#receive(connection, String(data)));
    });
    if (!opened || connection.ended) return;
    this.#feedWatchdog(connection);
    this.#refused.clear();
    // What comes to be wanted meanwhile is at the end of it.
    for (const registration of this.#wanted.values()) {
      connection.asked.add(id(registration));
      const refused = await this.#exchange(connection, registration, '1');
      if (connection.ended) return;
      if (refused === undefined) continue;
      const code = String(refused.context['code']);
      this.#refused.set(id(registration), code);
      log.error('registration refused', { ...registration, error: refused });
      if (approvalCodes.has(code)) {
        this.#end(connection, 'approval');
        return;
      }
    }
    connection.ready = true;
    connection.openedAt = clock.now();
    this.#state = 'connected';
    this.#reason = undefined;
    log.info('socket ready', { registrations: this.#wanted.size });
    this.#options.handlers.onReady();
    if (this.#everReady) this.#options.handlers.onResumed();
    this.#everReady = true;
  }

  /** Sends one registration message and waits for its answer; what comes back is the refusal, if it was one. */
  #exchange(connection: Connection, registration: Registration, trType: '1' | '2'): Promise<AppError | undefined> {
    const result = this.#turn.then(async () => {
      if (connection.ended) return new AppError('feed.refused', { code: 'disconnected' });
      const answer = await new Promise<ControlFrame | AppError>((resolve) => {
        const cancel = this.#options.clock.timer(this.#options.timings.answerMs, () =>
          settle(new AppError('feed.refused', { code: noAnswerCode })),
        );
        const settle = (value: ControlFrame | AppError): void => {
          cancel();
          connection.pending = undefined;
          resolve(value);
        };
        connection.pending = { registration, settle };
        connection.socket.send(
          JSON.stringify({
            header: {
              approval_key: connection.approvalKey.reveal(),
              custtype: 'P',
              tr_type: trType,
              'content-type': 'utf-8',
            },
            body: { input: { tr_id: registration.trId, tr_key: registration.trKey } },
          }),
        );
      });
      if (answer instanceof AppError) return answer;
      if (answer.ok || okCodes.has(answer.code)) return undefined;
      return new AppError('feed.refused', { code: answer.code, text: answer.text });
    });
    this.#turn = result;
    return result;
  }

  #receive(connection: Connection, raw: string): void {
    if (connection.ended) return;
    this.#lastMessageAt = this.#options.clock.now();
    this.#feedWatchdog(connection);
    let frame: ReturnType<typeof parseFrame>;
    try {
      frame = parseFrame(raw);
    } catch (error) {
      this.#options.log.warn('socket message unreadable', { error });
      return;
    }
    if (frame.kind === 'ping') this.#answerPing(connection, frame.raw);
    else if (frame.kind === 'control') this.#receiveControl(connection, frame);
    else this.#receiveData(connection, frame);
  }

  /** The same text back is what keeps clients connected for weeks; a pong frame is what most of KIS's samples send. */
  #answerPing(connection: Connection, raw: string): void {
    if (this.#options.pong === 'echo') connection.socket.send(raw);
    else connection.socket.pong(raw);
  }

  #receiveControl(connection: Connection, frame: ControlFrame): void {
    if (frame.cipher !== undefined) connection.ciphers.set(frame.trId, frame.cipher);
    const { pending } = connection;
    if (frame.code === inUseCode) {
      this.#end(connection, 'in-use');
      this.#options.handlers.onInUse();
    } else if (pending !== undefined && (frame.trId === pending.registration.trId || frame.trId === '(null)')) {
      pending.settle(frame);
    } else if (!frame.ok) {
      this.#options.log.warn('socket complaint', { code: frame.code, text: frame.text });
    }
  }

  #receiveData(connection: Connection, frame: DataFrame): void {
    if (!frame.encrypted) {
      this.#options.handlers.onData(frame);
      return;
    }
    const cipher = connection.ciphers.get(frame.trId);
    try {
      if (cipher === undefined) throw new AppError('venue.malformed', { where: 'socket', problem: 'no key' });
      const payload = decrypt(frame.payload, cipher);
      this.#options.handlers.onData({ ...frame, encrypted: false, payload });
    } catch (error) {
      this.#options.log.error('encrypted message lost', { trId: frame.trId, error });
      this.#options.handlers.onLost(frame.trId);
    }
  }

  #feedWatchdog(connection: Connection): void {
    connection.cancelWatchdog();
    connection.cancelWatchdog = this.#options.clock.timer(this.#options.timings.idleMs, () =>
      this.#end(connection, 'idle'),
    );
  }

  #stopped(): boolean {
    return this.#state === 'stopped';
  }

  /** The one door out of a connection. */
  #end(connection: Connection, reason: string): void {
    if (connection.ended) return;
    connection.ended = true;
    connection.cancelWatchdog();
    connection.pending?.settle(new AppError('feed.refused', { code: 'disconnected' }));
    if (reason === 'idle' || reason === 'error') connection.socket.terminate();
    else connection.socket.close();
    if (this.#connection === connection) this.#connection = undefined;
    if (this.#stopped()) return;
    const { clock, log, timings } = this.#options;
    const lastedMs = connection.ready ? clock.now() - connection.openedAt : 0;
    if (lastedMs > timings.longestBackoffMs) this.#failures = 0;
    log.warn('socket ended', { reason, lastedMs });
    this.#retry(reason, reason === 'in-use' ? timings.inUseBackoffMs : 0);
  }

  #retry(reason: string, atLeastMs: number): void {
    const { clock, random, timings } = this.#options;
    this.#state = 'waiting';
    this.#reason = reason;
    const backoffMs = Math.min(timings.longestBackoffMs, timings.firstBackoffMs * 2 ** this.#failures);
    this.#failures += 1;
    const delayMs = Math.max(atLeastMs, backoffMs) * (0.75 + random() / 2);
    this.#cancelRetry = clock.timer(delayMs, () => void this.#connect());
  }
}
