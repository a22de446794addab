import { describe, expect, test } from 'vitest';
import { AppError } from '../src/errors.ts';
import { createLog } from '../src/log.ts';

describe('the log', () => {
  const lines: string[] = [];
  const log = createLog({
    level: 'debug',
    secrets: ['canary-app-key', 'canary-secret', '1234567801'],
    write: (line) => void lines.push(line),
  });

  test('is a JSON line with time and a constant message', () => {
    log.info('order answered', { order: 'o1' });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      level: 30,
      msg: 'order answered',
      order: 'o1',
      time: expect.any(Number),
    });
  });

  test.each([
    ['a field', { key: 'canary-app-key' }],
    ['a nested field', { request: { headers: { appsecret: 'canary-secret' } } }],
    ['an error', { error: new Error('POST failed with canary-secret') }],
    ['the cause of an error', { error: new AppError('x', { url: 'a' }, { cause: new Error('canary-app-key') }) }],
    ['an account', { body: '{"ACNT":"1234567801"}', shown: '12345678-01' }],
    ['a bearer token', { header: 'Bearer eyJ0eXAiOiJKV1Qi.eyJzdWIiOiJ0b2tlbiJ9.c2lnbmF0dXJl' }],
    ['a bot token in a URL', { url: 'https://api.telegram.org/bot123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/getMe' }],
  ])('hides secrets in %s', (_where, fields) => {
    log.error('something failed', fields);
    const line = lines.at(-1) ?? '';
    expect(line).not.toMatch(/canary|1234567801|12345678-01|eyJ0eXAi|123456:AAAA/);
    expect(line).toContain('something failed');
  });
});
