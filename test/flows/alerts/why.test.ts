import { afterEach, describe, expect, test } from 'vitest';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
afterEach(() => bot.stop());
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({ fewPings: true, ...options });
};
/** The id under which the newest alert is kept, out of the list of what one may wonder about. */
const newestAlert = async (): Promise<string> => {
  await bot.say('/why');
  const ids = bot
    .chat()
    .messages.at(-1)
    ?.buttons.map(({ id }) => id.replace('run:/why ', ''));
  return ids?.at(0) ?? '';
};
const seen = (price: number): Promise<boolean> =>
  eventually('a tick', async () =>
    (await bot.say('/price 005930')).includes(price.toLocaleString('en-US')) ? true : undefined,
  );

describe('why an alert', () => {
  test('fired: what it was made with, when it fired, at what, and when that was told', async () => {
    await start();
    await bot.say('/alert 삼성전자 >= 71000');
    bot.simulator.setPrice('005930', 71_100);
    await bot.told('🔔');
    await bot.settled();
    const timeline = await bot.say(`/why ${await newestAlert()}`);
    expect(timeline).toMatch(
      /삼성전자 71,000원 이상\n울림\n\n11-23 10:00:\d\d 만듦 · 현재가 70,000원 · 기준 71,000원 이상\n11-23 10:00:\d\d 울림 · 현재가 71,100원 · 기준 71,000원 이상\n {2}console\(으\)로 전함 11-23 10:00:\d\d\n\n기록번호 \w+$/,
    );
  });

  test('has not fired: how far it is, by what was seen last', async () => {
    await start();
    await bot.say('/alert 삼성전자 >= 71000');
    // What is newly watched is looked up once.
    const first = await newestAlert();
    await eventually('looked up', async () =>
      (await bot.say(`/why ${first}`)).includes('마지막으로 본 값: 현재가 70,000원'),
    );
    bot.simulator.setPrice('005930', 70_500);
    await seen(70_500);
    const timeline = await bot.say(`/why ${await newestAlert()}`);
    expect(timeline).toMatch(/마지막으로 본 값: 현재가 70,500원 · 11-23 10:00:\d\d · 실시간/);
    expect(timeline).toContain('아직 닿지 않았습니다: 기준 71,000원 이상, 500원 남음 (+0.71%)');
    expect(await bot.press('알림 지우기')).toContain('알림이 없습니다');
    expect(await bot.say(`/why ${await newestAlert()}`)).toMatch(/지움\n[\s\S]* 지움\n\n기록번호/);
  });

  test('has not fired: nothing was seen of it in a process that only answers', async () => {
    await start();
    await bot.say('/alert 삼성전자 >= 71000');
    const id = await newestAlert();
    await bot.restart({ readOnly: true });
    expect(await bot.say(`/why ${id}`)).toContain('값을 아직 보지 못했습니다');
  });

  test('waits, because it held already, and when it armed', async () => {
    await start();
    await bot.say('/alert 삼성전자 >= 69000');
    const id = await newestAlert();
    expect(await bot.say(`/why ${id}`)).toMatch(/이미 맞는 값이라 벗어나기를 기다림\n[\s\S]*지금 이미 그 가격입니다/);
    bot.simulator.setPrice('005930', 68_900);
    await eventually('armed', async () => (await bot.say(`/why ${id}`)).includes('울릴 준비 됨 · 현재가 68,900원'));
    expect(await bot.say(`/why ${id}`)).toContain('기준 69,000원 이상, 100원 남음');
  });

  test('was not told: alerts are off, and it says so before and after', async () => {
    await start();
    await bot.say('/settings alerts off');
    await bot.say('/alert 삼성전자 >= 71000');
    const id = await newestAlert();
    expect(await bot.say(`/why ${id}`)).toContain('내 설정에서 가격 알림을 꺼 두셨습니다');
    bot.simulator.setPrice('005930', 71_000);
    await eventually('fired', async () => (await bot.say(`/why ${id}`)).includes('가격 알림이 꺼져 있어 전하지 않음'));
  });

  test('is held for quiet hours, and told at their end', async () => {
    await start({ clock: new JumpClock(Date.parse('2026-11-23T14:00:00+09:00')) });
    await bot.say('/settings quiet 13:00-15:00');
    await bot.say('/alert 삼성전자 >= 71000');
    const id = await newestAlert();
    bot.simulator.setPrice('005930', 71_000);
    await eventually('held', async () =>
      (await bot.say(`/why ${id}`)).includes('방해 금지 시간이라 11-23 15:00:00까지 기다림'),
    );
    await bot.clock.advance(3_600_000);
    await bot.told('🔔');
    await bot.settled();
    expect(await bot.say(`/why ${id}`)).toMatch(/전함 11-23 15:00:\d\d/);
  });

  test('comes to another level every day, through a restart', async () => {
    await start();
    await bot.say('/alert 삼성전자 +3% 매번');
    const id = await newestAlert();
    bot.simulator.setPrice('005930', 72_100);
    await bot.told('🔔');
    await bot.clock.advance(24 * 3_600_000);
    await bot.fire('alerts');
    await bot.restart();
    const timeline = await bot.say(`/why ${id}`);
    expect(timeline).toMatch(/울림 · 현재가 72,100원[\s\S]*11월 24일 기준 · 기준 74,263원 이상/);
  });

  test('has no level: which answer of KIS is missing', async () => {
    await start();
    await bot.say('/alert 삼성전자 20일선 위');
    const id = await newestAlert();
    await bot.clock.advance(24 * 3_600_000);
    bot.simulator.setFaults([{ on: 'FHKST03010100', fault: 'refuse', code: '', status: 500, times: 50 }]);
    await bot.clock.hurried(bot.fire('alerts'));
    const timeline = await bot.say(`/why ${id}`);
    expect(timeline).toMatch(/기준을 아직 계산하지 못했습니다\.\nKIS/);
  });

  test("is nobody else's business", async () => {
    await start({ env: { HOGA_VIEWERS: 'telegram:5' } });
    await bot.say('/alert 삼성전자 >= 71000');
    const id = await newestAlert();
    await bot.hand({ kind: 'text', text: `/why ${id}` }, 'telegram:5');
    expect(await bot.told('기록이 없습니다')).toContain('/why 만 보내면');
  });
});

describe('/why without a number', () => {
  test('offers the latest orders and alerts as buttons', async () => {
    await start();
    expect(await bot.say('/why')).toContain('아직 주문도 알림도 없습니다');
    await bot.say('/buy 005930 1 60000');
    await bot.press('확인');
    for (let price = 71_000; price <= 77_000; price += 1_000) await bot.say(`/alert 삼성전자 >= ${price}`);
    const list = await bot.say('/이유');
    expect(list).toMatch(/최근 주문과 알림\n1\. 11-23 10:00 삼성전자 매수 1주 60,000원 · 접수/);
    expect(list).toContain('2. 11-23 10:00 삼성전자 77,000원 이상 · 기다리는 중');
    expect(list).not.toContain('72,000');
    expect(await bot.press('1. 삼성전자 매수 1주 60,000원')).toMatch(/확인 누름[\s\S]*접수/);
    expect(await bot.press('2. 삼성전자 77,000원 이상')).toContain('기준 77,000원 이상');
  });

  test('an unknown number gets one sentence', async () => {
    await start();
    expect(await bot.say('/why 999')).toContain("'999' 주문이나 알림의 기록이 없습니다. /why 만 보내면");
  });
});
