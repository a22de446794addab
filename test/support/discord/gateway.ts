import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { judgeEvent } from './contract.ts';
import { applicationId, botJson, type Json, snowflake } from './payloads.ts';

interface Session {
  readonly id: string;
  readonly told: { readonly t: string; readonly s: number; readonly d: unknown }[];
}

const judged: Readonly<Record<string, Parameters<typeof judgeEvent>[0]>> = {
  INTERACTION_CREATE: 'APIInteraction',
  MESSAGE_CREATE: 'GatewayMessageCreateDispatchData',
  READY: 'GatewayReadyDispatchData',
};

/** Discord's gateway on loopback: a session outlives its connection, and tells after a RESUME what was missed. */
export class GatewayStandIn {
  readonly violations: string[] = [];
  /** What clients sent, by opcode. */
  readonly received: { readonly op: number; readonly d: unknown }[] = [];
  heartbeatMs = 41_250;
  /** Closes whoever identifies: 4004, 4014. */
  refusesWith: number | undefined;
  /** Answers no heartbeat. */
  deaf = false;
  readonly #token: string;
  readonly #now: () => number;
  readonly #server: WebSocketServer;
  readonly #url: () => string;
  #session: Session | undefined;
  #socket: WebSocket | undefined;
  #resumable = true;

  constructor(options: {
    readonly http: Server;
    readonly token: string;
    readonly now: () => number;
    readonly url: () => string;
  }) {
    this.#token = options.token;
    this.#now = options.now;
    this.#url = options.url;
    this.#server = new WebSocketServer({ server: options.http });
    this.#server.on('connection', (socket) => this.#greet(socket));
  }

  get connected(): boolean {
    return this.#socket !== undefined;
  }

  count(op: number): number {
    return this.received.filter((payload) => payload.op === op).length;
  }

  /** Tells an event, now or after the session was taken up again. Without a session nobody is told. */
  tell(t: string, d: unknown): void {
    const type = judged[t];
    if (type !== undefined) this.violations.push(...judgeEvent(type, d));
    const session = this.#session;
    if (session === undefined) return;
    const payload = { t, s: session.told.length + 1, d };
    session.told.push(payload);
    this.#send(this.#socket, { op: 0, ...payload });
  }

  /** The connection breaks, without a word. */
  cut(): void {
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  /** Discord asks to come back over another connection. */
  askToReconnect(): void {
    this.#send(this.#socket, { op: 7, d: null });
  }

  /** The session is over; whether it may be taken up all the same. */
  invalidate(resumable: boolean): void {
    if (!resumable) this.#session = undefined;
    this.#send(this.#socket, { op: 9, d: resumable });
  }

  /** From now on sessions cannot be taken up. */
  forget(): void {
    this.#resumable = false;
  }

  /** Tells the last event once more, as it was. */
  repeatLast(): void {
    const last = this.#session?.told.at(-1);
    if (last !== undefined) this.#send(this.#socket, { op: 0, ...last });
  }

  close(code: number): void {
    this.#socket?.close(code);
    this.#socket = undefined;
  }

  stop(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #greet(socket: WebSocket): void {
    this.#send(socket, { op: 10, d: { heartbeat_interval: this.heartbeatMs } });
    socket.on('message', (data) => this.#hear(socket, JSON.parse(String(data))));
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
  }

  #hear(socket: WebSocket, payload: { readonly op: number; readonly d: unknown }): void {
    this.received.push(payload);
    const d = payload.d as Readonly<Record<string, unknown>>;
    if (payload.op === 1 && !this.deaf) this.#send(socket, { op: 11 });
    if (payload.op === 2) this.#identify(socket, d);
    if (payload.op === 6) this.#resume(socket, d);
  }

  #identify(socket: WebSocket, { token }: Json): void {
    const code = token === this.#token ? this.refusesWith : 4004;
    if (code !== undefined) {
      socket.close(code);
      return;
    }
    this.#socket = socket;
    this.#session = { id: snowflake(this.#now()), told: [] };
    this.tell('READY', {
      v: 10,
      user: { ...botJson, verified: true, mfa_enabled: true, flags: 0, email: null, bot: true },
      guilds: [],
      session_id: this.#session.id,
      resume_gateway_url: this.#url(),
      shard: [0, 1],
      application: { id: applicationId, flags: 0, flags_new: '0' },
    });
  }

  #resume(socket: WebSocket, { token, session_id, seq }: Json): void {
    const session = this.#session;
    if (token !== this.#token || session === undefined || session.id !== session_id || !this.#resumable) {
      this.#resumable = true;
      this.#session = undefined;
      this.#send(socket, { op: 9, d: false });
      return;
    }
    this.#socket = socket;
    for (const missed of session.told.filter(({ s }) => s > Number(seq))) this.#send(socket, { op: 0, ...missed });
    this.tell('RESUMED', {});
  }

  #send(socket: WebSocket | undefined, payload: object): void {
    socket?.send(JSON.stringify(payload));
  }
}
