import { afterEach, describe, expect, test } from 'vitest';
import { ko } from '../../../src/i18n/ko.ts';
import type { Faults } from '../../../src/simulator/control/faults.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness, TestChannel } from '../../support/harness.ts';

let bot: Harness | undefined;
afterEach(async () => {
  await bot?.stop();
  bot = undefined;
});

const keys = { KIS_APP_KEY: 'key-of-access', KIS_APP_SECRET: 'secret-of-access', KIS_ACCOUNT: '50000000-01' };
const start = async (options: HarnessOptions): Promise<Harness> => {
  bot = await startHarness({ hurry: true, ...options, env: { ...keys, KIS_HTS_ID: 'hogasim', ...options.env } });
  await bot.settled();
  return bot;
};
const refuse = (on: string, code: string, status = 200): Faults => ({
  rules: [{ on, fault: 'refuse', code, status, text: 'KIS의 말', times: 1_000 }],
});
const said = (texts: readonly string[]): readonly string[] =>
  texts.filter((text) => Object.values(ko.access.account).some((line) => text.includes(line)));

describe('an account that cannot be reached is told at the start', () => {
  test.each<readonly [string, Faults, string]>([
    ['a wrong key', refuse('oauth', 'EGW00103', 403), 'KIS_APP_KEY를 KIS Developers의 앱키와'],
    ['a wrong secret', refuse('oauth', 'EGW00105', 403), 'KIS_APP_SECRET을 다시 복사'],
    ['a key of the other host', refuse('inquire-psbl-order', 'EGW02004', 500), 'KIS_ENV=paper로'],
    ['another account', refuse('inquire-psbl-order', 'OPSQ2000'), 'KIS_ACCOUNT(8자리-2자리)가'],
    ['paper that was not joined, or ran out', refuse('inquire-psbl-order', '40910000'), '모의투자를 다시 신청'],
    ["somebody else's paper account", refuse('inquire-psbl-order', '90070000'), '주인이 다릅니다'],
    ['no Open API service', refuse('inquire-psbl-order', 'EGW00206'), 'Open API 서비스를 신청'],
    [
      'nobody there',
      { rules: [{ on: 'any', fault: 'cut', when: 'before', times: 1_000 }] } as const,
      '답하지 않습니다',
    ],
  ])('%s', async (_name, faults, sentence) => {
    const hoga = await start({ faults });
    const [first, ...others] = said(hoga.shown());
    expect(first).toContain(ko.access.account.title);
    expect(first).toContain(sentence);
    expect(first).toContain(ko.access.goesOn);
    expect(others).toEqual([]);
    expect(await hoga.say('/status')).toContain(sentence);
  });

  test('in every chat of the owners, whatever they want to hear of starts, and in nobody else’s', async () => {
    const phone = new TestChannel('telegram');
    await start({
      faults: refuse('oauth', 'EGW00103', 403),
      env: { HOGA_OWNERS: 'telegram:1', HOGA_VIEWERS: 'telegram:2' },
      channels: () => [phone],
    });
    expect(said(phone.messages.map(({ text }) => text))).toHaveLength(1);
    expect(said(bot?.shown() ?? [])).toHaveLength(1);
  });

  test('it goes on trying, says nothing twice, another reason anew, and when it works again', async () => {
    const hoga = await start({ faults: refuse('inquire-psbl-order', 'OPSQ2000') });
    const asked = (): number => hoga.simulator.state().requests.byTr['TTTC8908R'] ?? 0;
    const atFirst = asked();
    await hoga.clock.advance(61_001);
    await hoga.settled();
    expect(asked()).toBe(atFirst + 1);
    expect(said(hoga.shown())).toHaveLength(1);

    hoga.simulator.clearFaults();
    hoga.simulator.setFaults(refuse('inquire-psbl-order', '40910000'));
    await hoga.clock.advance(122_001);
    expect(await hoga.told('모의투자를 다시 신청')).toContain(ko.access.account.title);

    hoga.simulator.clearFaults();
    await hoga.clock.advance(244_001);
    await hoga.told(ko.access.account.working);
    expect(await hoga.say('/status')).not.toContain(ko.access.account.title);
    const afterwards = asked();
    await hoga.clock.advance(3_600_000);
    expect(asked()).toBe(afterwards);
  });

  test('a stop ends it', async () => {
    const hoga = await start({ faults: refuse('inquire-psbl-order', 'OPSQ2000') });
    await hoga.app().stop();
    const { byTr } = hoga.simulator.state().requests;
    await hoga.clock.advance(3_600_000);
    expect(hoga.simulator.state().requests.byTr).toEqual(byTr);
  });
});

test('what passes by itself is not told: the token that comes once a minute', async () => {
  const hoga = await start({ faults: { rules: [{ on: 'oauth', fault: 'refuse', code: 'EGW00133', times: 2 }] } });
  await hoga.clock.advance(61_001);
  await hoga.settled();
  expect(said(hoga.shown())).toEqual([]);
  expect(hoga.simulator.state().requests.byTr['TTTC8908R']).toBe(1);
});

test('where all is well nothing is said', async () => {
  expect(said((await start({})).shown())).toEqual([]);
});

test('a paper account that runs out while the bot runs is told in the morning', async () => {
  const hoga = await start({});
  hoga.simulator.setFaults(refuse('inquire-psbl-order', '40910000'));
  await hoga.fire('account');
  await hoga.told('모의투자를 다시 신청');
});

test('the live key for reads is told of by its own name', async () => {
  const clock = new JumpClock();
  const live: Simulator = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000 });
  live.setFaults(refuse('oauth', 'EGW00103', 403));
  const env = { KIS_ENV: 'paper', KIS_LIVE_APP_KEY: 'live-app-key', KIS_LIVE_APP_SECRET: 'live-app-secret' };
  const hoga = await start({ clock, simulator: { kind: 'paper' }, env: { ...env, KIS_LIVE_REST_URL: live.restUrl } });
  expect(await hoga.told(ko.access.liveReads.title)).toContain('KIS_LIVE_APP_KEY를');
  expect(said(hoga.shown())).toEqual([]);
  live.clearFaults();
  await clock.advance(61_001);
  await hoga.told(ko.access.liveReads.working);
  await live.stop();
});
