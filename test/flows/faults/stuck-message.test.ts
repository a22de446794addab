import { afterEach, expect, test } from 'vitest';
import { ChannelError, type Message } from '../../../src/chat/channel.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

let bot: Harness | undefined;
afterEach(async () => {
  await bot?.stop();
});

test('issue 13.2: a chart whose upload breaks again and again holds up no order and no fill', async () => {
  bot = await startHarness();
  const { clock, simulator } = bot;
  const chat = bot.chat();
  const [send, edit] = [chat.send.bind(chat), chat.edit.bind(chat)];
  let uploads = 0;
  const breakUpload = ({ attachments = [] }: Message): void => {
    if (attachments.length === 0) return;
    uploads += 1;
    throw new ChannelError('ECONNRESET', 'later');
  };
  chat.send = async (chatId, message) => {
    breakUpload(message);
    return send(chatId, message);
  };
  // On a busy machine the chart takes the place of what was said of its progress.
  chat.edit = async (chatId, reference, message) => {
    breakUpload(message);
    return edit(chatId, reference, message);
  };
  await bot.say('/chart 005930');
  expect(uploads).toBe(1);
  expect(await bot.say('/buy 005930 3 69000')).toContain('주문표');
  expect(await bot.press('확인')).toContain('접수됨');
  simulator.trade('005930', 'sell', 3, 69_000);
  await bot.told('체결 삼성전자');
  expect(uploads).toBeLessThan(3);
  await clock.advance(10_000);
  expect(await bot.told('그림을 보내지 못')).toContain('삼성전자');
  expect(uploads).toBe(3);
});
