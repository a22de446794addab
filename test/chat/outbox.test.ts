import { beforeEach, describe, expect, test } from 'vitest';
import { type Channel, ChannelError } from '../../src/chat/channel.ts';
import { toDraft } from '../../src/chat/draft.ts';
import { Outbox } from '../../src/chat/outbox.ts';
import { plainText } from '../../src/chat/render.ts';
import { AppError } from '../../src/errors.ts';
import { languages } from '../../src/i18n/index.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { VirtualClock } from '../chaos/scenario/clock.ts';

const address = { channel: 'telegram', chatId: '111' };
const redactor = createRedactor([new Secret('canary')]);
const wordsAt = () => languages.ko;
const live = { venue: 'live', redactor, wordsAt } as const;
const log = createLog({ level: 'silent', redactor });

describe('what is written down to be sent', () => {
  test('holds no secret in any of its texts; ids of buttons come back as they were', () => {
    const message = {
      lines: [
        'a canary',
        ['a canary', { bold: 'a canary' }, { code: 'a canary' }, { tone: 'up' as const, text: 'a canary' }],
      ],
      buttons: [[{ id: 'run:/price canary', label: 'a canary' }]],
    };
    expect(toDraft({ address, message, key: 'k', edits: 'e' }, { venue: 'live', redactor, wordsAt })).toEqual({
      address,
      key: 'k',
      edits: 'e',
      body: {
        lines: [
          'a [redacted]',
          ['a [redacted]', { bold: 'a [redacted]' }, { code: 'a [redacted]' }, { tone: 'up', text: 'a [redacted]' }],
        ],
        buttons: [[{ id: 'run:/price canary', label: 'a [redacted]' }]],
      },
    });
  });

  test('says first where it is from', () => {
    const { body } = toDraft(
      { address, message: { lines: [[{ bold: 'x' }], 'y'] } },
      { venue: 'paper', redactor, wordsAt },
    );
    expect(body).toEqual({ lines: [['[모의투자] ', { bold: 'x' }], 'y'] });
  });
});

describe('the outbox', () => {
  let clock: VirtualClock;
  beforeEach(() => {
    clock = new VirtualClock(Date.parse('2026-11-23T09:00:00+09:00'));
  });
  const open = async (channel: Partial<Channel>) => {
    const ledger = await openLedger({ url: 'sqlite::memory:' });
    const whole: Channel = {
      name: 'telegram',
      start: async () => undefined,
      send: async () => '1',
      edit: async () => undefined,
      stop: async () => undefined,
      ...channel,
    };
    const outbox = new Outbox({ ledger, channels: new Map([['telegram', whole]]), clock, log, messageHeader: live });
    return { ledger, outbox };
  };

  test('sends no edit that a later one makes needless', async () => {
    const edits: string[] = [];
    let refused = false;
    const { ledger, outbox } = await open({
      send: async () => '1',
      edit: async (_chat, _reference, message) => {
        if (!refused) {
          refused = true;
          throw new ChannelError('429', 'later', { afterMs: 1_000 });
        }
        edits.push(plainText(message));
      },
    });
    await outbox.post({ address, key: 'ticket', message: { lines: ['주문표'] } });
    await clock.rest();
    for (const text of ['보내는 중', '접수됨', '체결']) {
      await outbox.post({ address, edits: 'ticket', message: { lines: [text] } });
    }
    await clock.advance(5_000);
    expect(edits).toEqual(['체결']);
    expect(await ledger.outboxPending()).toBe(0);
    await outbox.stop();
    await ledger.close();
  });

  test.each([
    [90_000, 'longer than anything else is waited for'],
    [300, 'shorter than after any other failure'],
  ])('leaves a platform that names a time (%i ms) alone until it is over, and no longer: %s', async (afterMs) => {
    const attempts: string[] = [];
    let limited = true;
    const { ledger, outbox } = await open({
      send: async (_chat, message) => {
        attempts.push(plainText(message));
        if (limited) throw new ChannelError('429', 'later', { status: 429, afterMs });
        return '1';
      },
    });
    await outbox.post({ address, message: { lines: ['답'] } });
    await clock.rest();
    await outbox.post({ address, message: { lines: ['체결'] }, about: 'order' });
    limited = false;
    await clock.advance(afterMs - 1);
    expect(attempts).toEqual(['답']);
    await clock.advance(1);
    expect(attempts).toEqual(['답', '답', '체결']);
    await outbox.stop();
    await ledger.close();
  });

  test('tells a chat that takes messages again which ones never came, once', async () => {
    const shown: string[] = [];
    let blocked = true;
    const { ledger, outbox } = await open({
      send: async (_chat, message) => {
        if (blocked) throw new ChannelError('403', 'never', { status: 403 });
        shown.push(plainText(message));
        return String(shown.length);
      },
    });
    for (const text of ['체결 하나\n둘째 줄', '체결 둘']) await outbox.post({ address, message: { lines: [text] } });
    await clock.rest();
    expect(await ledger.deadLetters(clock.now())).toBe(2);
    blocked = false;
    for (const text of ['셋', '넷']) await outbox.post({ address, message: { lines: [text] } });
    await clock.advance(20_000);
    expect(shown).toEqual(['셋', '넷', '전해 드리지 못한 메시지가 2건 있었습니다.\n체결 하나\n체결 둘']);
    expect(await ledger.deadLetters(clock.now())).toBe(2);
    await outbox.stop();
    await ledger.close();
  });

  test('keeps within the pace of a chat without being told to', async () => {
    const at: number[] = [];
    const { ledger, outbox } = await open({
      send: async () => {
        at.push(clock.now());
        return String(at.length);
      },
    });
    for (let number = 0; number < 25; number += 1) await outbox.post({ address, message: { lines: [String(number)] } });
    await clock.advance(60_000);
    expect(at).toHaveLength(25);
    expect((at[20] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(20_000);
    await outbox.stop();
    await ledger.close();
  });

  test('lets go what was held though the store failed when its time came; what is not held does not wait', async () => {
    const shown: string[] = [];
    const { ledger, outbox } = await open({
      send: async (_chat, message) => {
        shown.push(plainText(message));
        return String(shown.length);
      },
    });
    const hold = { personId: 'kim', until: clock.now() + 30_000 };
    await outbox.post({ address, message: { lines: ['held'] }, hold });
    await clock.advance(29_000);
    let failures = 1;
    const { releaseHeld } = ledger;
    ledger.releaseHeld = async (now) => {
      failures -= 1;
      if (failures >= 0) throw new AppError('store.failed');
      return releaseHeld(now);
    };
    await outbox.post({ address, message: { lines: ['answer'] } });
    await clock.rest();
    expect(shown).toEqual(['answer']);
    failures = 1;
    await clock.advance(120_000);
    expect(shown).toEqual(['answer', 'held']);
    await outbox.stop();
    await ledger.close();
  });
});
