import { afterEach, beforeEach, expect, test } from 'vitest';
import { DiscordWebhookChannel } from '../../../src/channels/webhook/discord-webhook.ts';
import { type Environ, readConfig } from '../../../src/config.ts';
import { runDoctor } from '../../../src/doctor.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { JumpClock } from '../../support/clock.ts';
import { WebhookStandIn } from '../../support/discord/webhook.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// What a channel that others read is told of: over the webhook's own HTTP, with everything else real as well.
const [first, second] = ['100000000000000001', '100000000000000002'];
let clock: JumpClock;
let discord: WebhookStandIn;
let bot: Harness | undefined;

beforeEach(async () => {
  clock = new JumpClock();
  discord = await new WebhookStandIn().start();
});
afterEach(async () => {
  await bot?.stop();
  bot = undefined;
  await discord.stop();
  expect(discord.violations).toEqual([]);
});

const configOf = (env: Environ) => {
  const read = readConfig({ KIS_ENV: 'simulator', ...env });
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.config;
};
const start = async (env: Environ, options: HarnessOptions = {}): Promise<Harness> => {
  const { webhooks } = configOf(env);
  bot = await startHarness({
    clock,
    ...options,
    env,
    channels: () => (webhooks.length === 0 ? [] : [new DiscordWebhookChannel({ webhooks, clock })]),
  });
  return bot;
};

/** A fill, a cancel and an alert; then there is time for what was refused to come again. */
const happen = async ({ say, press, told, simulator, settled }: Harness): Promise<void> => {
  await say('/buy 005930 5 69000');
  await press('확인');
  simulator.trade('005930', 'sell', 3, 69_000);
  await told('누적 3주');
  await say('/cancel all');
  await press('확인');
  await told('취소 확인');
  await say('/alert 005930 >= 70000');
  simulator.setPrice('005930', 70_100);
  await told('🔔');
  await clock.advance(3_000);
  await settled();
};
const fill = expect.stringMatching(/체결.*삼성전자 매수 \*\*3주 × 69,000원/);
const cancelled = expect.stringContaining('취소 확인');
const alert = expect.stringContaining('🔔');

test('by default it is told of alerts alone: no fill and no order, of which a channel has readers', async () => {
  const hoga = await start({ DISCORD_WEBHOOK_URL: discord.url(first) });
  await happen(hoga);
  expect(discord.texts(first)).toEqual([alert]);
  // The owner was told of all of it.
  expect(hoga.shown().join()).toMatch(/체결 삼성전자[\s\S]*취소 확인[\s\S]*🔔/);
});

test('a second webhook takes fills and orders, once each; what is refused at first comes again, and holds up nothing else', async () => {
  const hoga = await start({
    DISCORD_WEBHOOK_URL: discord.url(first),
    DISCORD_WEBHOOK_FILLS_URL: discord.url(second),
  });
  discord.refusals.push({ status: 502 });
  await happen(hoga);
  expect(discord.texts(first)).toEqual([alert]);
  expect(discord.texts(second)).toEqual([fill, cancelled]);
  // Tickets and answers are between the bot and whoever asked.
  expect(discord.texts(second).join()).not.toMatch(/주문표|접수됨/);
});

test('the second one stands alone, too', async () => {
  await happen(await start({ DISCORD_WEBHOOK_FILLS_URL: discord.url(second) }));
  expect(discord.texts(second)).toEqual([fill, cancelled]);
});

test('kinds are chosen: all of them go to one channel, with the start of the bot', async () => {
  const kinds = 'alerts, reports,FILLS,orders,events,starts';
  await happen(await start({ DISCORD_WEBHOOK_URL: discord.url(first), DISCORD_WEBHOOK_KINDS: kinds }));
  expect(discord.texts(first)).toEqual([expect.stringContaining('시작했습니다'), fill, cancelled, alert]);
});

test('fills without orders: neither a cancel nor what went wrong is told there', async () => {
  const hoga = await start({ DISCORD_WEBHOOK_URL: discord.url(first), DISCORD_WEBHOOK_KINDS: 'fills' });
  await happen(hoga);
  expect(discord.texts(first)).toEqual([fill]);
  hoga.simulator.setFaults([{ on: 'order', fault: 'hang', when: 'before' }]);
  await hoga.say('/buy 005930 1 60000');
  const pressed = hoga.press('확인');
  await clock.advance(60_000);
  await pressed;
  await clock.advance(120_000);
  await hoga.told('확인됨: 접수되지 않았습니다');
  expect(discord.texts(first)).toEqual([fill]);
});

test('what puts money in doubt goes to the owners, and to a webhook that takes orders', async () => {
  const hoga = await start({
    DISCORD_WEBHOOK_URL: discord.url(first),
    DISCORD_WEBHOOK_FILLS_URL: discord.url(second),
  });
  hoga.simulator.setFaults([{ on: 'order', fault: 'hang', when: 'before' }]);
  await hoga.say('/buy 005930 1 60000');
  const pressed = hoga.press('확인');
  await clock.advance(60_000);
  await pressed;
  await clock.advance(120_000);
  const settled = await hoga.told('확인됨: 접수되지 않았습니다');
  expect(settled).toContain('삼성전자');
  await clock.advance(3_000);
  await hoga.settled();
  expect(discord.texts(second)).toEqual([expect.stringContaining('확인됨: 접수되지 않았습니다')]);
  expect(discord.texts(first)).toEqual([]);
});

test('an alert on the average cost tells what is held, so it is for a channel that takes fills', async () => {
  const both = { DISCORD_WEBHOOK_URL: discord.url(first), DISCORD_WEBHOOK_KINDS: 'alerts' };
  const holdings = [{ symbol: '005930', quantity: 10, averageCost: 70_000 }];
  const hoga = await start(both, { simulator: { holdings } });
  await hoga.say('/alert 005930 cost +1%');
  hoga.simulator.setPrice('005930', 72_000);
  await hoga.told('🔔');
  await clock.advance(3_000);
  await hoga.settled();
  expect(discord.texts(first)).toEqual([]);
});

test('which kinds go where is in the log, in the message of the start, and said by the doctor', async () => {
  const env = { DISCORD_WEBHOOK_URL: discord.url(first), DISCORD_WEBHOOK_FILLS_URL: discord.url(second) };
  const hoga = await start(env);
  const started = await hoga.told('시작했습니다');
  expect(started).toContain('디스코드 웹훅 채널로 보내는 것: 알림, 리포트\n체결용 웹훅 채널로 보내는 것: 체결, 주문');
  expect(hoga.logs.join('\n')).toContain(
    '"webhooks":{"DISCORD_WEBHOOK_URL":"alerts,reports","DISCORD_WEBHOOK_FILLS_URL":"fills,orders"}',
  );
  const printed: string[] = [];
  const { simulator } = hoga;
  const config = configOf({ ...env, KIS_REST_URL: simulator.restUrl, KIS_WS_URL: simulator.wsUrl });
  const redactor = createRedactor(config.secrets);
  await runDoctor({
    config: { ...config, store: { ledger: ':memory:', cache: ':memory:' } },
    clock,
    log: createLog({ level: 'silent', redactor }),
    redactor,
    random: () => 0.5,
    chats: [new DiscordWebhookChannel({ webhooks: config.webhooks, clock })],
    print: (line) => void printed.push(line),
  });
  expect(printed).toContain(`✓ discord-webhook: Hoga ${first} · Hoga ${second}`);
  expect(printed).toContain('✓ DISCORD_WEBHOOK_URL: 알림, 리포트');
  expect(printed).toContain('✓ DISCORD_WEBHOOK_FILLS_URL: 체결, 주문');
});
