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
  /** A data frame came `at`, in milliseconds; it is decrypted. */
  onData(frame: DataFrame, at: number): void;
  /** A frame came that could not be read, so some of what KIS sent is missing. */
  onLost(): void;
  /** The socket is connected and every registration has its answer. */
  onReady(): void;
  /** The socket is connected again after an interruption, and all registrations were made again. */
  onResumed(): void;
  /** KIS refused the connection, because another session has the only place of the app key. */
  onInUse(): void;
}

export interface SocketTimings {
  /** How long KIS may be silent before the connection counts as dead. KIS pings every 10 s. */
  readonly idleMs: number;
  readonly connectMs: number;
  /** How long a registration may go unanswered. */
  readonly answerMs: number;
  readonly firstBackoffMs: number;
  readonly longestBackoffMs: number;
  /**
   * How long to wait after OPSP8996. The place of the app key may stay taken, and connecting again quickly keeps it so.
   */
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
/** Hoga's own code for a registration that KIS did not answer in time. */
export const noAnswerCode = 'no-answer';
/** KIS does not take the approval key (any more). Only a new connection with a new key helps. */
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
  /** Registrations that were sent on this connection. */
  readonly asked: Set<string>;
  ended: boolean;
  ready: boolean;
  cancelWatchdog: () => void;
  openedAt: number;
  /** When anything came last, in milliseconds. */
  heardAt: number;
}

const id = ({ trId, trKey }: Registration): string => `${trId}:${trKey}`;

/**
 * Keeps one WebSocket session with KIS and the wanted registrations on it. A registration is sent after the answer to
 * the one before. A lost connection is opened again with growing pauses, because KIS blocks keys that connect again and
 * again.
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
  /**
   * In the order in which they were asked for. Execution notices are first, so that after an interruption they are back
   * first.
   */
  readonly #wanted = new Map<string, Registration>();
  /** The registrations that KIS refused on the current connection, with its code. */
  readonly #refused = new Map<string, string>();
  #connection: Connection | undefined;
  #state: 'stopped' | 'connecting' | 'connected' | 'waiting' = 'stopped';
  #failures = 0;
  #everReady = false;
  #lastMessageAt: number | undefined;
  #reason: string | undefined;
  #cancelRetry: () => void = () => undefined;
  /** The registration under way; the next one waits for it. */
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
    /** Makes the connection in place of the network. */
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
    // After a clean close KIS frees the only place of the key at once.
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

  /** The code with which KIS refused this registration; undefined when it stands, or waits for a connection. */
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
      // KIS would refuse a key that is asked for too soon, so the next try waits that long.
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
      heardAt: clock.now(),
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
      socket.on('message', (data) => this.#receive(connection, data as Buffer));
    });
    if (!opened || connection.ended) return;
    connection.heardAt = clock.now();
    this.#watch(connection, timings.idleMs);
    this.#refused.clear();
    // Registrations that are added during this loop are at the end of the map, so it reaches them too.
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

  /**
   * Sends one registration message and waits for its answer. Returns the code of a refusal; undefined when KIS
   * accepted.
   */
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

  #receive(connection: Connection, raw: Buffer): void {
    if (connection.ended) return;
    const at = this.#options.clock.now();
    this.#lastMessageAt = at;
    connection.heardAt = at;
    let frame: ReturnType<typeof parseFrame>;
    try {
      frame = parseFrame(raw);
    } catch (error) {
      this.#options.log.warn('socket message unreadable', { error });
      // It may have been the frame of a fill, or of a price that somebody waits for.
      this.#options.handlers.onLost();
      return;
    }
    if (frame.kind === 'ping') this.#answerPing(connection, frame.raw);
    else if (frame.kind === 'control') this.#receiveControl(connection, frame);
    else this.#receiveData(connection, frame, at);
  }

  /** Clients that send the same text back stay connected for weeks. Most of KIS's samples send a pong frame. */
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

  #receiveData(connection: Connection, frame: DataFrame, at: number): void {
    if (!frame.encrypted) {
      this.#options.handlers.onData(frame, at);
      return;
    }
    const cipher = connection.ciphers.get(frame.trId);
    try {
      if (cipher === undefined) throw new AppError('venue.malformed', { where: 'socket', problem: 'no key' });
      const payload = decrypt(frame.payload, cipher);
      this.#options.handlers.onData({ ...frame, encrypted: false, payload }, at);
    } catch (error) {
      this.#options.log.error('encrypted message lost', { trId: frame.trId, error });
      this.#options.handlers.onLost();
    }
  }

  /**
   * Ends a connection on which nothing has come for so long. A message only notes when it came: thousands come in a
   * second, and a timer for each would cost more than reading it.
   */
  #watch(connection: Connection, afterMs: number): void {
    const { clock, timings } = this.#options;
    connection.cancelWatchdog = clock.timer(afterMs, () => {
      const leftMs = connection.heardAt + timings.idleMs - clock.now();
      if (leftMs <= 0) this.#end(connection, 'idle');
      // Where the clock was set back, the silence counts from now on.
      else this.#watch(connection, Math.min(leftMs, timings.idleMs));
    });
  }

  #stopped(): boolean {
    return this.#state === 'stopped';
  }

  /** Ends a connection. Every connection ends here, with a reason. */
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
