import { createDecipheriv } from 'node:crypto';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type CancelTimer, type Clock, sleepOn } from '../../src/clock.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';

/** A Monday in the regular session, in Korea. */
export const monday = Date.UTC(2026, 10, 23, 1, 0, 0);

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  #now: number;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  constructor(now = monday) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  timer(delayMs: number, callback: () => void): CancelTimer {
    const timer = { at: this.#now + delayMs, run: callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Runs what falls due on the way, in turn. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((one, other) => one.at - other.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }
}

export type Json = Record<string, unknown>;

/** An answer as an outsider sees it. */
export interface Answer {
  readonly status: number;
  readonly trCont: string | null;
  readonly body: Json;
}

const firstAccount = { CANO: '50000000', ACNT_PRDT_CD: '01' };
const quotations = '/uapi/domestic-stock/v1/quotations';
const tradingPath = '/uapi/domestic-stock/v1/trading';

/** Speaks KIS's REST as an outside client does, with nothing of the project's own client in it. */
export class Outsider {
  readonly rest: string;
  readonly appKey: string;
  readonly paper: boolean;
  readonly account: { readonly CANO: string; readonly ACNT_PRDT_CD: string };
  token = '';

  constructor(
    rest: string,
    options: { readonly appKey?: string; readonly paper?: boolean; readonly account?: Outsider['account'] } = {},
  ) {
    this.rest = rest;
    this.appKey = options.appKey ?? 'outsider-app-key';
    this.paper = options.paper ?? false;
    this.account = options.account ?? firstAccount;
  }

  /** The same key and token, with another account. */
  withAccount(number: string, product: string): Outsider {
    const { appKey, paper, token } = this;
    const other = new Outsider(this.rest, { appKey, paper, account: { CANO: number, ACNT_PRDT_CD: product } });
    other.token = token;
    return other;
  }

  headers(trId: string, more: Record<string, string> = {}): Record<string, string> {
    return {
      'content-type': 'application/json; charset=utf-8',
      authorization: `Bearer ${this.token}`,
      appkey: this.appKey,
      appsecret: 'outsider-app-secret',
      tr_id: trId,
      custtype: 'P',
      ...more,
    };
  }

  /** TR ids are written for live; paper's differ in their first letter. */
  tr(live: string): string {
    return this.paper && live.startsWith('T') ? `V${live.slice(1)}` : live;
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#read(fetch(`${this.rest}${path}`, { method: 'POST', body: JSON.stringify(body), headers }));
  }

  async get(path: string, query: Record<string, string>, headers: Record<string, string>): Promise<Answer> {
    return this.#read(fetch(`${this.rest}${path}?${new URLSearchParams(query)}`, { headers }));
  }

  async login(): Promise<this> {
    const credentials = { grant_type: 'client_credentials', appkey: this.appKey, appsecret: 'outsider-app-secret' };
    this.token = String((await this.post('/oauth2/tokenP', credentials)).body['access_token']);
    return this;
  }

  async approvalKey(): Promise<string> {
    const body = { grant_type: 'client_credentials', appkey: this.appKey, secretkey: 'outsider-app-secret' };
    return String((await this.post('/oauth2/Approval', body)).body['approval_key']);
  }

  quotation(name: string, trId: string, query: Record<string, string>): Promise<Answer> {
    return this.get(`${quotations}/${name}`, query, this.headers(trId));
  }

  quote(symbol = '005930'): Promise<Answer> {
    const query = { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: symbol };
    return this.quotation('inquire-price', 'FHKST01010100', query);
  }

  query(name: string, trId: string, query: Record<string, string>, more: Record<string, string> = {}): Promise<Answer> {
    return this.get(`${tradingPath}/${name}`, { ...this.account, ...query }, this.headers(this.tr(trId), more));
  }

  balance(context: Record<string, string> = {}, more: Record<string, string> = {}): Promise<Answer> {
    const query = {
      AFHR_FLPR_YN: 'N',
      OFL_YN: '',
      INQR_DVSN: '01',
      UNPR_DVSN: '01',
      FUND_STTL_ICLD_YN: 'N',
      FNCG_AMT_AUTO_RDPT_YN: 'N',
      PRCS_DVSN: '00',
      CTX_AREA_FK100: '',
      CTX_AREA_NK100: '',
      ...context,
    };
    return this.query('inquire-balance', 'TTTC8434R', query, more);
  }

  executions(change: Record<string, string> = {}, more: Record<string, string> = {}): Promise<Answer> {
    const query = {
      INQR_STRT_DT: '20261123',
      INQR_END_DT: '20261231',
      SLL_BUY_DVSN_CD: '00',
      INQR_DVSN: '00',
      PDNO: '',
      CCLD_DVSN: '00',
      ORD_GNO_BRNO: '',
      ODNO: '',
      INQR_DVSN_3: '00',
      INQR_DVSN_1: '',
      CTX_AREA_FK100: '',
      CTX_AREA_NK100: '',
      EXCG_ID_DVSN_CD: 'ALL',
      ...change,
    };
    return this.query('inquire-daily-ccld', 'TTTC0081R', query, more);
  }

  buyingPower(symbol: string, type: string, price: string): Promise<Answer> {
    const query = { PDNO: symbol, ORD_UNPR: price, ORD_DVSN: type, CMA_EVLU_AMT_ICLD_YN: 'N', OVRS_ICLD_YN: 'N' };
    return this.query('inquire-psbl-order', 'TTTC8908R', query);
  }

  order(side: 'buy' | 'sell', change: Record<string, unknown> = {}): Promise<Answer> {
    const body = {
      ...this.account,
      PDNO: '005930',
      ORD_DVSN: '00',
      ORD_QTY: '10',
      ORD_UNPR: '69000',
      EXCG_ID_DVSN_CD: 'KRX',
      SLL_TYPE: '',
      CNDT_PRIC: '',
      ...change,
    };
    return this.post(
      `${tradingPath}/order-cash`,
      body,
      this.headers(this.tr(side === 'buy' ? 'TTTC0012U' : 'TTTC0011U')),
    );
  }

  change(kind: 'amend' | 'cancel', number: string, change: Record<string, string> = {}): Promise<Answer> {
    const body = {
      ...this.account,
      KRX_FWDG_ORD_ORGNO: this.paper ? '00950' : '06010',
      ORGN_ODNO: number,
      ORD_DVSN: '00',
      RVSE_CNCL_DVSN_CD: kind === 'amend' ? '01' : '02',
      ORD_QTY: '0',
      ORD_UNPR: '0',
      QTY_ALL_ORD_YN: 'Y',
      EXCG_ID_DVSN_CD: 'KRX',
      ...change,
    };
    return this.post(`${tradingPath}/order-rvsecncl`, body, this.headers(this.tr('TTTC0013U')));
  }

  async #read(request: Promise<Response>): Promise<Answer> {
    const response = await request;
    const body = (await response.json()) as Json;
    return { status: response.status, trCont: response.headers.get('tr_cont'), body };
  }
}

/** A record or a list of an answer. */
export function block(answer: Answer, name = 'output'): Json {
  return answer.body[name] as Json;
}

export function rows(answer: Answer, name = 'output1'): readonly Json[] {
  return answer.body[name] as readonly Json[];
}

export function orderNumberOf(answer: Answer): string {
  return String(block(answer)['ODNO']);
}

/** A raw WebSocket that keeps all it received. */
export class RawSocket {
  readonly socket: WebSocket;
  readonly received: string[] = [];
  #read = 0;
  #wake: () => void = () => undefined;

  constructor(url: string) {
    this.socket = new WebSocket(`${url}/tryitout`);
    this.socket.on('message', (data) => {
      this.received.push(String(data));
      this.#wake();
    });
    this.socket.on('error', () => undefined);
    onTestFinished(() => this.socket.terminate());
  }

  async opened(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  /** The code it was closed with. */
  async closed(): Promise<number> {
    return (await once(this.socket, 'close'))[0];
  }

  /** The next message that was not taken yet. */
  async next(): Promise<string> {
    while (this.#read === this.received.length) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#read += 1;
    return this.received[this.#read - 1] ?? '';
  }

  async nextJson(): Promise<{ header: Json; body: Json & { output?: { iv: string; key: string } } }> {
    return JSON.parse(await this.next());
  }

  subscribe(approvalKey: string, trId: string, trKey: string, type: '1' | '2' = '1') {
    this.socket.send(
      JSON.stringify({
        header: { approval_key: approvalKey, custtype: 'P', tr_type: type, 'content-type': 'utf-8' },
        body: { input: { tr_id: trId, tr_key: trKey } },
      }),
    );
    return this.nextJson();
  }
}

/** Registers for order notices; what it returns reads the next one's fields. */
export async function listenForNotices(socket: RawSocket, client: Outsider): Promise<() => Promise<readonly string[]>> {
  const trId = client.paper ? 'H0STCNI9' : 'H0STCNI0';
  const ack = await socket.subscribe(await client.approvalKey(), trId, 'hogasim');
  const { iv, key } = ack.body.output ?? { iv: '', key: '' };
  return async () => {
    const payload = (await socket.next()).split('|')[3] ?? '';
    const decipher = createDecipheriv('aes-256-cbc', Buffer.from(key), Buffer.from(iv));
    return Buffer.concat([decipher.update(payload, 'base64'), decipher.final()])
      .toString('utf8')
      .split('^');
  };
}

/** Starts a simulator whose prices stand still, and stops it with the test. */
export async function start(
  options: Partial<SimulatorOptions> = {},
): Promise<{ readonly sim: Simulator; readonly clock: ManualClock; readonly client: Outsider }> {
  const clock = new ManualClock();
  const sim = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000, ...options });
  onTestFinished(() => sim.stop());
  const client = await new Outsider(sim.restUrl, { paper: options.kind === 'paper' }).login();
  return { sim, clock, client };
}
