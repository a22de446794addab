import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { commands } from '../../commands/index.ts';
import { discordLine } from '../../src/channels/discord/render.ts';
import { TelegramChannel } from '../../src/channels/telegram/telegram.ts';
import { toDraft } from '../../src/chat/draft.ts';
import { csvFile } from '../../src/chat/messages/csv.ts';
import { visibleLine, visibleText } from '../../src/domain/clean-text.ts';
import { languages } from '../../src/i18n/index.ts';
import { createRedactor } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { JumpClock } from '../support/clock.ts';
import { GoogleStandIn } from '../support/google.ts';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.ts';
import { startTelegram, type TelegramStandIn } from '../support/telegram/telegram.ts';

// Issue 13.5: texts that others wrote (names, news, refusals, what people type) are shown as texts and do nothing.
const owner = 111;
/** NUL, a bell, an escape sequence that clears a terminal, a turn of direction, a mark and a blank without width. */
const unseen = '\u0000\u0007\u001b[2J\u009b2J\u202e\u200f\u200b\ufeff';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const seen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200f\u202e\ufeff]/;
const nasty = `<b>급등</b> <a href="tg://user?id=1">x</a> **@everyone** [여기](https://evil.example) \`code\` &amp; ${unseen}끝`;
const formula = '=HYPERLINK("x")';
let telegram: TelegramStandIn | undefined;
let google: GoogleStandIn | undefined;
let clock: JumpClock;
let bot: Harness;
const folder = mkdtempSync(join(tmpdir(), 'hoga-texts-'));
afterEach(async () => {
  await bot?.stop();
  await telegram?.stop();
  await google?.stop();
  expect(telegram?.violations ?? []).toEqual([]);
  [telegram, google] = [undefined, undefined];
  rmSync(join(folder, 'key.json'), { force: true });
});

const start = async (options: HarnessOptions = {}): Promise<TelegramStandIn> => {
  clock = new JumpClock();
  const standIn = await startTelegram(clock);
  telegram = standIn;
  bot = await startHarness({
    clock,
    channels: ({ log }) => [
      new TelegramChannel({
        token: new Secret(standIn.token),
        apiRoot: standIn.apiRoot,
        clock,
        log,
        commands,
        words: languages.ko,
      }),
    ],
    ...options,
    env: { HOGA_OWNERS: `telegram:${owner}`, ...options.env },
  });
  return standIn;
};
const headline = (title: string): string =>
  JSON.stringify({
    rt_cd: '0',
    msg_cd: 'MCA00000',
    msg1: '정상처리',
    output: [
      {
        cntt_usiq_srno: '2026112309000012345',
        news_ofer_entp_code: '6',
        data_dt: '20261123',
        data_tm: '085500',
        hts_pbnt_titl_cntt: title,
        news_lrdv_code: '02',
        dorg: `모의${unseen}통신`,
        iscd1: '005930',
        kor_isnm1: '삼성전자',
      },
    ],
  });

describe('issue 13.5: what cannot be seen', () => {
  test('is in no text that leaves, whatever came in; and nothing else is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(visibleText(text)).not.toMatch(seen);
        expect(visibleLine(text)).not.toMatch(/[\n\t]/);
      }),
    );
    const whole = '삼성전자 👩‍👩‍👧 +1.5%\n\t₩70,000 é 日本 <b>';
    expect(visibleText(whole)).toBe(whole);
    expect(visibleText('a\r\nb\rc\u2028d\u0085e')).toBe('a\nb\nc\nd\ne');
    expect(visibleLine(' 뉴스\n\n매수 주문표\u2029 ')).toBe('뉴스 매수 주문표');
  });

  test('hides no secret from whoever takes secrets out', () => {
    const redactor = createRedactor([new Secret('PSxxxxyyyyzzzz')]);
    const message = { lines: ['PSxx\u0000xxyy\u200byyzzzz', [{ bold: 'PSxxxx\u202eyyyyzzzz' }]] };
    const messageHeader = { venue: 'live', redactor, wordsAt: () => languages.ko } as const;
    const { body } = toDraft({ address: { channel: 'telegram', chatId: '1' }, message }, messageHeader);
    expect(JSON.stringify(body)).not.toMatch(/PSxx|zzzz/);
  });

  test('of news and refusals is gone in the chat, in the terminal and in the record', async () => {
    const standIn = await start();
    bot.simulator.setFaults([{ on: 'news-title', fault: 'http', status: 200, when: 'before', body: headline(nasty) }]);
    standIn.say(owner, '/news');
    const shown = await standIn.told(owner, '급등');
    expect(shown.text).not.toMatch(seen);
    // Its words are shown as they are, and nothing of it is a link, a mention or bold.
    expect(shown.text).toContain('<b>급등</b> <a href="tg://user?id=1">x</a> **@everyone** [여기]');
    expect(shown.html).toContain('&lt;b&gt;급등&lt;/b&gt;');
    bot.simulator.setFaults([
      { on: 'inquire-price', fault: 'refuse', code: 'OPSQ9999', text: `못 합니다${unseen}<i>` },
    ]);
    standIn.say(owner, '/price 005930');
    expect((await standIn.told(owner, '못 합니다')).text).not.toMatch(seen);
    bot.simulator.setFaults([{ on: 'news-title', fault: 'http', status: 200, when: 'before', body: headline(nasty) }]);
    expect(await bot.say('/news')).not.toMatch(seen);
    for (const text of [...bot.shown(), ...bot.logs]) expect(text.trim()).not.toMatch(seen);
  });

  test('in what people type is not there for whoever reads it', async () => {
    const standIn = await start();
    standIn.say(owner, '/price\u0000 \u200e005930\u202c\ufeff');
    await standIn.told(owner, '70,000원');
    standIn.say(owner, '\u202a삼성전자\u202c 얼마');
    standIn.say(owner, '/price \u0000\u001b[2J');
    standIn.say(owner, `/alert 삼성전자 ${unseen}`);
    standIn.say(owner, `/watch add 카카오\u0000`);
    await standIn.told(owner, '카카오');
    await bot.settled();
    for (const { text } of standIn.messages(owner)) expect(text).not.toMatch(seen);
    expect(bot.logs.join()).not.toContain('"level":50');
  });
});

describe('issue 13.5: markup', () => {
  test.each([
    ['<b>굵게</b>&', '<script>', 'KODEX <i>'],
    ['**굵게**', '@everyone <@1>', '[x](http://e)'],
  ])('in names of issues (%s) is text', async (...names) => {
    const symbols = ['0039P0', '0001A0', '487240'];
    const standIn = await start({
      simulator: {
        newIssues: names.map((name, index) => ({
          symbol: symbols[index] ?? '',
          name,
          kind: 'stock',
          base: 10_000,
          market: 'KOSDAQ',
          listedThousands: 1_000,
          industry: '제약',
          english: 'NEW',
        })),
      },
    });
    for (const [index, name] of names.entries()) {
      standIn.say(owner, `/price ${symbols[index]}`);
      expect((await standIn.told(owner, `${name} ${symbols[index]}`)).html).toContain(
        name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      );
    }
  });

  test('means nothing to Discord either', () => {
    const line = discordLine([nasty, { bold: '**x**' }, { code: '`x`' }, '# 제목', { tone: 'up', text: '> 인용' }]);
    for (const live of [/(?<!\\)\[/, /(?<!\\)@/, /(?<!\\)`/, /(?<!\\)</, /https:\/\//, /(?<!\\)#/])
      expect(line).not.toMatch(live);
    expect(line).toContain('\\*\\*\\@everyone\\*\\*');
  });
});

describe('issue 13.5: formulas', () => {
  test.each([
    '=1+1',
    '+1',
    '-1+1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1+1',
    '＋1',
    '－1',
    '＠x',
    '=cmd|"/c calc"!A0',
  ])('%j in a cell of a CSV file stays a text', async (cell) => {
    const text = Buffer.from((await csvFile('x', [['a'], [cell], [-5]])).data, 'base64').toString();
    const [, second = '', third] = [
      text.slice(0, 3),
      text.slice(text.indexOf('\r\n') + 2),
      text.trim().split('\r\n').at(-1),
    ];
    expect(second.replace(/^"/, '')).toMatch(/^'/);
    expect(third).toBe('-5');
  });

  test('in the name of an issue is no formula in the file or the sheet', async () => {
    clock = new JumpClock();
    google = await new GoogleStandIn(clock).start();
    writeFileSync(join(folder, 'key.json'), google.keyFile());
    bot = await startHarness({
      clock,
      env: {
        GOOGLE_SHEETS_ID: google.spreadsheetId,
        GOOGLE_SERVICE_ACCOUNT_JSON: join(folder, 'key.json'),
        GOOGLE_API_ROOT: google.root,
      },
      simulator: {
        newIssues: [
          {
            symbol: '0039P0',
            name: formula,
            kind: 'stock',
            base: 10_000,
            market: 'KOSDAQ',
            listedThousands: 1_000,
            industry: '제약',
            english: 'NEW',
          },
        ],
      },
    });
    await bot.say('/export quotes csv 0039P0');
    const data = bot.chat().messages.findLast(({ attachments }) => attachments.length > 0)?.attachments[0]?.data ?? '';
    expect(Buffer.from(data, 'base64').toString()).toContain(`"'=HYPERLINK(""x"")"`);
    expect(await bot.say('/export quotes sheet 0039P0')).toContain('1행');
    // RAW, which the stand-in insists on: what begins with = is a text to Google.
    expect(google.tabs.at(-1)?.cells[1]).toContain(formula);
    expect(google.violations).toEqual([]);
  });
});
