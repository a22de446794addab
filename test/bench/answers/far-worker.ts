import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { systemClock } from '../../../src/clock.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { TelegramStandIn } from '../../support/telegram/telegram.ts';
import { sharedMs } from '../shared-clock.ts';

/** Who is talked to: the bot, or the bare client beside it. */
export type Side = 'bot' | 'bare';

/** What the bench asks of the process that is KIS and Telegram for both sides. */
export type FarAsked =
  | { readonly kind: 'start' }
  /** So long each answer of KIS takes from now on, in milliseconds. */
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'say'; readonly side: Side; readonly user: number; readonly text: string }
  | { readonly kind: 'stop' };

export type FarTold =
  | ({ readonly kind: 'start'; readonly restUrl: string; readonly wsUrl: string } & Readonly<Record<Side, BotApi>>)
  | { readonly kind: 'delay' | 'stop' }
  /** Milliseconds from the update's being there until the answer came, on the clock of this process. */
  | { readonly kind: 'say'; readonly ms: number }
  /** An order came, by the clock that processes share. Nobody asked. */
  | { readonly kind: 'order'; readonly atMs: number };

export interface BotApi {
  readonly apiRoot: string;
  readonly token: string;
}

const tokens: Readonly<Record<Side, string>> = {
  bot: '123456:TEST-TOKEN-test-token-test-token-000',
  bare: '654321:TEST-TOKEN-test-token-test-token-000',
};
const orderPath = '/uapi/domestic-stock/v1/trading/order-cash';
const telegrams = {
  bot: new TelegramStandIn(systemClock, tokens.bot),
  bare: new TelegramStandIn(systemClock, tokens.bare),
};
const waiting = new Map<string, (atMs: number) => void>();
let simulator: Simulator | undefined;

const tell = (told: FarTold): void => void process.send?.(told);

subscribe('http.server.request.start', (message) => {
  const { request } = message as { readonly request: IncomingMessage };
  const { url = '' } = request;
  if (url.startsWith(orderPath)) tell({ kind: 'order', atMs: sharedMs() });
  if (!url.endsWith('/sendMessage')) return;
  const token = url.slice('/bot'.length, -'/sendMessage'.length);
  waiting.get(token)?.(sharedMs());
});

async function start(): Promise<FarTold> {
  await Promise.all(Object.values(telegrams).map((telegram) => telegram.start()));
  // Nothing but a limit far above what is asked, so that the limit is not what is measured.
  simulator = await startSimulator({
    clock: systemClock,
    speed: 0,
    callsPerSecond: 10_000,
    accounts: [{ number: '50000000', product: '01', cash: 1e12 }],
  });
  const api = (side: Side): BotApi => ({ apiRoot: telegrams[side].apiRoot, token: tokens[side] });
  const { restUrl, wsUrl } = simulator;
  return { kind: 'start', restUrl, wsUrl, bot: api('bot'), bare: api('bare') };
}

function say(side: Side, user: number, text: string): Promise<FarTold> {
  return new Promise((resolve) => {
    const since = sharedMs();
    waiting.set(tokens[side], (atMs) => resolve({ kind: 'say', ms: atMs - since }));
    telegrams[side].say(user, text);
  });
}

async function answer(asked: FarAsked): Promise<void> {
  switch (asked.kind) {
    case 'start':
      return tell(await start());
    case 'delay':
      simulator?.clearFaults();
      if (asked.ms > 0) {
        const rule = { on: 'read', fault: 'delay', ms: asked.ms, when: 'before', times: 1_000_000, skip: 0 } as const;
        simulator?.setFaults({ rules: [rule] });
      }
      return tell({ kind: 'delay' });
    case 'say':
      return tell(await say(asked.side, asked.user, asked.text));
    case 'stop':
      await Promise.all(Object.values(telegrams).map((telegram) => telegram.stop()));
      await simulator?.stop();
      tell({ kind: 'stop' });
      process.disconnect();
  }
}

process.on('disconnect', () => process.exit());
process.on('message', (asked: FarAsked) => void answer(asked));
