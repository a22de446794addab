// @ts-nocheck
import { describe, expect, test } from 'vitest';
import { toDraft } from '../../src/chat/outbox.ts';
import { languages } from '../../src/i18n/index.ts';
import { createRedactor } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';

const address = { channel: 'telegram', chatId: '111' };
const redactor = createRedactor([new Secret('canary')]);
const wordsAt = () => languages.ko;

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
