import { afterEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import type { Environ } from '../../../src/config.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import type { ShownMessage } from '../../support/harness.ts';
import { type AccountName, type Family, identities, numbers, startFamily, type Who } from './family.ts';

let hoga: Family;
let paper: Simulator | undefined;
afterEach(async () => {
  await hoga.stop();
  await paper?.stop();
  paper = undefined;
});

/** What names an account: its name, its title, its number, masked or not, and its venue where the other has another. */
const marks: Readonly<Record<AccountName, readonly RegExp[]>> = {
  main: [
    /(?<![a-z])main(?![a-z])/i,
    /생활비/,
    /5000\*{4}-01/,
    /50000000/,
    /(?<!모의 |모의투자 )시뮬레이터]/,
    /(?<!규칙의 )KIS 시뮬레이터입니다/,
    /(?<!paper )simulator]/,
    /the KIS simulator\./,
    /위탁|brokerage/,
  ],
  isa: [
    /(?<![a-z])isa(?![a-z])/i,
    /노후자금/,
    /8765\*{4}-22/,
    /87654321/,
    /모의투자|모의 시뮬/,
    /\[paper|paper simulator|paper trading|paper's rules/,
    /연금저축|pension savings/,
  ],
};

/** Main is at a simulator by live rules, isa at one by paper's, so that each venue has a word of its own. */
async function startAtTwoVenues(env: Environ = {}): Promise<void> {
  const clock = new JumpClock();
  const [number = '', product = ''] = numbers.isa.split('-');
  paper = await startSimulator({
    clock,
    kind: 'paper',
    speed: 0,
    callsPerSecond: 1_000,
    accounts: [{ number, product }],
  });
  hoga = await startFamily({ clock, isaVenue: paper, env: { KIS_ISA_SIMULATOR: 'paper', ...env } });
}

/** All texts of messages: what is read, what buttons say, what they would do, and what is attached. */
function textsOf(messages: readonly ShownMessage[]): readonly string[] {
  return messages.flatMap(({ text, buttons, attachments }) => [
    text,
    ...buttons.flatMap(({ id, label }) => [id, label]),
    // A picture has no text to search; it is drawn of the market alone.
    ...attachments.flatMap(({ name, data }) => [
      name,
      ...(name.endsWith('.png') ? [] : [Buffer.from(data, 'base64').toString()]),
    ]),
  ]);
}

/** The person's own words that come back in a refusal, and the example that is the same in every installation. */
const notOurs =
  /@?(?:isa|main)(?=라는 계좌는 없습니다)|(?<=There is no account )@?(?:isa|main)|'@?(?:isa|main)'|(?<=(?:예|Examples?): (?:\/account |잔고 @))main|(?<=such as \/balance @)main|(?<=^\/account )main$/gm;

function expectUnnamed(texts: readonly string[], account: AccountName): void {
  for (const text of texts) for (const mark of marks[account]) expect(text.replace(notOurs, '')).not.toMatch(mark);
}

/** Telegram takes twenty messages in twenty seconds. */
async function say(who: Who, line: string): Promise<string> {
  await hoga.clock.advance(2_100);
  return hoga.tell(who, line);
}

/** What people may try, beside the examples of every command. */
const lines: readonly string[] = [
  ...commands.flatMap(({ name, examples }) => [...examples, `/help ${name}`]),
  '/help',
  '/status',
  '/account',
  '/account wrong',
  '/account 3',
  '잔고 @wrong',
  '/balance all',
  '/balance @all',
  '/orders all',
  '/pnl all',
  '/halt',
  '/resume',
  '/settings',
  '잔고 보여줘',
  '삼성전자 1주 사줘',
  '/why',
  '/watch',
  '/alerts',
  '/nonsense',
];

/** All of these, in each language: an example of `/settings` may have chosen another. */
async function sayAll(who: Who): Promise<void> {
  for (const language of ['ko', 'en']) {
    await say(who, `/settings language ${language}`);
    for (const line of lines) {
      await say(who, line);
      if (line.startsWith('/settings')) await say(who, `/settings language ${language}`);
    }
  }
}

describe('what somebody may not see is not named to them', () => {
  test.each([
    { who: 'trader', hidden: 'main' },
    { who: 'viewer', hidden: 'isa' },
  ] as const)('to the $who, whatever they try and whatever happens in $hidden', { timeout: 120_000 }, async (it) => {
    const { who, hidden } = it;
    await startAtTwoVenues();
    // Something is open, filled and halted in the account that they may not see.
    const order = async (line: string): Promise<void> => {
      expect(await say('owner', line)).toContain('주문표');
      expect(await hoga.pressed('owner', hoga.idOf('확인'))).toContain('접수됨');
    };
    await order(`/buy 005930 1 60000 @${hidden}`);
    await order(`/buy 005930 2 @${hidden}`);
    await hoga.clock.advance(40_000);
    await say('owner', '/halt');
    await sayAll(who);
    // Presses of whatever they were shown, by its id.
    const shown = hoga.messages(who).flatMap(({ buttons }) => buttons.map(({ id }) => id));
    for (const id of [...new Set(shown)].slice(0, 60)) {
      await hoga.clock.advance(2_100);
      await hoga.pressed(who, id);
    }
    const before = hoga.messages(who);
    expect(before.length).toBeGreaterThan(lines.length);
    await hoga.restart();
    await say(who, '/status');
    await hoga.clock.advance(60_000);
    expectUnnamed(textsOf([...before, ...hoga.messages(who)]), hidden);
    // The marks are such as those who see the account do find.
    const seen = textsOf([...hoga.messages('owner'), ...before]).join('\n');
    expect(marks[hidden === 'main' ? 'isa' : 'main'].some((mark) => mark.test(seen))).toBe(true);
  });

  test.each([
    { who: 'trader', hidden: 'main', seen: 'isa' },
    { who: 'viewer', hidden: 'isa', seen: 'main' },
  ] as const)('to the $who while it is typed', async ({ who, hidden, seen }) => {
    await startAtTwoVenues();
    const suggested = (account: AccountName): readonly string[] =>
      commands.flatMap(({ name, args }) =>
        ['account', ...Object.keys(args)].flatMap((argument) =>
          ['', 'i', 'is', 'isa', 'm', 'main', '노', '노후자금', '생', account].flatMap((text) =>
            hoga
              .suggest({ identity: `telegram:${identities[who]}`, command: name, argument, text })
              .flatMap(({ label, value }) => [label, value]),
          ),
        ),
      );
    expectUnnamed(
      suggested(hidden).filter((text) => !/^\d{6}|\s\d{6}$/.test(text)),
      hidden,
    );
    expect(suggested(seen).length).toBeGreaterThan(0);
  });

  test('`@wrong` names only those that the person may see', async () => {
    await startAtTwoVenues();
    const owner = await say('owner', '잔고 @wrong');
    expect(owner).toMatch(/@main.*@isa/);
    expectUnnamed([await say('trader', '잔고 @wrong'), await say('trader', '/account wrong')], 'main');
    expectUnnamed([await say('viewer', '잔고 @wrong'), await say('viewer', '/account wrong')], 'isa');
  });

  test('an account that somebody may not see is to them as one that does not exist', async () => {
    await startAtTwoVenues();
    for (const line of [
      '/balance @X',
      '/account X',
      '/halt @X',
      '/halt X',
      '/why @X',
      '잔고 @X',
      '/buy 005930 1 60000 @X',
    ]) {
      const real = await say('viewer', line.replace('X', 'isa'));
      const none = await say('viewer', line.replace('X', 'zzz'));
      expect(real.replaceAll('isa', '…')).toBe(none.replaceAll('zzz', '…'));
    }
  });

  test('somebody without any account is told of none, and looks at the market', async () => {
    await startAtTwoVenues({ KIS_MAIN_OWNERS: `telegram:${identities.owner}` });
    await sayAll('viewer');
    await say('viewer', '/settings language ko');
    const texts = textsOf(hoga.messages('viewer'));
    expectUnnamed(texts, 'isa');
    expectUnnamed(texts, 'main');
    expect(await say('viewer', '/price 005930')).toContain('삼성전자');
    expect(await say('viewer', '/balance')).toContain('볼 수 있는 계좌가 없습니다');
  });

  test('an owner of the bot who may not see an account is not told of it at the start, by /who or by a refusal', async () => {
    await startAtTwoVenues({ KIS_ISA_OWNERS: `telegram:${identities.trader}`, KIS_ISA_TRADERS: undefined });
    const said = [
      ...hoga.messages('owner').map(({ text }) => text),
      await say('owner', '/who'),
      await say('owner', `/who add telegram:${identities.trader} trader`),
      await say('owner', `/who remove telegram:${identities.trader}`),
      await say('owner', '/status'),
    ];
    expect(said.join('\n')).toContain(`telegram:${identities.trader}`);
    expectUnnamed(said, 'isa');
    // Who sees it is told where they are named.
    const local = await hoga.say('/who');
    expect(local).toContain('KIS_ISA_OWNERS');
  });

  test('nothing reaches people of another account when an order is filled', async () => {
    await startAtTwoVenues();
    await say('owner', '/buy 005930 1 @isa');
    await hoga.pressed('owner', hoga.idOf('확인'));
    await eventually('told', () => hoga.messages('owner').some(({ text }) => /체결 삼성전자/.test(text)));
    expect(textsOf(hoga.messages('viewer'))).toEqual([]);
    expect(textsOf(hoga.webhook())).toEqual([]);
  });

  test('an order outlives its person: its fill is told to the owners alone once they may not see the account', async () => {
    await startAtTwoVenues();
    await say('trader', '/buy 005930 1 60000');
    expect(await hoga.pressed('trader', hoga.idOf('확인'))).toContain('접수됨');
    await hoga.restart({ env: { KIS_ISA_TRADERS: undefined, HOGA_VIEWERS: 'telegram:2,telegram:3' } });
    paper?.setPrice('005930', 60_000);
    await eventually('told', async () => {
      await hoga.clock.advance(10_000);
      return hoga.messages('owner').some(({ text }) => /체결 삼성전자/.test(text));
    });
    expectUnnamed(textsOf(hoga.messages('trader')), 'isa');
  });
});

describe('where others read along', () => {
  const group = '-100';

  test('an account with lists of its own is not there: not by name, not chosen, not in a sum, not by a ticket', async () => {
    await startAtTwoVenues();
    await say('owner', '/buy 005930 1 60000 @isa');
    const own = hoga.idOf('확인');
    for (const line of [
      '/account',
      '/account isa',
      '/balance @isa',
      '/balance all',
      '/halt',
      '/status',
      '/orders',
      '/who',
      '/help',
      '잔고 @wrong',
    ]) {
      await hoga.clock.advance(4_000);
      await hoga.tell('owner', line, group);
    }
    await hoga.pressed('owner', own, group);
    const said = textsOf(hoga.messagesIn(group)).filter((text) => text !== own);
    expect(said.length).toBeGreaterThan(9);
    expectUnnamed(said, 'isa');
    expect(paper?.state().orders).toEqual([]);
    expect(await hoga.tell('owner', '/balance', group)).toContain('5000****-01');
  });

  test('a notice of such an account goes to the person alone, though they chose the group for notices', async () => {
    await startAtTwoVenues();
    await hoga.tell('owner', '/settings fills here', group);
    expect(textsOf(hoga.messagesIn(group)).join()).not.toBe('');
    await say('owner', '/buy 005930 1 @isa');
    await hoga.pressed('owner', hoga.idOf('확인'));
    await eventually('told', () => hoga.messages('owner').some(({ text }) => /체결 삼성전자/.test(text)));
    expectUnnamed(textsOf(hoga.messagesIn(group)), 'isa');
    // Of the other account, which has no lists of its own, the group is told as it wants to be.
    await say('owner', '/buy 005930 1 @main');
    await hoga.pressed('owner', hoga.idOf('확인'));
    await eventually('told', () => hoga.messagesIn(group).some(({ text }) => /체결 삼성전자/.test(text)));
    expect(textsOf(hoga.webhook()).join()).toContain('체결 삼성전자');
    expectUnnamed(textsOf(hoga.webhook()), 'isa');
  });

  test('somebody whose only account has lists of its own is told why there is none', async () => {
    await startAtTwoVenues();
    const said = await hoga.tell('trader', '/balance', group);
    expect(said).toContain('봇과 둘만의 대화에서');
    expectUnnamed([said], 'isa');
  });
});
