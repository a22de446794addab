import { describe, expect, test } from 'vitest';
import { type Notice, topicOf } from '../../../src/domain/people/notice.ts';

describe('what a notice is about', () => {
  test.each(['rejected', 'never-sent', 'outcome-unknown', 'settled', 'asked'] as const)(
    '%s is always told: it has no topic that anybody could switch off',
    (kind) => {
      expect(topicOf({ kind } as Notice)).toBeUndefined();
    },
  );

  test('a fill that may be of an order whose outcome is unknown is always told; others are fills', () => {
    expect(topicOf({ kind: 'foreign-fill', maybeOurs: true } as Notice)).toBeUndefined();
    expect(topicOf({ kind: 'foreign-fill', maybeOurs: false } as Notice)).toBe('fills');
    expect(topicOf({ kind: 'filled' } as Notice)).toBe('fills');
  });

  test('the end of a scheduled order that the venue does not list is always told', () => {
    expect(topicOf({ kind: 'schedule-ended', listed: false } as Notice)).toBeUndefined();
    expect(topicOf({ kind: 'schedule-ended', listed: true } as Notice)).toBe('orders');
  });
});
