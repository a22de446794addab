import { onTestFinished } from 'vitest';
import { type Channel, ChannelError, type Message } from '../../src/chat/channel.ts';
import type { Outgoing } from '../../src/chat/draft.ts';
import { Outbox } from '../../src/chat/outbox.ts';
import { plainText } from '../../src/chat/render.ts';
import { languages } from '../../src/i18n/index.ts';
import { createRedactor } from '../../src/log.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import { Secret } from '../../src/secret.ts';
import { VirtualClock } from '../chaos/scenario/clock.ts';
import { testLedger } from '../store/fixtures.ts';

export const address = { channel: 'console', chatId: '1' };
export const elsewhere = { channel: 'console', chatId: '2' };
export const messageHeader = {
  venue: 'live',
  redactor: createRedactor([new Secret('canary')]),
  wordsAt: () => languages.ko,
} as const;

/** The outbox on a ledger in memory and a clock that stands still, with chats that do as they are told. */
export class OutboxStand {
  readonly clock = new VirtualClock(Date.parse('2026-11-23T09:00:00+09:00'));
  readonly ledger: Ledger;
  /** Every attempt to send or edit, as chat and text, whatever came of it. */
  readonly attempts: string[] = [];
  /** What a channel does with a message; shows it by default. */
  send: (message: Message) => Promise<void> = async () => undefined;
  /** Messages of the log, with the text of the error. */
  readonly logged: [string, object][] = [];

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /** The outbox of a process that has just started; it is stopped after the test. */
  start(channels: readonly Partial<Channel>[] = [{}], passOn?: () => void): Outbox {
    const note = (message: string, { error, ...fields }: Readonly<Record<string, unknown>> = {}): void =>
      void this.logged.push([message, error instanceof Error ? { ...fields, error: error.message } : fields]);
    const show = async (chatId: string, message: Message): Promise<string> => {
      this.attempts.push(`${chatId} ${plainText(message)}`);
      await this.send(message);
      return String(this.attempts.length);
    };
    const whole = channels.map(
      (channel): Channel => ({
        name: 'console',
        start: async () => undefined,
        send: show,
        edit: async (chatId, _reference, message) => void (await show(chatId, message)),
        stop: async () => undefined,
        ...channel,
      }),
    );
    const outbox = new Outbox({
      ledger: this.ledger,
      channels: new Map(whole.map((channel) => [channel.name, channel])),
      clock: this.clock,
      log: { debug: note, info: note, warn: note, error: note },
      messageHeader,
      ...(passOn === undefined ? {} : { passOn }),
    });
    onTestFinished(() => outbox.stop());
    return outbox;
  }

  /** Posts a message, and lets all happen that can without time. */
  async say(outbox: Outbox, text: string, more: Partial<Outgoing> = {}): Promise<void> {
    await outbox.post({ address, message: { lines: [text] }, ...more });
    await this.clock.rest();
  }

  /** From now on messages that begin so fail. */
  fail(text: string, error: () => Error): void {
    this.send = async (message) => {
      if (plainText(message).startsWith(text)) throw error();
    };
  }
}

/** Its ledger is closed after the test. */
export async function openOutboxStand(): Promise<OutboxStand> {
  return new OutboxStand(await testLedger());
}

export const reset = (): Error => new ChannelError('connection reset', 'later');

/** A promise that resolves when told to. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
