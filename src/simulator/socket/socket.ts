import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { inKorea } from '../../clock.ts';
import { type ChannelName, channels } from '../../kis/endpoints/channels.ts';
import { encrypt, type FrameCipher, serialiseData } from '../../kis/wire/frames.ts';
import type { FaultConditions } from '../control/faults.ts';
import type { SimulatorState } from '../control/state.ts';
import { InMemoryConnections, listenOnLoopback } from '../loopback.ts';
import type { VenueClock } from '../market/hours.ts';
import { type Random, randomText } from '../market/random.ts';
import { type BusinessRefusal, socketTexts } from '../rest/texts.ts';

/** The settings of the socket, and what it asks other parts. */
export interface SocketHost {
  readonly kind: 'live' | 'paper';
  readonly clock: VenueClock;
  readonly random: Random;
  readonly htsId: string;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  appKeyOf(approvalKey: string): string | undefined;
  isSymbol(symbol: string): boolean;
  /** What goes wrong with all sockets now. */
  troubles(): FaultConditions['sockets'];
  /** What becomes of the next frame with data; undefined where it arrives whole. */
  drawFrameFault(): keyof FaultConditions['frames'] | undefined;
  log(event: string, fields: Record<string, unknown>): void;
}

interface Session {
  readonly socket: WebSocket;
  /** Undefined until the first registration. */
  appKey: string | undefined;
  /** By `trId|trKey`. */
  readonly registrations: Map<string, { readonly trId: string; readonly trKey: string }>;
  readonly ciphers: Map<string, FrameCipher>;
  /** How long PINGPONGs have gone unanswered. */
  unansweredMs: number;
  /** Nothing passes either way, and nobody was told so. */
  halfOpen: boolean;
  cancelPing: () => void;
}

const maxRegistrations = 41;

/** KIS's WebSocket host: sessions, registrations, PINGPONG and pushes. */
export class SocketServer {
  readonly #host: SocketHost;
  readonly #http: Server = createServer((_request, response) => response.writeHead(426).end());
  readonly #handed = new InMemoryConnections(this.#http);
  // KIS is not known to answer pings of the protocol, so the simulator does not either.
  readonly #upgrader = new WebSocketServer({ noServer: true, autoPong: false });
  readonly #sessions = new Set<Session>();
  #opened = 0;

  constructor(host: SocketHost) {
    this.#host = host;
    this.#http.on('upgrade', (request, stream, head) => {
      if (host.troubles().refuse) {
        stream.destroy();
        return;
      }
      this.#upgrader.handleUpgrade(request, stream, head, (socket) => this.#open(socket));
    });
  }

  listen(port: number): Promise<number> {
    return listenOnLoopback(this.#http, port);
  }

  /** Takes a connection that did not come through a port. */
  accept(stream: Duplex): void {
    this.#handed.accept(stream);
  }

  async stop(): Promise<void> {
    this.dropAll();
    await this.#handed.close();
  }

  /** Breaks every connection without a close frame. */
  dropAll(): void {
    for (const session of this.#sessions) this.#end(session);
  }

  /** Lets nothing pass on the open connections any more, either way, without ending them. */
  halfOpenAll(): void {
    for (const session of this.#sessions) session.halfOpen = true;
  }

  counts(): SimulatorState['sockets'] {
    const topics = [...this.#sessions].flatMap(({ registrations }) => [...registrations.keys()]);
    return { open: this.#sessions.size, registrations: topics.length, topics, opened: this.#opened };
  }

  /** Keys that anyone is registered for on a channel. */
  keys(name: ChannelName): ReadonlySet<string> {
    const trId = channels[name].tr[this.#host.kind];
    const keys = new Set<string>();
    for (const session of this.#sessions) {
      for (const registration of session.registrations.values()) {
        if (registration.trId === trId) keys.add(registration.trKey);
      }
    }
    return keys;
  }

  /** Sends records to everyone registered for them, in one frame each. */
  push(name: ChannelName, key: string, records: readonly string[]): void {
    const trId = channels[name].tr[this.#host.kind];
    if (trId === null) return;
    const { encrypted } = channels[name];
    for (const session of this.#sessions) {
      if (!session.registrations.has(`${trId}|${key}`)) continue;
      const plain = records.join('^');
      const payload = encrypted ? encrypt(plain, this.#cipher(session, trId)) : plain;
      this.#send(session, this.#damaged(serialiseData({ encrypted, trId, count: records.length, payload })));
    }
  }

  #open(socket: WebSocket): void {
    this.#opened += 1;
    const session: Session = {
      socket,
      appKey: undefined,
      registrations: new Map(),
      ciphers: new Map(),
      unansweredMs: 0,
      halfOpen: false,
      cancelPing: () => undefined,
    };
    this.#sessions.add(session);
    this.#schedulePing(session);
    const alive = (): void => this.#hearAnswer(session);
    socket.on('pong', alive);
    socket.on('ping', alive);
    socket.on('message', (data) => {
      if (!session.halfOpen) this.#receive(session, String(data));
    });
    socket.on('close', () => {
      if (!session.halfOpen) this.#end(session);
    });
    // A connection that is reset closes right after, so nothing more is to be done.
    socket.on('error', (error) => this.#host.log('socket error', { error: error.message }));
  }

  #end(session: Session): void {
    session.cancelPing();
    this.#sessions.delete(session);
    session.socket.terminate();
  }

  #hearAnswer(session: Session): void {
    if (!session.halfOpen && this.#host.troubles().pingPong !== 'unheard') session.unansweredMs = 0;
  }

  #schedulePing(session: Session): void {
    session.cancelPing();
    session.cancelPing = this.#host.clock.timer(this.#host.pingIntervalMs, () => {
      if (session.unansweredMs >= this.#host.pingTimeoutMs) {
        this.#host.log('socket silent', {});
        // The client of a half-open socket does not hear of this end either.
        if (session.halfOpen) this.#sessions.delete(session);
        else this.#end(session);
        return;
      }
      if (this.#host.troubles().pingPong === 'withheld') {
        this.#schedulePing(session);
        return;
      }
      session.unansweredMs += this.#host.pingIntervalMs;
      const datetime = inKorea(this.#host.clock.now()).toFormat('yyyyMMddHHmmss');
      this.#send(session, JSON.stringify({ header: { tr_id: 'PINGPONG', datetime } }));
      this.#schedulePing(session);
    });
  }

  #send(session: Session, text: string | Uint8Array): void {
    if (this.#host.troubles().silent || session.halfOpen || session.socket.readyState !== WebSocket.OPEN) return;
    session.socket.send(text, { binary: false });
  }

  /** What arrives of a frame with data: all of it, unless a fault is set for it. */
  #damaged(frame: string): string | Uint8Array {
    switch (this.#host.drawFrameFault()) {
      case 'cut':
        return frame.slice(0, frame.length / 2);
      case 'garbage':
        return randomText(this.#host.random, frame.length, '0|^{"\\}가 abc');
      case 'brokenBytes':
        return Uint8Array.of(0xff, 0xfe, 0xc0, 0xc1);
      case undefined:
        return frame;
    }
  }

  #receive(session: Session, raw: string): void {
    const message = readMessage(raw);
    if (message === undefined) {
      this.#answer(session, socketTexts.notJson);
      return;
    }
    if (textOf(message.header, 'tr_id') === 'PINGPONG') {
      this.#hearAnswer(session);
      // A message of the client puts the next PINGPONG off.
      this.#schedulePing(session);
      return;
    }
    if (message.header === undefined) this.#answer(session, socketTexts.headerMissing);
    else if (message.body === undefined) this.#answer(session, socketTexts.bodyMissing);
    else if (message.input === undefined) this.#answer(session, socketTexts.inputMissing);
    else if (this.#admit(session, message.header)) this.#register(session, message.header, message.input);
  }

  /** Whether the session may go on: a known approval key, and no other session of the same app key. */
  #admit(session: Session, header: Json): boolean {
    const approvalKey = textOf(header, 'approval_key');
    if (approvalKey === '') {
      this.#answer(session, socketTexts.approvalMissing);
      return false;
    }
    const appKey = this.#host.appKeyOf(approvalKey);
    if (appKey === undefined) {
      this.#refuse(session, socketTexts.approval);
      return false;
    }
    const taken = [...this.#sessions].some((other) => other !== session && other.appKey === appKey);
    if (taken) {
      this.#refuse(session, socketTexts.inUse);
      return false;
    }
    session.appKey = appKey;
    return true;
  }

  #register(session: Session, header: Json, input: Json): void {
    const trId = textOf(input, 'tr_id');
    const trKey = textOf(input, 'tr_key');
    const type = textOf(header, 'tr_type');
    const problem = this.#problem(textOf(header, 'custtype'), type, trId, trKey);
    if (problem !== undefined) {
      this.#answer(session, problem, problem === socketTexts.htsId ? undefined : { trId, trKey });
      return;
    }
    const id = `${trId}|${trKey}`;
    const known = session.registrations.has(id);
    if (type === '2') {
      session.registrations.delete(id);
      this.#answer(session, known ? socketTexts.unsubscribed : socketTexts.notFound, { trId, trKey });
    } else if (known) this.#answer(session, socketTexts.already, { trId, trKey });
    else if (session.registrations.size >= maxRegistrations) this.#answer(session, socketTexts.full, { trId, trKey });
    else {
      this.#answer(session, socketTexts.subscribed, { trId, trKey }, this.#cipher(session, trId));
      session.registrations.set(id, { trId, trKey });
    }
  }

  #problem(customerType: string, type: string, trId: string, trKey: string): BusinessRefusal | undefined {
    if (customerType === '') return socketTexts.customerTypeMissing;
    if (customerType !== 'P' && customerType !== 'B') return socketTexts.customerType;
    if (type !== '1' && type !== '2') return socketTexts.trType;
    if (trKey === '') return socketTexts.trKeyMissing;
    const channel = Object.values(channels).find((row) => row.tr[this.#host.kind] === trId);
    if (channel === undefined) return socketTexts.trId;
    if (channel.key === 'symbol') return this.#host.isSymbol(trKey) ? undefined : socketTexts.trKey;
    if (channel.key === 'index') return /^\d{4}$/.test(trKey) ? undefined : socketTexts.trKey;
    return trKey === this.#host.htsId ? undefined : socketTexts.htsId;
  }

  /** Every answer to a registration names a key pair, whether its data is encrypted or not. */
  #cipher(session: Session, trId: string): FrameCipher {
    const known = session.ciphers.get(trId);
    if (known !== undefined) return known;
    const cipher = {
      iv: randomText(this.#host.random, 16, '0123456789abcdef'),
      key: randomText(this.#host.random, 32, 'abcdefghijklmnopqrstuvwxyz'),
    };
    session.ciphers.set(trId, cipher);
    return cipher;
  }

  #answer(
    session: Session,
    text: BusinessRefusal,
    about?: { readonly trId: string; readonly trKey: string },
    cipher?: FrameCipher,
  ): void {
    const encrypted = Object.values(channels).some((row) => row.encrypted && row.tr[this.#host.kind] === about?.trId);
    this.#send(session, JSON.stringify(answerFrame(text, about && { ...about, encrypted }, cipher)));
  }

  /** Sends the reason and breaks the connection without a close frame, as KIS does. */
  #refuse(session: Session, text: BusinessRefusal): void {
    session.cancelPing();
    this.#sessions.delete(session);
    session.socket.send(JSON.stringify(answerFrame(text)), () => session.socket.terminate());
  }
}

/** An answer to a registration; where there is nothing to name, KIS writes `(null)`. */
function answerFrame(
  text: BusinessRefusal,
  about?: { readonly trId: string; readonly trKey: string; readonly encrypted: boolean },
  cipher?: FrameCipher,
): unknown {
  return {
    header: {
      tr_id: about?.trId ?? '(null)',
      tr_key: about?.trKey ?? '',
      encrypt: about?.encrypted ? 'Y' : 'N',
    },
    body: {
      rt_cd: text.rtCd,
      msg_cd: text.code,
      msg1: text.text,
      ...(cipher === undefined ? {} : { output: { iv: cipher.iv, key: cipher.key } }),
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

function record(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function textOf(json: Json | undefined, name: string): string {
  const value = json?.[name];
  return typeof value === 'string' ? value.trim() : '';
}

function readMessage(
  raw: string,
):
  | { readonly header: Json | undefined; readonly body: Json | undefined; readonly input: Json | undefined }
  | undefined {
  try {
    const message = record(JSON.parse(raw));
    const body = record(message?.['body']);
    return { header: record(message?.['header']), body, input: record(body?.['input']) };
  } catch {
    return undefined;
  }
}
