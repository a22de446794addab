import { afterEach, expect, test } from 'vitest';
import { turns } from '../../support/clock.ts';
import { type Family, startFamily, type Who } from '../accounts/family.ts';

// Who is told of which issue, and where: what is held is told to those who may see the account, where nobody reads along.
const group = '-100';
let hoga: Family;
afterEach(() => hoga.stop());

/** 삼성전자 is held in main, SK하이닉스 in isa, which the viewer may not know of; 카카오 in neither. */
async function start(env: Record<string, string> = {}): Promise<void> {
  hoga = await startFamily({
    simulator: {
      accounts: [
        { number: '50000000', product: '01', holdings: [{ symbol: '005930', quantity: 5, averageCost: 65_000 }] },
        { number: '87654321', product: '22', holdings: [{ symbol: '000660', quantity: 5, averageCost: 150_000 }] },
      ],
    },
    timeouts: { readMs: 600_000, orderMs: 15_000, orderQueueMs: 10_000 },
    env,
  });
}
async function pass(minutes: number): Promise<void> {
  for (let gone = 0; gone < minutes * 10; gone += 1) {
    await hoga.clock.advance(6_000);
    await turns(30);
  }
  await hoga.settled();
}
const upTo = (...symbols: readonly string[]): void => {
  for (const symbol of symbols) {
    hoga.simulator.setPrice(symbol, hoga.simulator.state().prices[symbol]?.upper ?? 0);
  }
};
const limits = (who: Who): readonly string[] =>
  hoga
    .messages(who)
    .map(({ text }) => text)
    .filter((text) => text.includes('🔺'));

test('everybody is told of their own watchlist, and of what the accounts hold that they may see', async () => {
  await start();
  await hoga.tell('viewer', '/watch add 카카오');
  for (const who of ['owner', 'trader', 'viewer'] as const) await hoga.tell(who, '/events 상하한가 켜기');
  await pass(1);
  upTo('005930', '000660', '035720');
  await pass(2);
  expect(limits('owner')).toEqual([
    expect.stringMatching(/생활비[\s\S]*🔺 상한가 삼성전자/),
    expect.stringMatching(/노후자금[\s\S]*🔺 상한가 SK하이닉스/),
  ]);
  // Named for isa alone.
  expect(limits('trader')).toEqual([expect.stringMatching(/🔺 상한가 SK하이닉스/)]);
  expect(limits('viewer')).toEqual([
    expect.stringMatching(/🔺 상한가 삼성전자/),
    expect.stringMatching(/🔺 상한가 카카오/),
  ]);
  expect(hoga.webhook()).toEqual([]);
});

test('asked for in a group, the watchlist is told there, and a holding in the own chat alone', async () => {
  await start();
  await hoga.tell('owner', '/watch add 카카오', group);
  expect(await hoga.tell('owner', '/events 상하한가 켜기', group)).toContain(
    '보유만 하는 종목은 다른 사람이 보는 채팅에는',
  );
  await pass(1);
  upTo('005930', '000660', '035720');
  await pass(2);
  const inGroup = hoga.messagesIn(group).map(({ text }) => text);
  expect(inGroup.filter((text) => text.includes('🔺'))).toEqual([expect.stringMatching(/🔺 상한가 카카오/)]);
  expect(inGroup.join()).not.toMatch(/삼성전자|SK하이닉스/);
  expect(limits('owner')).toHaveLength(2);
});

test('gathered in a group by the settings, a holding still is not told there', async () => {
  await start();
  await hoga.tell('owner', '/events 상하한가 켜기');
  expect(await hoga.tell('owner', '/settings events here', group)).toContain('이 채팅으로');
  await hoga.tell('owner', '/watch add 카카오');
  await pass(1);
  upTo('005930', '035720');
  await pass(2);
  expect(
    hoga
      .messagesIn(group)
      .filter(({ text }) => text.includes('🔺'))
      .map(({ text }) => text),
  ).toEqual([expect.stringContaining('카카오')]);
  expect(limits('owner')).toEqual([expect.stringContaining('삼성전자')]);
});

test('a webhook that takes events is told each once, whoever wants it, and nothing of an account with people of its own', async () => {
  await start({ DISCORD_WEBHOOK_KINDS: 'alerts,events' });
  for (const who of ['owner', 'viewer'] as const) await hoga.tell(who, '/events 상하한가 켜기');
  await hoga.tell('viewer', '/watch add 카카오');
  await pass(1);
  upTo('005930', '000660', '035720');
  await pass(2);
  const texts = hoga.webhook().map(({ text }) => text);
  expect(texts.filter((text) => text.includes('삼성전자'))).toHaveLength(1);
  expect(texts.filter((text) => text.includes('카카오'))).toHaveLength(1);
  expect(texts.join()).not.toMatch(/SK하이닉스|노후자금/);
});

test('somebody who was removed is told of nothing more', async () => {
  await start({ HOGA_VIEWERS: '' });
  await hoga.tell('owner', '/who add telegram:3 viewer');
  await hoga.tell('viewer', '/watch add 카카오');
  await hoga.tell('viewer', '/events 상하한가 켜기');
  await pass(1);
  await hoga.tell('owner', '/who remove telegram:3');
  upTo('005930', '035720');
  await pass(2);
  expect(limits('viewer')).toEqual([]);
  expect(limits('owner')).toEqual([]);
});

test('what is held in an account with people of its own does not keep the webhook from what others watch openly', async () => {
  await start({ DISCORD_WEBHOOK_KINDS: 'alerts,events' });
  // The owner, who comes first, holds it in isa; the viewer, who may not know of isa, watches it.
  for (const who of ['owner', 'viewer'] as const) await hoga.tell(who, '/events 상하한가 켜기');
  await hoga.tell('viewer', '/watch add SK하이닉스');
  await pass(1);
  upTo('000660');
  await pass(2);
  const texts = hoga.webhook().map(({ text }) => text);
  expect(texts.filter((text) => text.includes('SK하이닉스'))).toHaveLength(1);
  expect(texts.join()).not.toContain('노후자금');
});

test('a condition that somebody watched who was removed is looked at no more, and told to no webhook', async () => {
  await start({ HOGA_VIEWERS: '', DISCORD_WEBHOOK_KINDS: 'alerts,events' });
  hoga.simulator.setScreen('내 조건', ['005930']);
  await hoga.tell('owner', '/who add telegram:3 viewer');
  await hoga.tell('viewer', '/screen watch 내 조건');
  await pass(2);
  await hoga.tell('owner', '/who remove telegram:3');
  const looks = (): number => hoga.simulator.state().requests.byTr['HHKST03900400'] ?? 0;
  const before = looks();
  hoga.simulator.setScreen('내 조건', ['005930', '000660']);
  await pass(3);
  expect(looks()).toBe(before);
  expect(
    hoga
      .webhook()
      .map(({ text }) => text)
      .filter((text) => text.includes('🔎')),
  ).toEqual([]);
});
