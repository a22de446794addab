// @ts-nocheck
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createLog, createRedactor } from '../src/log.ts';
import { Secret } from '../src/secret.ts';

const text = 'canary-4f81';
const secret = new Secret(text);

describe('a secret', () => {
  test.each([
    ['String()', String(secret)],
    ['a template', `${secret}`],
    ['joining', ['a', secret].join()],
    ['adding', `a${secret}`.concat(String(secret))],
    ['JSON', JSON.stringify({ secret, deep: [{ secret }] })],
    ['inspect', inspect({ secret }, { depth: 9 })],
    ['inspect, looking hard', inspect({ secret }, { depth: 9, showHidden: true, getters: true })],
    ['inspect, past what we say', inspect({ secret }, { depth: 9, showHidden: true, customInspect: false })],
    ['a clone', inspect(structuredClone({ secret }), { showHidden: true })],
    ['its keys', JSON.stringify([Reflect.ownKeys(secret), Object.entries(secret), { ...secret }])],
    ['a message', new Error(`failed with ${secret}`).message],
  ])('is not seen by %s', (_how, seen) => {
    expect(seen).not.toContain(text);
  });

  test('says that something is hidden', () => {
    expect([`${secret}`, JSON.stringify(secret), inspect(secret)]).toEqual([
      '[redacted]',
      '"[redacted]"',
      '[redacted]',
    ]);
  });

  test('is not seen in a log that does not know it', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', redactor: createRedactor([]), write: (line) => void lines.push(line) });
    log.info('kept', { secret, list: [secret] });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ secret: '[redacted]', list: ['[redacted]'] });
  });

  test('is had by asking for it, and compared without', () => {
    expect(secret.reveal()).toBe(text);
    expect([secret.equals(new Secret(text)), secret.equals(new Secret('other'))]).toEqual([true, false]);
  });
});
