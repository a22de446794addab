import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChannelName, channels } from '../../../src/kis/endpoints/channels.ts';
import { eventually } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { channelUse } from '../../support/kis/channel-use.ts';

let bot: Harness;
beforeAll(async () => {
  bot = await startHarness();
});
afterAll(() => bot.stop());

const names = Object.keys(channels) as ChannelName[];

test.each(names)('%s is registered for by its command', async (name) => {
  const registered = (): boolean =>
    bot.simulator.state().sockets.topics.some((topic) => topic.startsWith(`${channels[name].tr.live}|`));
  const use = channelUse[name];
  if ('line' in use) {
    expect(registered()).toBe(false);
    await bot.say(use.line);
  }
  await eventually(`${name} registered`, registered);
  if (!('line' in use)) return;
  if (name === 'trades') {
    await bot.say('/alerts');
    await bot.press('1번 지우기');
  } else await bot.say(use.line.replace('live', 'stop'));
  await eventually(`${name} let go of`, () => !registered());
});
