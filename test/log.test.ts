import { describe, expect, test } from 'vitest';
import { AppError } from '../src/errors.ts';
import { createLog, createRedactor } from '../src/log.ts';
import { Secret } from '../src/secret.ts';

describe('the log', () => {
  const lines: string[] = [];
  const log = createLog({
    level: 'debug',
    redactor: createRedactor(['canary-app-key', 'canary-secret', '1234567801'].map((text) => new Secret(text))),
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
    ['a bearer token that is no JWT', { headers: 'authorization: bearer canary-0aF.x_~+/=' }],
    ['a bot token in a URL', { url: 'https://api.telegram.org/bot123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/getMe' }],
  ])('hides secrets in %s', (_where, fields) => {
    log.error('something failed', fields);
    const line = lines.at(-1) ?? '';
    expect(line).not.toMatch(/canary|1234567801|12345678-01|eyJ0eXAi|123456:AAAA/);
    expect(line).toContain('something failed');
  });
});

describe('the redactor', () => {
  const redactor = (...texts: readonly string[]) => createRedactor(texts.map((text) => new Secret(text)));
  const awkward = 'a+b/c"d\\e= 비밀';
  const inJson = JSON.stringify(awkward).slice(1, -1);

  test.each([
    ['in plain', awkward],
    ['in JSON', inJson],
    ['in JSON within JSON', JSON.stringify(inJson).slice(1, -1)],
    ['in a URL', encodeURIComponent(awkward)],
    ['in a URL, in small letters', encodeURIComponent(awkward).replaceAll(/%../g, (part) => part.toLowerCase())],
    ['in a form', new URLSearchParams([['', awkward]]).toString().slice(1)],
  ])('knows a secret %s', (_how, form) => {
    expect(redactor(awkward).redact(`before ${form} after`)).toBe('before [redacted] after');
  });

  test.each([0, 1, 2])('knows it in base64, %i letters further on', (before) => {
    for (const alphabet of ['base64', 'base64url'] as const) {
      const encoded = Buffer.from(`${'x'.repeat(before)}canary-secret-~~~>>>???:tail`).toString(alphabet);
      const clean = redactor('canary-secret-~~~>>>???').redact(encoded);
      expect(clean).toContain('[redacted]');
      expect(Buffer.from(clean.replace('[redacted]', ''), alphabet).toString()).not.toMatch(/canary|secret|~>|>\?/);
    }
  });

  test('learns, and keeps what it was given whatever it learns', () => {
    const learning = redactor('given-at-the-start');
    for (let count = 0; count < 250; count += 1) learning.learn(new Secret(`approval-${count}-key`));
    expect(learning.redact('approval-249-key given-at-the-start')).toBe('[redacted] [redacted]');
    expect(learning.redact('approval-0-key')).toBe('approval-0-key');
  });

  test('keeps the tokens of every app key, however many there are', () => {
    const many = redactor(...Array.from({ length: 400 }, (_, position) => `app-key-of-account-${position}`));
    const tokens = Array.from({ length: 800 }, (_, position) => `token-${position}-of-today`);
    for (const token of tokens) many.learn(new Secret(token));
    expect(tokens.filter((token) => many.redact(token) !== '[redacted]')).toEqual([]);
    expect(many.redact('app-key-of-account-399, app-key-of-account-0')).toBe('[redacted], [redacted]');
  });

  test('what it forgets it still takes out where another secret has the same form', () => {
    const learning = redactor('given-at-the-start');
    learning.learn(new Secret('given-at-the-start '));
    for (let count = 0; count < 250; count += 1) learning.learn(new Secret(`approval-${count}-key`));
    expect(learning.redact('given-at-the-start, given-at-the-sta')).toBe('[redacted], [redacted]');
  });

  test('takes the longer of two that begin alike', () => {
    expect(redactor('secret', 'secret-and-more').redact('secret-and-more')).toBe('[redacted]');
  });

  test('knows a secret by its beginning, where a text was cut short', () => {
    const { redact } = redactor('123456:canary+canary/canary=');
    expect(redact("'123456:canary+ca…' and '123456:ca'")).toBe("'[redacted]…' and '123456:ca'");
  });

  test('nothing to hide hides nothing', () => {
    expect(redactor('', ' ', 'abc').redact('abc and all else')).toBe('abc and all else');
    expect(createRedactor([]).redact('')).toBe('');
  });

  test('an account number, but not the digits of another number', () => {
    const { redact } = redactor('17950000');
    expect(redact('"CANO":"17950000"&a=%2017950000')).toBe('"CANO":"[redacted]"&a=%20[redacted]');
    expect(redact('{"time":1795000012345}')).toBe('{"time":1795000012345}');
    expect(redact('17950000-01 and 50000000-01')).toBe('1795****-01 and 5000****-01');
  });

  test.each([
    ['a call', 'https://api.telegram.org/bot123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/getMe', '/getMe'],
    ['a file', 'https://api.telegram.org/file/bot123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/a.jpg', '/a.jpg'],
    ['an encoded call', 'https://api.telegram.org/bot123456%3AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/getMe', '/getMe'],
  ])("%s to Telegram by a token it was never told, in the URL's middle", (_what, url, rest) => {
    const clean = redactor().redact(`request to ${url} failed`);
    expect(clean).not.toContain('AAAA');
    expect(clean).toMatch(
      new RegExp(`^request to https://api.telegram.org/(?:file/)?bot\\[redacted\\]${rest} failed$`),
    );
  });
});

describe('an error in the log', () => {
  test('does not bring along what a client hung on it', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', redactor: createRedactor([]), write: (line) => void lines.push(line) });
    const cause = Object.assign(new Error('other side closed'), {
      code: 'UND_ERR_SOCKET',
      headers: { appsecret: 'canary-header' },
      request: { path: '/canary-path', body: 'canary-body' },
      socket: { remoteAddress: 'canary-socket' },
    });
    log.error('failed', { error: new AppError('venue.unreachable', { path: '/oauth2/tokenP' }, { cause }) });
    expect(lines[0]).not.toContain('canary');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      error: { code: 'venue.unreachable', cause: { code: 'UND_ERR_SOCKET', message: 'other side closed' } },
    });
  });
});
