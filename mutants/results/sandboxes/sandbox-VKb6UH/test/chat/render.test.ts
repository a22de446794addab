// @ts-nocheck
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Line, Span } from '../../src/chat/channel.ts';
import {
  plainLine,
  plainText,
  telegramLine,
  telegramParts,
  telegramTextLimit,
  terminalLine,
} from '../../src/chat/render.ts';

const words = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', ' '));
const span: fc.Arbitrary<Span> = fc.oneof(
  words,
  words.map((bold) => ({ bold })),
  words.map((code) => ({ code })),
  words.map((text) => ({ tone: 'up' as const, text })),
);
const line: fc.Arbitrary<Line> = fc.oneof(words, fc.array(span, { maxLength: 6 }));

/** What a reader sees of Telegram's HTML; throws for anything Telegram would not take. */
function seen(html: string): string {
  const open: string[] = [];
  const text = html.replaceAll(/<(\/?)([a-z]+)>/g, (_whole, slash: string, tag: string) => {
    if (slash === '') open.push(tag);
    else if (open.pop() !== tag) throw new Error(`crossed: ${html}`);
    return '';
  });
  if (open.length > 0 || /[<>]|&(?!amp;|lt;|gt;)/.test(text)) throw new Error(`not taken: ${html}`);
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

const unspaced = (text: string): string => text.replaceAll(/\s/g, '');

describe('Telegram HTML', () => {
  test('shows what was meant, whatever was typed', () => {
    fc.assert(
      fc.property(line, (any) => {
        expect(seen(telegramLine(any))).toBe(plainLine(any));
      }),
    );
  });

  test('is cut into parts that each stand by themselves, and lose nothing', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), fc.integer({ min: 8, max: 200 }), (lines, limit) => {
        const parts = telegramParts({ lines }, limit);
        const texts = parts.map(seen);
        for (const text of texts) expect(text.length).toBeLessThanOrEqual(limit);
        // Blanks at the edges of a part are nothing to look at, and a part of blanks is left out.
        expect(unspaced(texts.join(''))).toBe(unspaced(plainText({ lines })));
        if (texts.length > 1) for (const text of texts) expect(text.trim()).not.toBe('');
      }),
    );
  });

  test('is cut at line breaks where lines are short enough, each part as full as it can be', () => {
    const lines = Array.from({ length: 9 }, (_, index) => [{ bold: `line ${index}` }]);
    expect(telegramParts({ lines }, 20).map(seen)).toEqual([
      'line 0\nline 1\nline 2',
      'line 3\nline 4\nline 5',
      'line 6\nline 7\nline 8',
    ]);
    expect(telegramParts({ lines: lines.slice(0, 4) }, 19).map(seen)).toEqual(['line 0\nline 1', 'line 2\nline 3']);
  });

  test('counts what is shown, not how it is marked', () => {
    const line: Line = [{ bold: '&'.repeat(telegramTextLimit) }];
    expect(telegramParts({ lines: [line] })).toEqual([telegramLine(line)]);
    expect(telegramParts({ lines: [line, 'x'] })).toHaveLength(2);
  });

  test('never holds half a character, even where the text does', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.nat(60),
        fc.integer({ min: 2, max: 20 }),
        (text, at, limit) => {
          const parts = telegramParts({ lines: [[{ bold: text.slice(0, at) }], text.slice(at)] }, limit);
          expect(parts.every((part) => part.isWellFormed())).toBe(true);
        },
      ),
    );
  });

  test('is one part at least, and none that is blank beside others', () => {
    expect(telegramParts({ lines: [] })).toEqual(['']);
    expect(telegramParts({ lines: ['', ' '] })).toEqual(['']);
    expect(telegramParts({ lines: ['12345', '     ', '67890'] }, 5)).toEqual(['12345', '67890']);
  });

  test('a line too long for a message is cut between characters', () => {
    const parts = telegramParts({ lines: ['😀'.repeat(3_000)] });
    expect(parts).toHaveLength(2);
    for (const part of parts) expect(part).toMatch(/^(?:😀)+$/u);
  });
});

describe('the terminal', () => {
  test('shows colours only where it has them', () => {
    const shown: Line = [{ bold: '삼성전자' }, ' ', { tone: 'up', text: '▲100' }];
    expect(terminalLine(shown, false)).toBe('삼성전자 ▲100');
    expect(terminalLine(shown, true)).toContain('\u001b[31m▲100');
  });
});
